import type { Dialect } from '../dialects/ansi.js';
import { keyOf, type Scan } from '../scans.js';
import { aggregatesOf, type UnitAggregate, type UnitExpression } from '../unit-columns.js';
import { ANALYSED, DAY, EXPOSED, factUnits, SIDES } from './names.js';

/** What is kept of each unit; whether there was any of something follows from its total. */
export type KeptExpression = Exclude<UnitExpression, { readonly form: 'any' }>;

/** Columns over units that are asked for by name, with the SQL that makes each of aggregates. */
export interface UnitValues {
  /** `from ...` of analysed units joined with what they did */
  readonly from: string;
  readonly sqlOf: (expression: KeptExpression) => string;
  readonly day: string;
}

/** Analysed units `u` left-joined with every fact table that the expressions read. */
export function unitValues(d: Dialect, scans: readonly Scan[], covariates: readonly string[], expressions: readonly UnitExpression[], isTimed: boolean): UnitValues {
  const aliases = new Map<string, string>();
  const nameOf = (of: UnitAggregate): string => {
    const { index, places } = scans.find(({ fact }) => fact.name === of.fact)!;
    const { slot, side } = places.get(keyOf(of))!;
    const alias = `${side}_${index}`;
    aliases.set(alias, `\nleft join ${factUnits(index)} as ${alias} on ${alias}.unit = u.unit and ${alias}.side = ${SIDES[side]}`);
    return `${alias}.${slot.name}`;
  };
  expressions.flatMap(aggregatesOf).forEach(nameOf);
  const joins = [...aliases.values()];
  return {
    from: `${EXPOSED} as u${joins.join('')}\nwhere u.status = ${ANALYSED}`,
    day: isTimed ? d.floorDivide('u.stamp', String(DAY)) : 'null',
    sqlOf: (expression) => expressionSql(d, expression, nameOf, covariates),
  };
}

function expressionSql(d: Dialect, expression: KeptExpression, nameOf: (of: UnitAggregate) => string, covariates: readonly string[]): string {
  switch (expression.form) {
    case 'total': return d.asDouble(`coalesce(${nameOf(expression.of)}, 0)`);
    case 'value': return nameOf(expression.of);
    case 'mean': return `${nameOf(expression.sum)} / nullif(${nameOf(expression.count)}, 0)`;
    case 'attribute': return `u.x${covariates.indexOf(expression.column)}`;
    case 'funnel': {
      const [first, ...rest] = expression.steps.map(nameOf);
      const last = rest.reduce((bound, times) => d.firstAtOrAfter(times, bound), first!);
      return d.asDouble(`case when ${last} is not null then 1 else 0 end`);
    }
  }
}
