import type { Effect } from '../effects/effect.js';
import { isRefusal, type Refusal } from '../refusal.js';
import { groupsAmong } from './groups.js';
import { meanScore } from './mean-score.js';
import type { ArmEffect, MultiArmForest } from './multi-arm-forest.js';
import { observationWeights } from './observation-weights.js';
import { keepWhere, type OverlapRule } from './overlap.js';

export interface ArmAverages {
  /** mean effect of each arm against the control, in the order of the forest's effects */
  readonly averages: readonly (ArmEffect & Effect)[];
  /** rows averaged over, the same for every arm */
  readonly rows: Int32Array;
  readonly trimmedShare: number;
  /** independent groups behind the errors: clusters, or rows */
  readonly groups: number;
}

/**
 * Average effects of every arm against the control by augmented inverse-propensity weighting, in units of each outcome, with jackknife errors,
 * by cluster when the forest has clusters.
 *
 * All arms are averaged over the same rows, those where every arm's propensity is within the bounds, so that the arms can be compared.
 * Refuses a want of overlap (see `OverlapRule`), fewer than two independent groups, and scores that do not vary.
 * @see Robins, Rotnitzky, Zhao (1994), JASA 89(427)
 */
export function armAverages(forest: MultiArmForest, rule: OverlapRule): ArmAverages | Refusal {
  const [lowest, highest] = rule.bounds;
  const everyone = Int32Array.from({ length: forest.rows.rows }, (_, row) => row);
  const kept = keepWhere(everyone, rule, (row) => forest.propensities.every((share) => share[row]! >= lowest && share[row]! <= highest));
  if (isRefusal(kept)) return kept;
  const { rows, trimmedShare } = kept;
  const all = observationWeights(forest);
  const weight = Float64Array.from(rows, (row) => all[row]!);
  const groups = groupsAmong(rows, forest.rows.clusters, weight);
  const averages: (ArmEffect & Effect)[] = [];
  for (const [index, effect] of forest.effects.entries()) {
    const mean = meanScore(armScores(forest, index, rows), weight, groups);
    if (isRefusal(mean)) return mean;
    averages.push({ ...effect, ...mean });
  }
  return { averages, rows, trimmedShare, groups: groups.count };
}

/**
 * Doubly robust scores of one effect of the forest at the listed rows: tau_k + 1{W = k} (Y - mu_k) / e_k - 1{W = 0} (Y - mu_0) / e_0, where
 * mu_0 = yHat - sum e_k tau_k and mu_k = mu_0 + tau_k.
 * @param index into `forest.effects`
 */
export function armScores({ arm, arms, y, yHat, propensities, tauHat }: MultiArmForest, index: number, rows: Int32Array): Float64Array {
  const treated = arms.length - 1;
  const outcome = Math.floor(index / treated);
  const target = (index % treated) + 1;
  const tau = (k: number, row: number) => (k === 0 ? 0 : tauHat[outcome * treated + k - 1]![row]!);
  return Float64Array.from(rows, (row) => {
    const here = arm[row]!;
    if (here !== target && here !== 0) return tau(target, row);
    const atControl = arms.reduce((mean, _, k) => mean - propensities[k]![row]! * tau(k, row), yHat[outcome]![row]!);
    const residual = (y[outcome]![row]! - atControl - tau(here, row)) / propensities[here]![row]!;
    return tau(target, row) + (here === target ? residual : -residual);
  });
}
