import type { Dialect } from '../dialects/ansi.js';
import type { Inputs } from '../inputs.js';
import { columnOf } from '../relation.js';
import { factRows, type Reach } from './fact-rows.js';
import type { Scan } from '../scans.js';

/** Rows, nulls, first and last time of one fact table; an engine may know them without reading the rows. */
export function factTotals(d: Dialect, inputs: Inputs, scan: Scan, upTo: Reach): string {
  const { fact, relation } = scan;
  const unit = d.quote(fact.unit);
  const time = fact.time === undefined ? undefined : columnOf(relation, fact.time, 'time');
  const ends = (extreme: 'min' | 'max') => d.microseconds(`${extreme}(${d.quote(time!.name)})`, time!.type, relation.zone);
  const isOrdered = time !== undefined && ORDERED_TIMES.has(time.type);
  if (time === undefined || (isOrdered && upTo.to === null)) {
    return `select count(*) as row_count, count(${unit}) as with_unit${time ? `, count(${d.quote(time.name)}) as with_time,
  ${ends('min')} as first_at, ${ends('max')} as last_at` : ''}\nfrom ${relation.from} as t`;
  }
  return `select count(*) as row_count, count(unit) as with_unit, count(stamp) as with_time, min(stamp) as first_at, max(stamp) as last_at
from (${factRows(d, inputs, { fact, relation, extra: new Map() }, upTo, false)}) as r`;
}

/** Types that are in the order of time as they stand; text is not. */
const ORDERED_TIMES: ReadonlySet<string> = new Set(['timestamp', 'timestamptz', 'date']);

/** Repeated ids, and values that are not finite; undefined when the fact can have neither. */
export function factFaults(d: Dialect, inputs: Inputs, scan: Scan, upTo: Reach): string | undefined {
  const floats = floatColumns(scan);
  const extra = new Map(floats.map((name, i) => [`v${i}`, d.asDouble(d.quote(name))]));
  if (scan.fact.id !== undefined) extra.set('id', d.quote(scan.fact.id));
  if (extra.size === 0) return undefined;
  const select = [
    ...(scan.fact.id === undefined ? [] : ['count(id) - count(distinct id) as duplicates']),
    ...floats.map((_, i) => `count(case when not ${d.isFinite(`v${i}`)} then 1 end) as not_finite_${i}`),
  ];
  return `select ${select.join(',\n  ')}\nfrom (${factRows(d, inputs, { ...scan, extra }, upTo, false)}) as r`;
}

/** Value columns that can hold NaN and infinities, in the order of `not_finite_0`, .... */
export const floatColumns = (scan: Scan): readonly string[] =>
  [...new Set([...scan.values.keys()].map((key) => key.slice(key.indexOf(':') + 1)))].filter((name) => columnOf(scan.relation, name, 'value').type === 'number');
