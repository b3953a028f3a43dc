import type { Effect } from '../effects/effect.js';
import { isRefusal, refuse, type Refusal } from '../refusal.js';
import type { Groups } from './groups.js';
import { sumOfMeans } from './sum-of-means.js';

/** Weighted mean of scores with its jackknife error over groups, in units of the scores. Refuses scores that do not vary. */
export function meanScore(scores: Float64Array, weight: Float64Array, groups: Groups): Effect | Refusal {
  const mean = sumOfMeans([{ weight, value: scores }], groups);
  if (isRefusal(mean)) return mean;
  if (!(mean.standardError > 0)) return refuse('zero_variance', 'an average effect needs scores that vary; all are equal', 'Check that the outcome is recorded.');
  return { estimate: mean.estimate, standardError: mean.standardError, degreesOfFreedom: groups.count - 1, n: scores.length };
}
