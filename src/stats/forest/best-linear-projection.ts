import { isRefusal, refuse, type Refusal } from '../refusal.js';
import type { CausalForest } from './causal-forest.js';
import { groupsAmong } from './groups.js';
import { observationWeights } from './observation-weights.js';
import { defaultOverlap, keepOverlap, type OverlapRule } from './overlap.js';
import { robustRegression, type RobustRegression } from './robust-regression.js';

export interface LinearProjection extends RobustRegression {
  /** rows of the regression */
  readonly n: number;
  /** share of rows left out for want of overlap */
  readonly trimmedShare: number;
}

/** A forest of one treatment's effects. */
type ProjectedForest = Pick<CausalForest, 'wHat' | 'isBinary' | 'weight' | 'rows' | 'settings'>;

/**
 * Best linear projection of the effect on some columns: regression of the doubly robust scores, with HC3 or cluster-jackknife errors.
 *
 * @param columns named regressors, shape (n), without the intercept
 * @param target over whom the projection is best: everyone, or everyone by e(x) (1 - e(x)), of a binary treatment
 * @see Semenova, Chernozhukov (2021), Econometrics Journal 24(2); Cui and others (2023)
 */
export function bestLinearProjection(
  forest: ProjectedForest, scores: Float64Array, columns: Readonly<Record<string, Float64Array>>, level: number, rule: OverlapRule = defaultOverlap, target: 'all' | 'overlap' = 'all', subset?: Int32Array,
): LinearProjection | Refusal {
  if (target === 'overlap' && !forest.isBinary) return refuse('unsupported_combination', 'a projection weighted by overlap needs a binary treatment', 'Ask for target all.');
  // a score divides by e(x) (1 - e(x)), which weighs it here: where that is 0 nothing is told
  const kept = target === 'overlap' ? keepOverlap(forest, { bounds: [Number.EPSILON, 1 - Number.EPSILON], beyond: 'trim' }, 'both', subset) : keepOverlap(forest, rule, 'both', subset);
  if (isRefusal(kept)) return kept;
  const at = (column: Float64Array) => Float64Array.from(kept.rows, (row) => column[row]!);
  const shares = target === 'overlap' ? forest.wHat.map((e) => e * (1 - e)) : null;
  const weight = at(observationWeights(forest).map((each, row) => each * (shares ? shares[row]! : 1)));
  const regressors = {
    intercept: new Float64Array(kept.rows.length).fill(1),
    ...Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, at(column)])),
  };
  const fit = robustRegression(at(scores), regressors, weight, groupsAmong(kept.rows, forest.rows.clusters, weight), level);
  return isRefusal(fit) ? fit : { ...fit, n: kept.rows.length, trimmedShare: kept.trimmedShare };
}
