import { isRefusal, refuse, type Refusal } from '../../refusal.js';
import type { Features, Fitted, Learner, LearningContext, Training } from '../learner.js';
import { checkTraining, type Task } from '../training.js';
import { boostingRows } from './bins.js';
import { boost, type BoostedModel } from './boost.js';
import { referenceBoosting } from './reference/reference-engine.js';
import { defaultBoosting, type BoostingSettings } from './settings.js';
import { addTrees, gainImportance, type ScoringTree } from './tree.js';

export interface FittedBoosting extends Fitted {
  readonly model: BoostedModel;
  /** share of the loss reduction that each feature made, shape (features) */
  readonly importance: Float64Array;
}

export interface BoostingLearner extends Learner {
  fit(training: Training, context: LearningContext): Promise<FittedBoosting | Refusal>;
}

/**
 * Histogram gradient boosting as in LightGBM: means (squared or Poisson loss), quantiles, or probabilities.
 *
 * Takes missing values (each split learns their side) and categories (each split names some). Refuses constant outcomes, negative counts, and fewer
 * rows than two leaves need.
 */
export function boostingLearner(task: Task, choices: Partial<BoostingSettings> = {}): BoostingLearner {
  const settings: BoostingSettings = { ...defaultBoosting, ...choices, loss: task === 'classification' ? 'logistic' : choices.loss ?? 'squared' };
  const about = { name: 'boosting', task, takesMissing: true };
  return {
    ...about,
    async fit(training, context) {
      const refusal = checkTraining(about, training) ?? checkBoosting(training, settings);
      if (refusal) return refusal;
      const model = await boost(context.boosting ?? referenceBoosting, training, settings, context);
      if (isRefusal(model)) return model;
      return { model, importance: gainImportance(model.trees, training.x.columns.length), predict: (x) => predictBoosted(model, x) };
    },
  };
}

function checkBoosting({ x, y }: Training, { loss, minRows }: BoostingSettings): Refusal | null {
  if (loss === 'poisson' && y.some((value) => value < 0)) {
    return refuse('unsupported_combination', 'boosting with Poisson loss needs outcomes of at least 0', 'Use squared loss, or mend the negative outcomes.');
  }
  return x.n >= 2 * minRows ? null
    : refuse('too_few_units', `boosting needs at least ${2 * minRows} rows for two leaves of ${minRows}; got ${x.n}`, 'Collect more units, or lower minRows.');
}

/** Predictions do not ask which features are held monotone. */
const FREE = new Int8Array(0);

/** What predictions need of a boosted model. */
export interface ScoringBoosting extends Pick<BoostedModel, 'bins' | 'loss' | 'start'> { readonly trees: readonly ScoringTree[] }

/** Predictions of rows, shape (n). */
export function predictBoosted({ bins, loss, start, trees }: ScoringBoosting, x: Features): Float64Array {
  const scores = new Float64Array(x.n).fill(start);
  addTrees(trees, boostingRows(bins, x, FREE), scores);
  return scores.map(loss.predictionOf);
}
