import { chiSquareUpperTail } from '../../numeric/incomplete-gamma.js';

/** Below this many expected units the chi-square distribution is no longer a good reference. */
const LEAST_EXPECTED = 5;

/**
 * Pearson's test that two experiments were assigned independently of each other.
 * @param counts units of each pair of arms, row by row
 * @returns null where a pair is expected to have fewer than 5 units
 */
export function assignmentIndependence(counts: readonly number[], rows: number, columns: number): { readonly statistic: number; readonly degreesOfFreedom: number; readonly pValue: number } | null {
  const total = counts.reduce((a, b) => a + b, 0);
  const ofRow = Array.from({ length: rows }, (_, r) => counts.slice(r * columns, (r + 1) * columns).reduce((a, b) => a + b, 0));
  const ofColumn = Array.from({ length: columns }, (_, c) => ofRow.reduce((sum, _row, r) => sum + counts[r * columns + c]!, 0));
  let statistic = 0;
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const expected = (ofRow[r]! * ofColumn[c]!) / total;
      if (!(expected >= LEAST_EXPECTED)) return null;
      statistic += (counts[r * columns + c]! - expected) ** 2 / expected;
    }
  }
  const degreesOfFreedom = (rows - 1) * (columns - 1);
  return { statistic, degreesOfFreedom, pValue: chiSquareUpperTail(statistic, degreesOfFreedom) };
}
