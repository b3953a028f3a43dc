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

/** A stretch of time in microseconds, from <= t < to; null: unbounded. */
export interface Reach { readonly from: number | null; readonly to: number | null }
export const EVERYTHING: Reach = { from: null, to: null };

interface Which {
  /** repeated ids are there once */
  readonly isUnique?: boolean;
  /** of a fact that has times, rows without one are left out */
  readonly hasTime?: boolean;
}

/** Events within reach: unit, stamp (when the fact has times), and the columns of `extra`. */
export function factRows(d: Dialect, inputs: Inputs, source: FactSource, reach: Reach, { isUnique = false, hasTime = false }: Which = {}): string {
  const { fact, relation } = source;
  const unit = columnOf(relation, fact.unit, 'unit');
  const at = factTime(d, source);
  const quotedUnit = d.quote(unit.name);
  const select = [
    `${inputs.unitsAsText && unit.type !== 'text' ? d.asText(quotedUnit) : quotedUnit} as unit`,
    ...(at ? [`${at} as stamp`] : []),
    ...[...source.extra].map(([name, sql]) => `${sql} as ${name}`),
  ];
  const within = reachOf(d, source, reach, hasTime);
  const filter = within === '' ? '' : `\nwhere ${within}`;
  if (!isUnique || fact.id === undefined) return `select ${select.join(', ')}\nfrom ${relation.from} as t${filter}`;
  const id = d.quote(fact.id);
  const names = ['unit', ...(at ? ['stamp'] : []), ...source.extra.keys()];
  const order = names.includes('stamp') ? ['stamp', ...names.filter((name) => name !== 'stamp')] : names;
  return `select ${names.join(', ')} from (
  select k.*, row_number() over (partition by id order by ${order.join(', ')}) as copy
  from (select ${id} as id, ${select.join(', ')}\nfrom ${relation.from} as t${filter}) as k
) as u
where id is null or copy = 1`;
}

/** Rows without a time are within every reach unless `hasTime`: they are counted. */
function reachOf(d: Dialect, source: FactSource, { from, to }: Reach, hasTime: boolean): string {
  const at = factTime(d, source);
  if (at === undefined) return '';
  if (from === null && to === null) return hasTime ? `${at} is not null` : '';
  const { fact, relation } = source;
  const column = columnOf(relation, fact.time!, 'time');
  const raw = d.quote(column.name);
  const bound = (operator: string, microseconds: number): string => {
    const instant = d.instant?.(microseconds, column.type, relation.zone);
    return instant === undefined ? `${at} ${operator} ${microseconds}` : `${raw} ${operator} ${instant}`;
  };
  const bounds = [...(from === null ? [] : [bound('>=', from)]), ...(to === null ? [] : [bound('<', to)])];
  const within = bounds.join(' and ');
  return hasTime ? within : `${raw} is null or (${within})`;
}

/** Event time in microseconds; undefined for a timeless fact. */
export function factTime(d: Dialect, { fact, relation }: Pick<FactSource, 'fact' | 'relation'>): string | undefined {
  if (fact.time === undefined) return undefined;
  return d.microseconds(d.quote(fact.time), columnOf(relation, fact.time, 'time').type, relation.zone);
}
