import type { Dialect } from '../dialects/ansi.js';
import type { Inputs } from '../inputs.js';
import { columnOf } from '../relation.js';
import { filterOf, valueKey, type Scan } from '../scans.js';
import type { UnitAggregate } from '../unit-columns.js';
import { asNumber } from './exposure-rows.js';
import { factRows, factTime } from './fact-rows.js';
import { EXPOSED } from './names.js';

const MICROSECONDS = 1_000_000;

/**
 * One row a unit of a fact table: every aggregate of every metric, after and before exposure, in one pass.
 * Units that were never exposed are there too, with `matched` 0, so that they can be counted.
 */
export function factUnits(d: Dialect, inputs: Inputs, scan: Scan, asOf: number | null, hasExposureTimes: boolean, isUnique: boolean): string {
  const isTimed = hasExposureTimes && factTime(d, scan) !== undefined;
  const source = { fact: scan.fact, relation: scan.relation, extra: rawColumns(d, scan) };
  const conditions = new Map<string, string>();
  const aggregates = [...scan.aggregates.values()].map(({ name, of }) => {
    const passes = [...spanOf(of, isTimed), ...filtersOf(d, scan, of)];
    const text = passes.join(' and ') || '1 = 1';
    if (!conditions.has(text)) conditions.set(text, `c${conditions.size}`);
    return `${aggregate(d, scan, of, conditions.get(text)!)} as ${name}`;
  });
  const carried = [...new Set([...scan.values.values()])].map((name) => `r.${name}`);
  return `select unit, max(matched) as matched${aggregates.map((sql) => `,\n  ${sql}`).join('')}
from (
  select r.unit, ${d.asBit('u.unit is not null')} as matched${isTimed ? ', r.stamp' : ''}${carried.map((name) => `, ${name}`).join('')}${
    [...conditions].map(([sql, name]) => `,\n    ${d.asBit(sql)} as ${name}`).join('')}
  from (${factRows(d, inputs, source, asOf, isUnique)}) as r
  left join ${EXPOSED} as u on u.unit = r.unit
  where r.unit is not null${factTime(d, scan) === undefined ? '' : ' and r.stamp is not null'}
) as k
group by unit`;
}

/** Values as doubles without NaN and infinities, and filters as bits. */
function rawColumns(d: Dialect, scan: Scan): Map<string, string> {
  const extra = new Map<string, string>();
  for (const [key, name] of scan.values) {
    const column = columnOf(scan.relation, key.slice(key.indexOf(':') + 1), 'value');
    const sql = d.quote(column.name);
    const double = asNumber(d, { sql, type: column.type });
    if (key.startsWith('raw:')) extra.set(name, column.type === 'number' ? `case when ${d.isFinite(d.asDouble(sql))} then ${sql} end` : sql);
    else extra.set(name, column.type === 'number' ? `case when ${d.isFinite(double)} then ${double} end` : double);
  }
  for (const [sql, name] of scan.filters) extra.set(name, d.asBit(sql));
  return extra;
}

function spanOf({ span }: UnitAggregate, isTimed: boolean): string[] {
  if (!isTimed) return [];
  return [
    `r.stamp >= u.stamp${offset(span.from)}`,
    ...(span.to === null ? [] : [`r.stamp < u.stamp${offset(span.to)}`]),
  ];
}
const offset = (seconds: number): string => (seconds === 0 ? '' : ` ${seconds < 0 ? '-' : '+'} ${Math.abs(seconds) * MICROSECONDS}`);

function filtersOf(d: Dialect, scan: Scan, of: UnitAggregate): string[] {
  const filter = filterOf(d, scan.relation, of);
  return filter === undefined ? [] : [`r.${scan.filters.get(filter)!} = 1`];
}

function aggregate(d: Dialect, scan: Scan, of: UnitAggregate, condition: string): string {
  const value = of.value === undefined ? '' : scan.values.get(valueKey(of))!;
  const when = (x: string): string => `case when ${condition} = 1 then ${x} end`;
  switch (of.aggregate) {
    case 'sum': return `sum(${when(value)})`;
    case 'values': return `count(${when(value)})`;
    case 'rows': return `count(${when('1')})`;
    case 'count_distinct': return `count(distinct ${when(value)})`;
    case 'min': case 'max': return `${of.aggregate}(${when(value)})`;
    case 'first_time': return `min(${when('stamp')})`;
    case 'times': return d.list(when('stamp'));
  }
}
