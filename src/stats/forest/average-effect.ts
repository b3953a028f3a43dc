import type { Effect } from '../effects/effect.js';
import { isRefusal, refuse, type Refusal } from '../refusal.js';
import type { CausalForest } from './causal-forest.js';
import { groupsAmong, type Groups } from './groups.js';
import { observationWeights } from './observation-weights.js';
import { defaultOverlap, keepOverlap, type OverlapRule } from './overlap.js';
import { robustRegression } from './robust-regression.js';
import { sumOfMeans, type MeanPart, type SumOfMeans } from './sum-of-means.js';

/** Over whom an effect is averaged: everyone, the treated, the controls, or everyone by e(x) (1 - e(x)). */
export const effectTargets = ['all', 'treated', 'control', 'overlap'] as const;
export type EffectTarget = (typeof effectTargets)[number];

export interface AverageEffect extends Effect {
  readonly target: EffectTarget;
  /** rows averaged over, to which the influence values belong */
  readonly rows: Int32Array;
  /** share of rows left out for want of overlap */
  readonly trimmedShare: number;
  /** independent groups behind the error: clusters, or rows */
  readonly groups: number;
}

/**
 * Average effect by augmented inverse-propensity weighting of out-of-bag predictions, in units of y (per unit of w).
 *
 * Jackknife errors, by cluster when the forest has clusters, with a t distribution of one degree of freedom less than there are groups.
 * `treated` and `control` are for a binary treatment only.
 * @param scores doubly robust scores of the forest's rows
 * @param subset rows to average over
 * Refuses a want of overlap (see `OverlapRule`), fewer than two independent groups, and scores that do not vary.
 * @see Robins, Rotnitzky, Zhao (1994); Athey, Wager (2019), Observational Studies 5; Crump, Hotz, Imbens, Mitnik (2009) for the overlap weights
 */
export function averageEffect(
  forest: CausalForest, scores: Float64Array, target: EffectTarget, rule: OverlapRule = defaultOverlap, subset?: Int32Array,
): AverageEffect | Refusal {
  if (!forest.isBinary && (target === 'treated' || target === 'control')) {
    return refuse('unsupported_combination', `the average effect on the ${target} needs a binary treatment`, 'Ask for target all or overlap.');
  }
  // a target divides by the propensity of the arm that it has to imagine
  const side = { all: 'both', treated: 'control', control: 'treated', overlap: 'neither' } as const;
  const kept = keepOverlap(forest, rule, side[target], subset);
  if (isRefusal(kept)) return kept;
  const all = observationWeights(forest);
  const weight = Float64Array.from(kept.rows, (row) => all[row]!);
  const groups = groupsAmong(kept.rows, forest.rows.clusters, weight);
  const found = target === 'overlap' ? overlapEffect(forest, kept.rows, weight, groups)
    : sumOfMeans(target === 'all' ? [{ weight, value: Float64Array.from(kept.rows, (row) => scores[row]!) }] : armParts(forest, kept.rows, weight, target), groups);
  if (isRefusal(found)) return found;
  const { estimate, standardError, influence } = found;
  if (!(standardError > 0)) return refuse('zero_variance', 'an average effect needs scores that vary; all are equal', 'Check that the outcome is recorded.');
  const n = kept.rows.length;
  return {
    target, rows: kept.rows, estimate, standardError, n, trimmedShare: kept.trimmedShare, groups: groups.count, degreesOfFreedom: groups.count - 1,
    influence: influence.map((value) => value * n),
  };
}

/** The mean predicted effect and residual in one arm, and the other arm's residuals weighted to look like it. */
function armParts({ y, w, yHat, wHat, tauHat }: CausalForest, rows: Int32Array, weight: Float64Array, target: 'treated' | 'control'): MeanPart[] {
  const arm = target === 'treated' ? 1 : 0;
  const sign = (row: number) => (w[row] === 1 ? 1 : -1);
  const residual = (row: number) => sign(row) * (y[row]! - yHat[row]! - (w[row]! - wHat[row]!) * tauHat[row]!);
  const odds = (row: number) => (target === 'treated' ? wHat[row]! / (1 - wHat[row]!) : (1 - wHat[row]!) / wHat[row]!);
  return [
    { weight: weight.map((value, i) => (w[rows[i]!] === arm ? value : 0)), value: Float64Array.from(rows, (row) => tauHat[row]! + residual(row)) },
    { weight: weight.map((value, i) => (w[rows[i]!] === arm ? 0 : value * odds(rows[i]!))), value: Float64Array.from(rows, residual) },
  ];
}

/** The slope of Y - yHat on W - wHat: the effect weighted by the variance of the treatment. */
function overlapEffect({ y, w, yHat, wHat }: CausalForest, rows: Int32Array, weight: Float64Array, groups: Groups): SumOfMeans | Refusal {
  const outcome = Float64Array.from(rows, (row) => y[row]! - yHat[row]!);
  const treatment = Float64Array.from(rows, (row) => w[row]! - wHat[row]!);
  const fit = robustRegression(outcome, { intercept: new Float64Array(rows.length).fill(1), effect: treatment }, weight, groups, 0.95);
  if (isRefusal(fit)) return fit;
  const [intercept, effect] = fit.coefficients.map(({ estimate }) => estimate) as [number, number];
  const total = weight.reduce((sum, value) => sum + value, 0);
  const mean = treatment.reduce((sum, value, i) => sum + weight[i]! * value, 0) / total;
  const spread = treatment.reduce((sum, value, i) => sum + weight[i]! * (value - mean) ** 2, 0);
  return {
    estimate: effect, standardError: fit.coefficients[1]!.standardError,
    influence: weight.map((value, i) => (value * (treatment[i]! - mean) * (outcome[i]! - intercept - effect * treatment[i]!)) / spread),
  };
}
