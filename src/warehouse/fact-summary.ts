import type { Summaries } from '../experiment/summaries.js';
import type { Scan } from './scans.js';
import { numberOf, numberOrNull, type Row } from './session.js';
import { toInstant } from './times.js';

export interface FactReading { readonly scan: Scan; readonly totals: Row; readonly faults: Row; readonly unmatched: number }

/** Counts of one fact table. */
export function factSummary({ scan, totals, faults, unmatched }: FactReading): Summaries['facts'][number] {
  const rows = numberOf(totals, 'row_count');
  const instant = (name: string) => { const time = numberOrNull(totals, name); return time === null ? null : toInstant(time); };
  const notFinite = Object.keys(faults).filter((name) => name.startsWith('not_finite_'));
  return {
    name: scan.fact.name,
    rows,
    nullUnits: rows - numberOf(totals, 'with_unit'),
    nullTimes: scan.fact.time === undefined ? 0 : rows - numberOf(totals, 'with_time'),
    duplicates: numberOf(faults, 'duplicates'),
    notFinite: notFinite.reduce((sum, name) => sum + numberOf(faults, name), 0),
    unmatched,
    first: instant('first_at'),
    last: instant('last_at'),
  };
}
