import type { Dialect } from '../dialects/ansi.js';
import type { Inputs } from '../inputs.js';
import { columnOf, type Fact, type Relation } from '../relation.js';

/** What a scan of one fact table reads. */
export interface FactSource {
  readonly fact: Fact;
  readonly relation: Relation;
  /** name -> SQL over the raw columns: values and filter bits */
  readonly extra: ReadonlyMap<string, string>;
}

/** Events up to asOf: unit, stamp (when the fact has times), and the columns of `extra`; repeated ids are there once if `isUnique` asks for it. */
export function factRows(d: Dialect, inputs: Inputs, source: FactSource, asOf: number | null, isUnique: boolean): string {
  const { fact, relation } = source;
  const unit = columnOf(relation, fact.unit, 'unit');
  const at = factTime(d, source);
  const quotedUnit = d.quote(unit.name);
  const select = [
    `${inputs.unitsAsText && unit.type !== 'text' ? d.asText(quotedUnit) : quotedUnit} as unit`,
    ...(at ? [`${at} as stamp`] : []),
    ...[...source.extra].map(([name, sql]) => `${sql} as ${name}`),
  ];
  const filter = at && asOf !== null ? `\nwhere ${at} is null or ${at} <= ${asOf}` : '';
  if (!isUnique || fact.id === undefined) return `select ${select.join(', ')}\nfrom ${relation.from}${filter}`;
  const id = d.quote(fact.id);
  const names = ['unit', ...(at ? ['stamp'] : []), ...source.extra.keys()];
  const order = names.includes('stamp') ? ['stamp', ...names.filter((name) => name !== 'stamp')] : names;
  return `select ${names.join(', ')} from (
  select k.*, row_number() over (partition by id order by ${order.join(', ')}) as copy
  from (select ${id} as id, ${select.join(', ')}\nfrom ${relation.from}${filter}) as k
) as u
where id is null or copy = 1`;
}

/** Event time in microseconds; undefined for a timeless fact. */
export function factTime(d: Dialect, { fact, relation }: Pick<FactSource, 'fact' | 'relation'>): string | undefined {
  if (fact.time === undefined) return undefined;
  return d.microseconds(d.quote(fact.time), columnOf(relation, fact.time, 'time').type, relation.zone);
}
