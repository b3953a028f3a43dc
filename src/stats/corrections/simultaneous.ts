import type { ConfidenceSet } from '../inference/inference.js';
import type { Corrected } from './correction.js';

/**
 * The simultaneous set of one row: the set at the row's level, made to say what the correction says.
 *
 * An end that equals the null was cut there and is not part of the set, when the row is rejected; the set of a row that is not
 * rejected holds the null.
 * @param set at the level that the correction asked for, two-sided
 * @param estimate tells the side of the null
 */
export function simultaneousSet(set: ConfidenceSet, estimate: number, nullValue: number, rejected: boolean, reach: Corrected['reach'][number]): ConfidenceSet {
  if (reach === 'line') return { shape: 'line', lower: null, upper: null };
  const above = estimate > nullValue;
  if (rejected && reach === 'open') return above ? { shape: 'interval', lower: nullValue, upper: null } : { shape: 'interval', lower: null, upper: nullValue };
  if (set.shape !== 'interval') return set;
  const lower = reach === 'open' && !above ? null : set.lower;
  const upper = reach === 'open' && above ? null : set.upper;
  if (rejected) {
    return above ? { ...set, lower: Math.max(lower ?? -Infinity, nullValue) } : { ...set, upper: Math.min(upper ?? Infinity, nullValue) };
  }
  // A test with a standard error of its own (pooled proportions) may keep what the interval would exclude: widen to the null
  return {
    ...set,
    lower: lower === null ? null : Math.min(lower, nullValue),
    upper: upper === null ? null : Math.max(upper, nullValue),
  };
}
