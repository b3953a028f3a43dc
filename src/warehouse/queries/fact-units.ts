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
 * Units that were never exposed are there too, with `matched` 0, so that they can be counted; exposed units with no
 * event in any span are not.
 */
export function factUnits(d: Dialect, inputs: Inputs, scan: Scan, asOf: number | null, hasExposureTimes: boolean, seen: SeenRows): string {
  const isTimed = hasExposureTimes && factTime(d, scan) !== undefined;
  const source = { fact: scan.fact, relation: scan.relation, extra: rawColumns(d, scan, seen.notFinite) };
  const spans = new Map<string, string>();
  const conditions = new Map<string, string>();
  const aggregates = [...scan.aggregates.values()].map(({ name, of }) => {
    const passes = [...(isTimed ? [intern(spans, spanOf(of), 'p')] : []), ...filtersOf(d, scan, of)];
    return `${aggregate(d, scan, of, intern(conditions, passes.join(' and ') || '1 = 1', 'c'))} as ${name}`;
  });
  const values = [...new Set([...scan.values.values()])];
  const carried = ['unit', 'matched', ...(isTimed ? ['stamp'] : []), ...values];
  const usable = `r.unit is not null${factTime(d, scan) === undefined ? '' : ' and r.stamp is not null'}`;
  return `select unit, max(matched) as matched${aggregates.map((sql) => `,\n  ${sql}`).join('')}
from (
  select ${[...carried, ...[...conditions].map(([sql, name]) => `${sql} as ${name}`)].join(', ')}
  from (
    select r.*, ${d.asBit('u.unit is not null')} as matched${[...spans].map(([sql, name]) => `,\n      ${sql} as ${name}`).join('')}
    from (${factRows(d, inputs, source, asOf, seen.hasDuplicates)}) as r
    left join ${EXPOSED} as u on u.unit = r.unit
    where ${usable}
  ) as j${spans.size ? `\n  where matched = 0${[...spans.values()].map((name) => ` or ${name}`).join('')}` : ''}
) as k
group by unit`;
}

/** What the totals found, so that rows are not guarded against what is not there. */
export interface SeenRows { readonly hasDuplicates: boolean; /** columns with NaN or infinities */ readonly notFinite: ReadonlySet<string> }

function intern(map: Map<string, string>, key: string, prefix: string): string {
  if (!map.has(key)) map.set(key, `${prefix}${map.size}`);
  return map.get(key)!;
}

/** Values as doubles without NaN and infinities, and filters as bits. */
function rawColumns(d: Dialect, scan: Scan, notFinite: ReadonlySet<string>): Map<string, string> {
  const extra = new Map<string, string>();
  for (const [key, name] of scan.values) {
    const column = columnOf(scan.relation, key.slice(key.indexOf(':') + 1), 'value');
    const sql = d.quote(column.name);
    const double = asNumber(d, { sql, type: column.type });
    const value = key.startsWith('raw:') ? sql : double;
    extra.set(name, notFinite.has(column.name) ? `case when ${d.isFinite(d.asDouble(sql))} then ${value} end` : value);
  }
  for (const [sql, name] of scan.filters) extra.set(name, sql);
  return extra;
}

function spanOf({ span }: UnitAggregate): string {
  const begins = `r.stamp >= u.stamp${offset(span.from)}`;
  return span.to === null ? begins : `${begins} and r.stamp < u.stamp${offset(span.to)}`;
}
const offset = (seconds: number): string => (seconds === 0 ? '' : ` ${seconds < 0 ? '-' : '+'} ${Math.abs(seconds) * MICROSECONDS}`);

function filtersOf(d: Dialect, scan: Scan, of: UnitAggregate): string[] {
  const filter = filterOf(d, scan.relation, of);
  return filter === undefined ? [] : [scan.filters.get(filter)!];
}

function aggregate(d: Dialect, scan: Scan, of: UnitAggregate, condition: string): string {
  const value = of.value === undefined ? '' : scan.values.get(valueKey(of))!;
  const when = (x: string): string => `case when ${condition} then ${x} end`;
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
