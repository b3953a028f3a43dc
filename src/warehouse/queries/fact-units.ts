import type { Dialect } from '../dialects/ansi.js';
import type { Inputs } from '../inputs.js';
import { columnOf } from '../relation.js';
import { filterOf, valueKey, type Scan, type Slot } from '../scans.js';
import type { UnitAggregate } from '../unit-columns.js';
import type { Faults } from '../fact-summary.js';
import { asNumber } from './exposure-rows.js';
import { factRows, factTime, type Reach } from './fact-rows.js';
import { EXPOSED, NEVER_EXPOSED, SIDES } from './names.js';

const MICROSECONDS = 1_000_000;

/**
 * One row a unit and side of its first exposure: every aggregate of every metric in one pass.
 * Units that were never exposed are there too, so that they can be counted; exposed units with no event in any span
 * are not.
 * @param reach   no event outside of it can count
 * @param faults  rows are not guarded against what is not there
 */
export function factUnits(d: Dialect, inputs: Inputs, scan: Scan, reach: Reach, hasExposureTimes: boolean, faults: Faults): string {
  const isTimed = hasExposureTimes && factTime(d, scan) !== undefined;
  const source = { fact: scan.fact, relation: scan.relation, extra: rawColumns(d, scan, faults) };
  const spans = new Map<string, string>();
  if (isTimed) for (const slot of scan.slots) intern(spans, spansOf(slot), 'p');
  const conditions = new Map<string, string>();
  const aggregates = scan.slots.map((slot) => {
    // a span that all share is a filter on rows, and no condition of any one of them
    const passes = [...(spans.size > 1 ? [spans.get(spansOf(slot))!] : []), ...filtersOf(d, scan, slot.of)];
    return `${aggregate(d, scan, slot.of, passes.length === 0 ? undefined : intern(conditions, passes.join(' and '), 'c'))} as ${slot.name}`;
  });
  const carried = ['unit', 'side', ...(isTimed ? ['stamp'] : []), ...new Set(scan.values.values())];
  const side = `case when u.unit is null then ${NEVER_EXPOSED}${isTimed ? ` when r.stamp < u.stamp then ${SIDES.before}` : ''} else ${SIDES.after} end`;
  const usable = `r.unit is not null${factTime(d, scan) === undefined ? '' : ' and r.stamp is not null'}`;
  return `select unit, side${aggregates.map((sql) => `,\n  ${sql}`).join('')}
from (
  select ${[...carried, ...[...conditions].map(([sql, name]) => `${sql} as ${name}`)].join(', ')}
  from (
    select r.*, ${side} as side${[...spans].map(([sql, name]) => `,\n      ${sql} as ${name}`).join('')}
    from (${factRows(d, inputs, source, reach, faults.duplicates > 0)}) as r
    left join ${EXPOSED} as u on u.unit = r.unit
    where ${usable}
  ) as j${spans.size ? `\n  where side = ${NEVER_EXPOSED}${[...spans.values()].map((name) => ` or ${name}`).join('')}` : ''}
) as k
group by unit, side`;
}

function intern(map: Map<string, string>, key: string, prefix: string): string {
  if (!map.has(key)) map.set(key, `${prefix}${map.size}`);
  return map.get(key)!;
}

/** Values as doubles without NaN and infinities, and filters as bits. */
function rawColumns(d: Dialect, scan: Scan, { notFinite }: Faults): Map<string, string> {
  const extra = new Map<string, string>();
  for (const [key, name] of scan.values) {
    const column = columnOf(scan.relation, key.slice(key.indexOf(':') + 1), 'value');
    const sql = d.quote(column.name);
    const double = asNumber(d, { sql, type: column.type });
    const value = key.startsWith('raw:') ? sql : double;
    extra.set(name, notFinite.get(column.name) ? `case when ${d.isFinite(d.asDouble(sql))} then ${value} end` : value);
  }
  for (const [sql, name] of scan.filters) extra.set(name, sql);
  return extra;
}

/** Each side has its own span; where the events of one side are asked for, the other is empty there. */
function spansOf({ spans: { before, after } }: Slot): string {
  const isOne = before && after && before.to === after.from;
  const spans = isOne ? [{ from: before.from, to: after.to }] : [before, after].filter((span) => span !== undefined);
  return spans.map(({ from, to }) => {
    const begins = `r.stamp >= u.stamp${offset(from)}`;
    return to === null ? begins : `(${begins} and r.stamp < u.stamp${offset(to)})`;
  }).join(' or ');
}
const offset = (seconds: number): string => (seconds === 0 ? '' : ` ${seconds < 0 ? '-' : '+'} ${Math.abs(seconds) * MICROSECONDS}`);

function filtersOf(d: Dialect, scan: Scan, of: UnitAggregate): string[] {
  const filter = filterOf(d, scan.relation, of);
  return filter === undefined ? [] : [scan.filters.get(filter)!];
}

/** @param condition  absent: of all rows */
function aggregate(d: Dialect, scan: Scan, of: UnitAggregate, condition: string | undefined): string {
  const value = of.value === undefined ? '' : scan.values.get(valueKey(of))!;
  const when = (x: string): string => (condition === undefined ? x : `case when ${condition} then ${x} end`);
  switch (of.aggregate) {
    case 'sum': return `sum(${when(value)})`;
    case 'values': return `count(${when(value)})`;
    case 'rows': return condition === undefined ? 'count(*)' : `count(${when('1')})`;
    case 'count_distinct': return `count(distinct ${when(value)})`;
    case 'min': case 'max': return `${of.aggregate}(${when(value)})`;
    case 'first_time': return `min(${when('stamp')})`;
    case 'times': return d.list(when('stamp'));
  }
}
