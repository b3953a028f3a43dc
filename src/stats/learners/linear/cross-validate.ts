import { refuse, type Refusal } from '../../refusal.js';
import type { Folds } from '../folds.js';
import type { Training } from '../learner.js';
import { trainingOf, type Task } from '../training.js';
import { gaussianPath, meanSquaredError, type PathOptions } from './gaussian-path.js';
import { linearPredictor, type LinearModel, type Path } from './lambda-path.js';
import { inverseLogit } from './logistic-fit.js';
import { logisticPath, standardDesign } from './logistic-path.js';
import { mergeWeighted, weightedMoments, type WeightedMoments } from './weighted-moments.js';

/** Cross-validated errors along a path. */
export interface Selection {
  readonly lambdas: readonly number[];
  /** cross-validated mean squared error or deviance of each lambda, and its standard error over folds */
  readonly errors: readonly number[];
  readonly standardErrors: readonly number[];
  /** of least error */
  readonly lambdaMin: number;
  /** the strongest whose error is within one standard error of the least */
  readonly lambda1se: number;
}

type PathShape = Omit<PathOptions, 'lambdas'>;

/** Path of a task's models over all rows. */
export function fitPath(task: Task, columns: readonly Float64Array[], { y, weight, x }: Training, options: PathOptions): Path {
  return task === 'classification'
    ? logisticPath(standardDesign(columns, y, weight ?? null), x.n, options)
    : gaussianPath(weightedMoments([...columns, y], weight ?? null, null), options);
}

/** Errors of each lambda by models that did not see the rows; a fold counts by its weight, as in cv.glmnet. */
export function crossValidate(
  task: Task, columns: readonly Float64Array[], training: Training, folds: Folds, options: PathShape, lambdas: readonly number[],
): Selection | Refusal {
  const { y, weight } = training;
  const weights = folds.splits.map(({ test }) => test.reduce((sum, row) => sum + (weight ? weight[row]! : 1), 0));
  const errors = task === 'classification'
    ? logisticErrors(columns, training, folds, { ...options, lambdas })
    : gaussianErrors(folds.splits.map(({ test }) => weightedMoments([...columns, y], weight ?? null, test)), { ...options, lambdas });
  return selectAnswered(lambdas, errors, weights);
}

/** The same for least squares from the moments of each fold: features, then the outcome. */
export const crossValidateMoments = (folds: readonly WeightedMoments[], options: PathShape, lambdas: readonly number[]): Selection | Refusal =>
  selectAnswered(lambdas, gaussianErrors(folds, { ...options, lambdas }), folds.map(({ weight }) => weight));

function selectAnswered(lambdas: readonly number[], errors: readonly (number[] | null)[], weights: readonly number[]): Selection | Refusal {
  const failed = errors.findIndex((ofFold) => ofFold === null);
  if (failed >= 0) {
    return refuse('zero_variance', `cross-validation left fold ${failed + 1} without different outcomes to learn from`,
      'Use fewer folds, or more data, or give the penalty.');
  }
  return select(lambdas, errors as number[][], weights);
}

/** Squared errors come from moments alone: of a fold for its error, of all others together for its models. Null: constant outcome. */
function gaussianErrors(moments: readonly WeightedMoments[], options: PathOptions): (number[] | null)[] {
  return moments.map((held, k) => {
    const others = mergeWeighted(moments.filter((_, fold) => fold !== k));
    const last = others.mean.length;
    if (!(others.scatter[last * last - 1]! > 0) || !(held.weight > 0)) return null;
    return gaussianPath(others, options).models.map((model) => meanSquaredError(held, model));
  });
}

function logisticErrors(columns: readonly Float64Array[], training: Training, folds: Folds, options: PathOptions): (number[] | null)[] {
  return folds.splits.map(({ train, test }) => {
    const { y, weight } = trainingOf(training, train);
    const ones = y.reduce((sum, label, i) => sum + label * (weight ? weight[i]! : 1), 0);
    const all = weight ? weight.reduce((sum, value) => sum + value, 0) : y.length;
    if (!(ones > 0 && ones < all)) return null;
    const take = (rows: Int32Array) => columns.map((column) => Float64Array.from(rows, (row) => column[row]!));
    const { models } = logisticPath(standardDesign(take(train), y, weight ?? null), train.length, options);
    const held = trainingOf(training, test);
    const heldColumns = take(test);
    return models.map((model) => meanDeviance(model, heldColumns, held.y, held.weight ?? null));
  });
}

/** cv.glmnet does not let one impossible label decide: probabilities are held within this of 0 and 1. */
const LEAST_PROBABILITY = 1e-5;

function meanDeviance(model: LinearModel, columns: readonly Float64Array[], y: Float64Array, weight: Float64Array | null): number {
  let sum = 0;
  let total = 0;
  linearPredictor(model, columns, y.length).forEach((eta, i) => {
    const p = Math.min(1 - LEAST_PROBABILITY, Math.max(LEAST_PROBABILITY, inverseLogit(eta)));
    const w = weight ? weight[i]! : 1;
    sum -= 2 * w * (y[i]! * Math.log(p) + (1 - y[i]!) * Math.log1p(-p));
    total += w;
  });
  return sum / total;
}

function select(lambdas: readonly number[], errorsOfFolds: readonly (readonly number[])[], weights: readonly number[]): Selection {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const average = (of: (fold: number) => number) => weights.reduce((sum, weight, fold) => sum + weight * of(fold), 0) / total;
  const errors = lambdas.map((_, l) => average((fold) => errorsOfFolds[fold]![l]!));
  const standardErrors = errors.map((error, l) => Math.sqrt(average((fold) => (errorsOfFolds[fold]![l]! - error) ** 2) / (weights.length - 1)));
  const best = errors.indexOf(Math.min(...errors));
  const limit = errors[best]! + standardErrors[best]!;
  return { lambdas, errors, standardErrors, lambdaMin: lambdas[best]!, lambda1se: lambdas[errors.findIndex((error) => error <= limit)]! };
}
