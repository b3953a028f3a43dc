import { stream } from '../numeric/random.js';
import { isRefusal, refuse, type Refusal } from '../refusal.js';
import type { Folds } from './folds.js';
import type { Fitted, Learner, LearningContext, Training } from './learner.js';
import { checkComplete, featuresOf, trainingOf } from './training.js';

/** Predictions of rows by models that did not see them. */
export interface CrossFitted {
  /** shape (n); NaN exactly where `fold` is -1 */
  readonly predictions: Float64Array;
  /** the model of each fold, learned from the rows of its split */
  readonly models: readonly Fitted[];
  /** fold of each row, -1 for a row that no fold predicts, shape (n) */
  readonly fold: Int32Array;
}

/** Names the stream of a fold's learner among those of a seed. */
const MODEL_STREAM = 0xc5f1;
const SEED_RANGE = 2 ** 32;

/**
 * Fits a learner to each split of `folds` and predicts the rows that the split left out.
 *
 * @param among rows that may train, shape (n), not 0 where they may; all rows are predicted. E[Y | X, W = 1] is learned among the treated.
 * Refuses what the learner refuses, with the fold in the sentence.
 * @see Chernozhukov et al. (2018), Econometrics Journal 21, for why
 */
export async function crossFit(
  learner: Learner, training: Training, folds: Folds, context: LearningContext, among?: ArrayLike<number>,
): Promise<CrossFitted | Refusal> {
  const incomplete = learner.takesMissing ? null : checkComplete(learner.name, training.x);
  if (incomplete) return incomplete;
  const predictions = new Float64Array(training.x.n).fill(NaN);
  const models: Fitted[] = [];
  for (const [k, { train, test }] of folds.splits.entries()) {
    context.signal?.throwIfAborted();
    const rows = among ? train.filter((row) => among[row] !== 0) : train;
    const model = rows.length > 0 ? await learner.fit(trainingOf(training, rows), { ...context, seed: foldSeed(context.seed, k) }) : noRows(learner);
    if (isRefusal(model)) return refuse(model.reason, `fold ${k + 1} of ${folds.splits.length}: ${model.detail}`, model.remedy);
    model.predict(featuresOf(training.x, test)).forEach((value, i) => { predictions[test[i]!] = value; });
    models.push(model);
  }
  return { predictions, models, fold: folds.fold };
}

const foldSeed = (seed: number, fold: number): number => stream(seed, MODEL_STREAM, fold).integer(SEED_RANGE);

const noRows = ({ name }: Learner): Refusal => refuse('too_few_units', `${name} has no rows to learn from`, 'Use fewer folds, or more data.');
