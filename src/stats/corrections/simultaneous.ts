import type { ConfidenceSet } from '../inference/inference.js';
import type { Corrected } from './correction.js';

/**
 * The simultaneous set of one row: the set at the row's level, made to say what the correction says.
 *
 * An end that equals the null was cut there and is not part of the set, when the row is rejected; the set of a row that is not
 * rejected holds the null.
 * @param setAtLevel the set at the level that the correction asked for, two-sided; asked for only where it says more than the side
 * @param estimate tells the side of the null
 */
export function simultaneousSet(setAtLevel: () => ConfidenceSet, estimate: number, nullValue: number, rejected: boolean, reach: Corrected['reach'][number]): ConfidenceSet {
  if (reach === 'line') return { shape: 'line', lower: null, upper: null };
  const above = estimate > nullValue;
  if (rejected && reach === 'open') return above ? between(nullValue, null) : between(null, nullValue);
  const set = setAtLevel();
  if (set.shape !== 'interval') return set;
  const lower = reach === 'open' && !above ? null : set.lower;
  const upper = reach === 'open' && above ? null : set.upper;
  if (rejected) {
    return above ? between(Math.max(lower ?? -Infinity, nullValue), set.upper) : between(set.lower, Math.min(upper ?? Infinity, nullValue));
  }
  // A test with a standard error of its own (pooled proportions) may keep what the interval would exclude: widen to the null
  return between(lower === null ? null : Math.min(lower, nullValue), upper === null ? null : Math.max(upper, nullValue));
}

const between = (lower: number | null, upper: number | null): ConfidenceSet => ({ shape: 'interval', lower, upper });
