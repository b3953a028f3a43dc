import type { Dialect } from '../dialects/ansi.js';
import type { Inputs } from '../inputs.js';
import { columnOf, type Relation } from '../relation.js';
import { factRows, type Reach } from './fact-rows.js';
import type { Scan, Slot } from '../scans.js';
import { factUnits, SIDES } from './names.js';

/** Rows, nulls, first and last time of one fact table; an engine may know them without reading the rows. */
export function factTotals(d: Dialect, inputs: Inputs, { fact, relation }: Scan, upTo: Reach): string {
  const told = upTo.to === null || fact.time === undefined ? tableTotals(d, relation, fact) : undefined;
  return told ??  `select count(*) as row_count, count(unit) as with_unit, count(stamp) as with_time, min(stamp) as first_at, max(stamp) as last_at
from (${factRows(d, inputs, { fact, relation, extra: new Map() }, upTo)}) as r`;
}

/** The same of a whole table; undefined where its times have to be read to be put in order. */
export function tableTotals(d: Dialect, relation: Relation, { unit, time: name }: { readonly unit: string; readonly time?: string | undefined }): string | undefined {
  const time = name === undefined ? undefined : columnOf(relation, name, 'time');
  if (time && !ORDERED_TIMES.has(time.type)) return undefined;
  const ends = (extreme: 'min' | 'max') => d.microseconds(`${extreme}(${d.quote(time!.name)})`, time!.type, relation.zone);
  return `select count(*) as row_count, count(${d.quote(unit)}) as with_unit${time ? `, count(${d.quote(time.name)}) as with_time,
  ${ends('min')} as first_at, ${ends('max')} as last_at` : ''}\nfrom ${relation.from} as t`;
}

/** Types that are in the order of time as they stand; text is not. */
const ORDERED_TIMES: ReadonlySet<string> = new Set(['timestamp', 'timestamptz', 'date']);

/** Repeated ids, and values of `columns` that are not finite; undefined when there is nothing to look for. */
export function factFaults(d: Dialect, inputs: Inputs, scan: Scan, upTo: Reach, columns: readonly string[], id?: string): string | undefined {
  const extra = new Map(columns.map((name, i) => [`v${i}`, d.asDouble(d.quote(name))]));
  if (id !== undefined) extra.set('id', d.quote(id));
  if (extra.size === 0) return undefined;
  const select = [
    ...(id === undefined ? [] : ['count(id) - count(distinct id) as duplicates']),
    ...columns.map((_, i) => `count(case when not ${d.isFinite(`v${i}`)} then 1 end) as not_finite_${i}`),
  ];
  return `select ${select.join(',\n  ')}\nfrom (${factRows(d, inputs, { ...scan, extra }, upTo)}) as r`;
}

/** Exposed units with events: after exposure, or before it where nothing is read after; and of each of `sums` over units whether all are finite. */
export function factUnitFaults(d: Dialect, { index, slots }: Scan, sums: readonly string[]): string {
  const finite = sums.map((name) => `,\n  count(case when not ${d.isFinite(name)} then 1 end) as not_finite_${name}`);
  const side = slots.length > 0 && slots.every(({ spans: { after } }) => after === undefined) ? SIDES.before : SIDES.after;
  return `select count(case when side = ${side} then 1 end) as units${finite.join('')}\nfrom ${factUnits(index)}`;
}

/**
 * Value columns that can hold NaN and infinities: those that sums over units tell of, with these sums, and others.
 *
 * One value that is not finite makes its sum so: where every aggregate of a column is a sum, or counts the rows of one, a look at
 * the sums spares a scan of the rows.
 */
export function floatColumns(scan: Scan): { readonly summed: ReadonlyMap<string, readonly string[]>; readonly others: readonly string[] } {
  const columns = [...new Set([...scan.values.keys()].map((key) => key.slice(key.indexOf(':') + 1)))].filter((name) => columnOf(scan.relation, name, 'value').type === 'number');
  const summed = new Map<string, string[]>();
  for (const column of columns) {
    const slots = scan.slots.filter(({ of }) => of.value === column);
    const sums = slots.filter(({ of }) => of.aggregate === 'sum');
    if (slots.every((slot) => sums.some((sum) => haveSameRows(sum, slot)))) summed.set(column, sums.map(({ name }) => name));
  }
  return { summed, others: columns.filter((column) => !summed.has(column)) };
}

const haveSameRows = (a: Slot, b: Slot): boolean => (b.of.aggregate === 'sum' ? a === b : b.of.aggregate === 'values' && rowsOf(a) === rowsOf(b));
const rowsOf = ({ of, spans }: Slot): string => JSON.stringify([of.where, of.truthy ?? null, spans.before ?? null, spans.after ?? null]);
