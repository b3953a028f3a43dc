import type { Effect } from '../effects/effect.js';
import { isRefusal, type Refusal } from '../refusal.js';
import type { CausalSurvivalForest } from './causal-survival-forest.js';
import { groupsAmong } from './groups.js';
import { meanScore } from './mean-score.js';
import { observationWeights } from './observation-weights.js';
import { keepWhere, type OverlapRule } from './overlap.js';

/**
 * Average effect on survival by doubly robust scores, with jackknife errors, by cluster when the forest has clusters; in units of time, or
 * as a difference of probabilities.
 *
 * Refuses a want of overlap (see `OverlapRule`), fewer than two independent groups, and scores that do not vary.
 * @see Cui, Kosorok, Sverdrup, Wager, Zhu (2023), JRSS B 85(2), section 4
 */
export function survivalAverage(forest: CausalSurvivalForest, rule: OverlapRule): Effect & { readonly trimmedShare: number; readonly groups: number } | Refusal {
  const { wHat } = forest;
  const [lowest, highest] = rule.bounds;
  const kept = keepWhere(Int32Array.from(wHat.keys()), rule, (row) => wHat[row]! >= lowest && wHat[row]! <= highest);
  if (isRefusal(kept)) return kept;
  const scoreOf = survivalScores(forest);
  const scores = Float64Array.from(kept.rows, (row) => scoreOf[row]!);
  const all = observationWeights(forest);
  const weight = Float64Array.from(kept.rows, (row) => all[row]!);
  const groups = groupsAmong(kept.rows, forest.rows.clusters, weight);
  const mean = meanScore(scores, weight, groups);
  return isRefusal(mean) ? mean : { ...mean, trimmedShare: kept.trimmedShare, groups: groups.count };
}

/** Doubly robust scores of the effect, shape (n), in units of time or of probability; not finite where the propensity is 0 or 1. */
export const survivalScores = ({ w, wHat, residual, tauHat }: CausalSurvivalForest): Float64Array => tauHat.map((tau, row) => {
  const deviation = w[row]! - wHat[row]!;
  return tau + (deviation * (residual[row]! - deviation * tau)) / (wHat[row]! * (1 - wHat[row]!));
});
