import type { Groups } from '../forest/groups.js';
import type { Folds } from '../learners/folds.js';
import { isRefusal, refuse, type Refusal } from '../refusal.js';
import { doublyRobustLoss, lossDifference, type EffectLoss, type Judges } from './doubly-robust-loss.js';
import type { EffectData, EffectMethod } from './effect-data.js';
import { outOfFoldEffects } from './out-of-fold-effects.js';

/** Nuisances of rows by models that did not see them, shape (n). */
export interface Evidence {
  readonly control: Float64Array;
  readonly treated: Float64Array;
  readonly propensity: Float64Array;
  /** doubly robust scores */
  readonly scores: Float64Array;
}

export const judgements = ['doubly_robust', 'r'] as const;
export type Judgement = (typeof judgements)[number];

export interface JudgedMethod {
  readonly name: string;
  /** out-of-sample effects of all rows, shape (n) */
  readonly effects: Float64Array;
  readonly loss: EffectLoss;
  /** loss less the least one, on the same rows; null for the method that has it */
  readonly behind: EffectLoss | null;
}

/**
 * Learns effects by each method and ranks the methods by their loss on rows that their models did not see, least first.
 *
 * @param rows rows that are judged: those with overlap
 * Refuses when a method refuses, naming it.
 */
export async function judgeMethods(
  methods: readonly EffectMethod[], data: EffectData, folds: Folds, evidence: Evidence, judgement: Judgement, { rows, groups }: { readonly rows: Int32Array; readonly groups: Groups }, seed: number,
): Promise<readonly JudgedMethod[] | Refusal> {
  const judges = judgesOf(data, evidence, judgement, rows, groups);
  const at = (column: Float64Array) => Float64Array.from(rows, (row) => column[row]!);
  const judged: { readonly name: string; readonly effects: Float64Array; readonly loss: EffectLoss }[] = [];
  for (const method of methods) {
    const effects = await outOfFoldEffects(method, data, folds, seed);
    if (isRefusal(effects)) return refuse(effects.reason, `${method.name}: ${effects.detail}`, effects.remedy);
    const loss = doublyRobustLoss(judges, at(effects));
    if (isRefusal(loss)) return loss;
    judged.push({ name: method.name, effects, loss });
  }
  judged.sort((a, b) => a.loss.estimate - b.loss.estimate);
  const best = at(judged[0]!.effects);
  const ranked: JudgedMethod[] = [];
  for (const [place, method] of judged.entries()) {
    const behind = place === 0 ? null : lossDifference(judges, at(method.effects), best);
    if (isRefusal(behind)) return behind;
    ranked.push({ ...method, behind });
  }
  return ranked;
}

/**
 * The R-loss is the doubly robust one of other scores: outcome residuals over those of the treatment, weighted by the square of the latter.
 * @see Nie, Wager (2021), Biometrika 108(2)
 */
function judgesOf({ y, d, weight }: EffectData, { control, treated, propensity, scores }: Evidence, judgement: Judgement, rows: Int32Array, groups: Groups): Judges {
  const weights = Float64Array.from(rows, (row) => (weight ? weight[row]! : 1));
  if (judgement === 'doubly_robust') return { scores: Float64Array.from(rows, (row) => scores[row]!), weight: weights, groups };
  const left = Float64Array.from(rows, (row) => d[row]! - propensity[row]!);
  return {
    scores: Float64Array.from(rows, (row, i) => (y[row]! - propensity[row]! * treated[row]! - (1 - propensity[row]!) * control[row]!) / left[i]!),
    weight: weights.map((value, i) => value * left[i]! ** 2), groups,
  };
}
