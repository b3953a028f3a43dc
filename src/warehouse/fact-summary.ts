import type { Summaries } from '../experiment/summaries.js';
import type { Scan } from './scans.js';
import { numberOf, numberOrNull, type Row } from './session.js';
import { toInstant } from './times.js';

/** Rows that repeat an id, and by column the values that are not finite. */
export interface Faults { readonly duplicates: number; readonly notFinite: ReadonlyMap<string, number> }
export interface FactReading { readonly scan: Scan; readonly totals: Row; readonly faults: Faults; readonly matched: number }

/** Counts of one fact table. */
export function factSummary({ scan, totals, faults, matched }: FactReading): Summaries['facts'][number] {
  const rows = numberOf(totals, 'row_count');
  const instant = (name: string) => { const time = numberOrNull(totals, name); return time === null ? null : toInstant(time); };
  return {
    name: scan.fact.name,
    rows,
    nullUnits: rows - numberOf(totals, 'with_unit'),
    nullTimes: scan.fact.time === undefined ? 0 : rows - numberOf(totals, 'with_time'),
    duplicates: faults.duplicates,
    notFinite: [...faults.notFinite.values()].reduce((sum, values) => sum + values, 0),
    matched,
    first: instant('first_at'),
    last: instant('last_at'),
  };
}
