import { crossFit } from '../learners/cross-fit.js';
import { planFolds } from '../learners/folds.js';
import { usesOf, type KeptOutcomes } from '../learners/kept/kept.js';
import type { Learner, LearningContext, Training } from '../learners/learner.js';
import { predictionQuality } from '../learners/nuisance-report.js';
import { isRefusal, refuse, type Refusal } from '../refusal.js';
import type { ModelMetrics } from './model-metrics.js';

/**
 * Metrics of a model of outcomes: how well models of the same making predict rows that they did not see.
 * Refuses what the learner refuses in a fold.
 */
export async function outcomeMetrics({ learner: kept }: KeptOutcomes, learner: Learner, training: Training, count: number, context: LearningContext): Promise<ModelMetrics | Refusal> {
  const { x, y, weight, cluster } = training;
  const folds = planFolds(x.n, { folds: count, ...(cluster && { cluster }), ...(learner.task === 'classification' && { stratify: y }) }, context.seed);
  if (isRefusal(folds)) return folds;
  const fitted = await crossFit(learner, training, folds, context);
  if (isRefusal(fitted)) return fitted;
  const fit = predictionQuality(learner.task, y, fitted.predictions, weight);
  if (!fit) return refuse('zero_variance', 'the outcome does not vary among the rows that judge the model', 'Bring rows with other outcomes.');
  return { average: null, rate: null, calibration: null, fit, effects: fitted.predictions, importance: usesOf(kept, x) };
}
