import { isRefusal, refuse, type Refusal } from '../refusal.js';
import { averageEffect, type AverageEffect, type EffectTarget } from './average-effect.js';
import type { CausalForest } from './causal-forest.js';
import { groupsAmong } from './groups.js';
import { observationWeights } from './observation-weights.js';
import type { OverlapRule } from './overlap.js';
import { largestStatistics, uniformCritical } from './uniform-critical.js';

export interface GroupEffects {
  /** one a level, in order */
  readonly effects: readonly AverageEffect[];
  /** errors either way that hold all of them at the level asked for */
  readonly critical: number;
  /** of effects that are all equal: the largest standardised deviation from the mean of all, by the same bootstrap, in [0, 1] */
  readonly equalityPValue: number;
}

export interface GroupQuestion {
  readonly codes: Int32Array;
  readonly levels: readonly string[];
  readonly target: EffectTarget;
  readonly level: number;
  /** of the multiplier bootstrap */
  readonly replicates: number;
  readonly seed: number;
}

/**
 * Average effects of groups that were named before the effects were seen, with a band that holds all of them at once.
 *
 * Rows of code -1 belong to no group. Refuses fewer than two groups, and a group whose own average is refused, by its name.
 * @see Chernozhukov, Demirer, Duflo, Fernandez-Val (2018), NBER 24678, for group averages; Belloni and others (2018) for the band
 */
export function groupEffects(forest: CausalForest, scores: Float64Array, question: GroupQuestion, rule: OverlapRule): GroupEffects | Refusal {
  const { codes, levels, target, level, replicates, seed } = question;
  if (levels.length < 2) return refuse('too_few_units', `group effects need at least 2 groups; got ${levels.length}`, 'Ask for the average effect.');
  const everyone = Int32Array.from(codes.keys());
  const effects: AverageEffect[] = [];
  for (const [code, name] of levels.entries()) {
    const effect = averageEffect(forest, scores, target, rule, everyone.filter((row) => codes[row] === code));
    if (isRefusal(effect)) return refuse(effect.reason, `group ${name}: ${effect.detail}`, effect.remedy);
    effects.push(effect);
  }
  const n = codes.length;
  const weight = observationWeights(forest);
  const groups = groupsAmong(everyone, forest.rows.clusters, weight);
  const influences = effects.map(({ rows, influence }) => {
    const whole = new Float64Array(n);
    rows.forEach((row, i) => { whole[row] = influence![i]! / rows.length; });
    return whole;
  });
  const shares = effects.map(({ rows }) => rows.reduce((sum, row) => sum + weight[row]!, 0));
  const total = shares.reduce((sum, share) => sum + share, 0);
  const mean = effects.reduce((sum, { estimate }, g) => sum + (shares[g]! / total) * estimate, 0);
  const ofMean = influences[0]!.map((_, row) => influences.reduce((sum, influence, g) => sum + (shares[g]! / total) * influence[row]!, 0));
  const deviations = influences.map((influence) => influence.map((value, row) => value - ofMean[row]!));
  const { errors, largest } = largestStatistics(deviations, groups, replicates, seed);
  const observed = effects.reduce((most, { estimate }, g) => Math.max(most, Math.abs(estimate - mean) / errors[g]!), 0);
  const beyond = largest.reduce((count, value) => count + (value >= observed ? 1 : 0), 0);
  return { effects, critical: uniformCritical(influences, groups, level, replicates, seed), equalityPValue: (1 + beyond) / (1 + replicates) };
}
