import type { Dialect } from '../dialects/ansi.js';
import type { Inputs } from '../inputs.js';
import { columnOf } from '../relation.js';
import { factRows, factTime } from './fact-rows.js';
import type { Scan } from '../scans.js';

/** Rows, nulls, first and last time, repeated ids, and values that are not finite, of one fact table; no grouping. */
export function factTotals(d: Dialect, inputs: Inputs, scan: Scan, asOf: number | null): string {
  const timed = factTime(d, scan) !== undefined;
  const floats = floatColumns(scan);
  const extra = new Map(floats.map((name, i) => [`v${i}`, d.asDouble(d.quote(name))]));
  if (scan.fact.id !== undefined) extra.set('id', d.quote(scan.fact.id));
  const select = [
    'count(*) as row_count', 'count(unit) as with_unit',
    ...(timed ? ['count(stamp) as with_time', 'min(stamp) as first_at', 'max(stamp) as last_at'] : []),
    ...(scan.fact.id === undefined ? [] : ['count(id) - count(distinct id) as duplicates']),
    ...floats.map((_, i) => `count(case when not ${d.isFinite(`v${i}`)} then 1 end) as not_finite_${i}`),
  ];
  return `select ${select.join(',\n  ')}\nfrom (${factRows(d, inputs, { ...scan, extra }, asOf, false)}) as r`;
}

/** Value columns that can hold NaN and infinities, in the order of `not_finite_0`, .... */
export const floatColumns = (scan: Scan): readonly string[] =>
  [...new Set([...scan.values.keys()].map((key) => key.slice(key.indexOf(':') + 1)))].filter((name) => columnOf(scan.relation, name, 'value').type === 'number');
