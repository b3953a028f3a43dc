import { isRefusal, refuse, type Refusal } from '../../refusal.js';
import { innerFolds } from '../calibration/calibrated.js';
import { crossFit } from '../cross-fit.js';
import type { Fitted, Learner, LearningContext, Training } from '../learner.js';
import { checkTraining, type Task } from '../training.js';
import { logLossWeights, squaredErrorWeights } from './stack-weights.js';

export interface FittedStack extends Fitted {
  /** name and weight of each learner; weights are at least 0 and sum to 1 */
  readonly weights: readonly { readonly learner: string; readonly weight: number }[];
}

export interface StackingLearner extends Learner {
  fit(training: Training, context: LearningContext): Promise<FittedStack | Refusal>;
}

/**
 * Stacking (super learner): the average of learners, with the weights that have least squared error, or least log loss for labels, on rows that the
 * learners' models did not see. Learners of weight 0 do not learn from all rows.
 *
 * Refuses what any of the learners refuses, and fewer rows (clusters) than folds.
 * @see van der Laan, Polley, Hubbard (2007), SAGMB 6(1)
 */
export function stackingLearner(task: Task, learners: readonly Learner[], folds: number): StackingLearner {
  const about = { name: 'stacking', task, takesMissing: learners.every(({ takesMissing }) => takesMissing) };
  return {
    ...about,
    async fit(training, context) {
      const plan = checkTraining(about, training) ?? innerFolds(training, task, folds, context.seed);
      if (isRefusal(plan)) return plan;
      const predictions: Float64Array[] = [];
      for (const learner of learners) {
        const crossed = await crossFit(learner, training, plan, context);
        if (isRefusal(crossed)) return crossed;
        if (!crossed.predictions.every(Number.isFinite)) return refuse('not_finite', `predictions of ${learner.name} overflow`, 'Rescale the columns, or leave it out.');
        predictions.push(crossed.predictions);
      }
      const weights = (task === 'classification' ? logLossWeights : squaredErrorWeights)(predictions, training.y, training.weight);
      if (!weights) return refuse('numerical_failure', 'the weights of stacking do not settle', 'Leave out learners whose predictions are nearly alike.');
      return averageOf(learners, weights, training, context);
    },
  };
}

async function averageOf(learners: readonly Learner[], weights: Float64Array, training: Training, context: LearningContext): Promise<FittedStack | Refusal> {
  const parts: { readonly fitted: Fitted; readonly weight: number }[] = [];
  for (const [k, learner] of learners.entries()) {
    if (weights[k] === 0) continue;
    const fitted = await learner.fit(training, context);
    if (isRefusal(fitted)) return fitted;
    parts.push({ fitted, weight: weights[k]! });
  }
  return {
    weights: learners.map(({ name }, k) => ({ learner: name, weight: weights[k]! })),
    predict(x) {
      const average = new Float64Array(x.n);
      for (const { fitted, weight } of parts) fitted.predict(x).forEach((value, row) => { average[row]! += weight * value; });
      return average;
    },
  };
}
