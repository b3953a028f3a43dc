import type { Groups } from '../forest/groups.js';
import { sumOfMeans } from '../forest/sum-of-means.js';
import { isRefusal, refuse, type Refusal } from '../refusal.js';

/** A mean loss, or a difference of two, in squared units of the effect. */
export interface EffectLoss {
  readonly estimate: number;
  readonly standardError: number;
}

/** What predictions of tau(x) are judged by: rows that they were not learned from. */
export interface Judges {
  /** doubly robust scores, of mean tau(x) given x; shape (n) */
  readonly scores: Float64Array;
  /** what each row counts for, shape (n) */
  readonly weight: Float64Array;
  /** independent groups of rows */
  readonly groups: Groups;
}

/**
 * Mean of (score - tauHat)^2: E[(tauHat(X) - tau(X))^2] but for a part that is the same for all predictions.
 *
 * That part, the variance of the scores, is most of it: compare predictions by `lossDifference`, whose error is free of it.
 * @param effects predictions, shape (n)
 * Refuses what is not finite, and fewer than two independent groups.
 * @see Foster, Syrgkanis (2023), Annals of Statistics 51(3); Kennedy (2023), Electronic Journal of Statistics 17(2)
 */
export const doublyRobustLoss = (judges: Judges, effects: Float64Array): EffectLoss | Refusal =>
  meanLoss(judges, effects, (score, effect) => (score - effect) ** 2);

/** Loss of `effects` less that of `rival`: below zero, `effects` are nearer to the truth. Refuses as `doublyRobustLoss` does. */
export const lossDifference = (judges: Judges, effects: Float64Array, rival: Float64Array): EffectLoss | Refusal =>
  // not as a difference of squares, which would cancel
  meanLoss(judges, effects, (score, effect, row) => (rival[row]! - effect) * (2 * score - effect - rival[row]!));

function meanLoss({ scores, weight, groups }: Judges, effects: Float64Array, loss: (score: number, effect: number, row: number) => number): EffectLoss | Refusal {
  const value = scores.map((score, row) => loss(score, effects[row]!, row));
  if (!value.every(Number.isFinite)) return refuse('not_finite', 'a doubly robust loss needs finite scores and predictions', 'Keep rows with overlap and with a prediction.');
  const mean = sumOfMeans([{ weight, value }], groups);
  return isRefusal(mean) ? mean : { estimate: mean.estimate, standardError: mean.standardError };
}
