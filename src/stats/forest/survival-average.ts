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
  const { w, wHat, residual, tauHat } = forest;
  const [lowest, highest] = rule.bounds;
  const kept = keepWhere(Int32Array.from(w.keys()), rule, (row) => wHat[row]! >= lowest && wHat[row]! <= highest);
  if (isRefusal(kept)) return kept;
  const scores = Float64Array.from(kept.rows, (row) => {
    const deviation = w[row]! - wHat[row]!;
    return tauHat[row]! + (deviation * (residual[row]! - deviation * tauHat[row]!)) / (wHat[row]! * (1 - wHat[row]!));
  });
  const all = observationWeights(forest);
  const weight = Float64Array.from(kept.rows, (row) => all[row]!);
  const groups = groupsAmong(kept.rows, forest.rows.clusters, weight);
  const mean = meanScore(scores, weight, groups);
  return isRefusal(mean) ? mean : { ...mean, trimmedShare: kept.trimmedShare, groups: groups.count };
}
