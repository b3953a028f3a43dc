import type { MetricContext } from './metric-summaries.js';
import type { Grouping } from './queries/moment-sums.js';
import { numberOf, numberOrNull, type Row } from './session.js';

/** What one row of the moments is about. */
export interface Group {
  readonly key: string;
  /** index of the arm in the plan */
  readonly arm: number;
  /** days since 1970, for a cohort of first exposure */
  readonly day: number | null;
  /** the arm (null) and the segment values that the row is a part of; empty for a cohort */
  readonly segments: readonly ({ readonly index: number; readonly value: string } | null)[];
}

/** `grouping()` sets a bit for each key that a row does not have, the last key in the lowest bit. */
export function groupOf(row: Row, { cells, plan }: MetricContext, grouping: Grouping): Group {
  const missing = numberOf(row, 'grouping_set');
  return grouping === 'cells' ? finestGroup(row, missing, cells) : segmentGroup(row, missing, plan.segments.length);
}

function finestGroup(row: Row, missing: number, { cells }: MetricContext['cells']): Group {
  const isCell = (missing & 0b100) === 0;
  if (!isCell) return cohort(row);
  const cell = cells[numberOf(row, 'cell')]!;
  return { key: `cell ${cell.cell}`, arm: cell.planned, day: null, segments: [null, ...cell.segments.map((value, index) => ({ index, value }))] };
}

function segmentGroup(row: Row, missing: number, segments: number): Group {
  const has = (position: number) => (missing & (1 << (segments + 1 - position))) === 0;
  if (has(1)) return cohort(row);
  const arm = numberOf(row, 'arm');
  const index = Array.from({ length: segments }, (_, i) => i).find((i) => has(2 + i));
  if (index === undefined) return { key: `arm ${arm}`, arm, day: null, segments: [null] };
  const value = String(row[`s${index}`]);
  return { key: JSON.stringify([arm, index, value]), arm, day: null, segments: [{ index, value }] };
}

/** Without exposure times there is one cohort without a day, which nobody asked for. */
function cohort(row: Row): Group {
  const day = numberOrNull(row, 'day');
  const arm = numberOf(row, 'arm');
  return { key: `day ${arm} ${day}`, arm, day, segments: [] };
}
