import type { Effect } from '../effects/effect.js';
import { isRefusal, refuse, type Refusal } from '../refusal.js';
import type { CausalForest } from './causal-forest.js';
import { clusterVariance, groupsAmong } from './cluster-variance.js';
import { observationWeights } from './observation-weights.js';
import { defaultOverlap, keepOverlap, type Kept, type OverlapRule } from './overlap.js';
import { robustRegression } from './robust-regression.js';

/** Over whom an effect is averaged: everyone, the treated, the controls, or everyone by e(x) (1 - e(x)). */
export const effectTargets = ['all', 'treated', 'control', 'overlap'] as const;
export type EffectTarget = (typeof effectTargets)[number];

export interface AverageEffect extends Effect {
  readonly target: EffectTarget;
  /** share of rows left out for want of overlap */
  readonly trimmedShare: number;
  /** independent groups behind the error: clusters, or rows */
  readonly groups: number;
}

/**
 * Average effect by augmented inverse-propensity weighting of out-of-bag predictions, in units of y (per unit of w).
 *
 * Errors are cluster-robust when the forest has clusters. `treated` and `control` are for a binary treatment only.
 * @param scores doubly robust scores of the forest's rows
 * @param subset rows to average over
 * Refuses a want of overlap (see `OverlapRule`) and fewer than two independent groups.
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
  if (target === 'overlap') return overlapEffect(forest, kept);
  const all = observationWeights(forest);
  const weight = Float64Array.from(kept.rows, (row) => all[row]!);
  const influence = target === 'all' ? overEveryone(kept.rows, scores, weight) : overArm(forest, kept.rows, weight, target);
  return isRefusal(influence) ? influence : effectOf(forest, kept, target, weight, influence);
}

interface Influence { readonly estimate: number; readonly values: Float64Array }

function overEveryone(rows: Int32Array, scores: Float64Array, weight: Float64Array): Influence {
  const total = weight.reduce((sum, value) => sum + value, 0);
  let estimate = 0;
  rows.forEach((row, i) => { estimate += (weight[i]! * scores[row]!) / total; });
  return { estimate, values: weight.map((value, i) => (value * (scores[rows[i]!]! - estimate)) / total) };
}

/** The mean predicted effect in one arm, and the other arm's residuals weighted to look like it. */
function overArm({ y, w, yHat, wHat, tauHat }: CausalForest, rows: Int32Array, weight: Float64Array, target: 'treated' | 'control'): Influence | Refusal {
  const arm = target === 'treated' ? 1 : 0;
  const odds = weight.map((_, i) => {
    const e = wHat[rows[i]!]!;
    if (w[rows[i]!] === arm) return 1;
    return target === 'treated' ? e / (1 - e) : (1 - e) / e;
  });
  let own = 0;
  let other = 0;
  rows.forEach((row, i) => {
    if (w[row] === arm) own += weight[i]!;
    else other += weight[i]! * odds[i]!;
  });
  if (!(own > 0 && other > 0)) return refuse('too_few_units', `the average effect on the ${target} needs units with weight in both arms`, 'Collect units of both arms.');
  let mean = 0;
  rows.forEach((row, i) => { if (w[row] === arm) mean += (weight[i]! * tauHat[row]!) / own; });
  let estimate = mean;
  const values = weight.map((value, i) => {
    const row = rows[i]!;
    const residual = y[row]! - yHat[row]! - (w[row]! - wHat[row]!) * tauHat[row]!;
    const share = w[row] === arm ? value / own : (value * odds[i]!) / other;
    const correction = share * (w[row] === 1 ? residual : -residual);
    estimate += correction;
    return correction + (w[row] === arm ? share * (tauHat[row]! - mean) : 0);
  });
  return { estimate, values };
}

/** The slope of Y - yHat on W - wHat: the effect weighted by the variance of the treatment. */
function overlapEffect(forest: CausalForest, kept: Kept): AverageEffect | Refusal {
  const { y, w, yHat, wHat, rows: { clusters } } = forest;
  const all = observationWeights(forest);
  const weight = Float64Array.from(kept.rows, (row) => all[row]!);
  const groups = groupsAmong(kept.rows, clusters, weight);
  const fit = robustRegression(
    Float64Array.from(kept.rows, (row) => y[row]! - yHat[row]!),
    { intercept: new Float64Array(kept.rows.length).fill(1), effect: Float64Array.from(kept.rows, (row) => w[row]! - wHat[row]!) },
    weight, groups, 0.95);
  if (isRefusal(fit)) return fit;
  const { estimate, standardError } = fit.coefficients[1]!;
  return { target: 'overlap', estimate, standardError, degreesOfFreedom: null, n: kept.rows.length, trimmedShare: kept.trimmedShare, groups: groups.count };
}

function effectOf(forest: CausalForest, kept: Kept, target: EffectTarget, weight: Float64Array, { estimate, values }: Influence): AverageEffect | Refusal {
  const groups = groupsAmong(kept.rows, forest.rows.clusters, weight);
  if (groups.count < 2) return refuse('too_few_units', `an average effect needs at least 2 independent groups; got ${groups.count}`, 'Collect more clusters.');
  const n = kept.rows.length;
  return {
    target, estimate, n, trimmedShare: kept.trimmedShare, groups: groups.count, degreesOfFreedom: null,
    standardError: Math.sqrt(clusterVariance(values, groups)),
    influence: values.map((value) => value * n),
  };
}
