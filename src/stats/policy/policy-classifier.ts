import type { Features, Fitted, Learner, LearningContext } from '../learners/learner.js';
import { planFolds } from '../learners/folds.js';
import { featuresOf } from '../learners/training.js';
import { isRefusal, refuse, type Refusal } from '../refusal.js';

/** Units with rewards of two actions. */
export interface RewardedUnits {
  readonly x: Features;
  /** reward of the second action less that of the first, shape (n) */
  readonly advantage: Float64Array;
  /** sample weights, shape (n) */
  readonly weight: Float64Array;
  readonly cluster: Int32Array | null;
}

/**
 * Action 0 or 1 for every unit, by a classifier of which of two actions has the larger reward, each unit weighing as much as its choice matters, that was
 * learned on the other folds.
 *
 * When all units of the other folds gain by the same action, that is the policy. Refuses what the learner refuses.
 * @returns shape (n)
 * @see Beygelzimer, Langford (2009), KDD; Athey, Wager (2021), Econometrica 89(1)
 */
export async function crossFittedClassifier(learner: Learner, units: RewardedUnits, folds: number, context: LearningContext): Promise<Int32Array | Refusal> {
  const { x, cluster } = units;
  const plan = planFolds(x.n, { folds, ...(cluster && { cluster }) }, context.seed);
  if (isRefusal(plan)) return plan;
  const chosen = new Int32Array(x.n);
  for (const [k, { train, test }] of plan.splits.entries()) {
    const fitted = await fitChoice(learner, units, train, context);
    if (isRefusal(fitted)) return refuse(fitted.reason, `fold ${k + 1} of ${folds}: ${fitted.detail}`, fitted.remedy);
    fitted.predict(featuresOf(x, test)).forEach((chance, i) => { chosen[test[i]!] = Number(chance > 0.5); });
  }
  return chosen;
}

async function fitChoice(learner: Learner, { x, advantage, weight, cluster }: RewardedUnits, rows: Int32Array, context: LearningContext): Promise<Fitted | Refusal> {
  const y = Float64Array.from(rows, (row) => Number(advantage[row]! > 0));
  const weights = Float64Array.from(rows, (row) => weight[row]! * Math.abs(advantage[row]!));
  const gaining = y.filter((_, i) => weights[i]! > 0);
  if (gaining.every((label) => label === gaining[0])) return { predict: ({ n }) => new Float64Array(n).fill(gaining[0] ?? 0) };
  return learner.fit({ x: featuresOf(x, rows), y, weight: weights, ...(cluster && { cluster: Int32Array.from(rows, (row) => cluster[row]!) }) }, context);
}
