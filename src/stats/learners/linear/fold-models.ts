import type { Moments } from '../../summaries/moments.js';
import { isRefusal, type Refusal } from '../../refusal.js';
import { crossValidateMoments } from './cross-validate.js';
import { gaussianPath, leastSquares } from './gaussian-path.js';
import type { WeightedMoments } from './weighted-moments.js';

/** Moments of the units of one arm in one fold: outcomes, then features. */
export interface FoldCell {
  readonly fold: number;
  readonly moments: Moments;
}

/** A linear learner that needs moments alone. */
export interface MomentLearner {
  /** mix of the penalty, 0 ridge, 1 lasso; null: least squares without one */
  readonly alpha: number | null;
  /** the penalty in glmnet's parametrisation, or how the other folds choose it */
  readonly lambda: number | 'min' | '1se';
}

const LAMBDAS = 100;

/**
 * Coefficients of each outcome on the features for each fold, learned from all other folds and within arms, so that neither the unit itself nor an effect
 * of treatment reaches a prediction. Penalties are chosen among the folds that train.
 *
 * An outcome that does not vary among them has no slopes: all 0.
 * @returns shape (folds, outcomes, features)
 */
export function foldModels(cells: readonly FoldCell[], outcomes: number, folds: number, learner: MomentLearner): Float64Array[][] | Refusal {
  const parts = Array.from({ length: folds }, (_, fold) => cells.filter((cell) => cell.fold === fold).map(({ moments }) => moments));
  const models: Float64Array[][] = [];
  for (let held = 0; held < folds; held++) {
    const training = parts.filter((_, fold) => fold !== held);
    const ofFold: Float64Array[] = [];
    for (let y = 0; y < outcomes; y++) {
      const model = slopes(training.map((arms) => withinArms(arms, outcomes, y)), learner);
      if (isRefusal(model)) return model;
      ofFold.push(model);
    }
    models.push(ofFold);
  }
  return models;
}

function slopes(training: readonly WeightedMoments[], { alpha, lambda }: MomentLearner): Float64Array | Refusal {
  const parts = training.filter(({ weight }) => weight > 0);
  const all = together(parts);
  const k = all.mean.length - 1;
  if (!(all.scatter[(k + 1) ** 2 - 1]! > 0)) return new Float64Array(k);
  if (alpha === null) return leastSquares(all).coefficients;
  if (typeof lambda === 'number') return gaussianPath(all, { alpha, count: 1, lambdas: [lambda] }).models[0]!.coefficients;
  const path = gaussianPath(all, { alpha, count: LAMBDAS });
  const selection = crossValidateMoments(parts, { alpha, count: LAMBDAS }, path.lambdas);
  if (isRefusal(selection)) return selection;
  return path.models[path.lambdas.indexOf(lambda === 'min' ? selection.lambdaMin : selection.lambda1se)]!.coefficients;
}

/** Features, then one outcome, about the means of their own arm and fold: means are 0 from here on. */
function withinArms(arms: readonly Moments[], outcomes: number, y: number): WeightedMoments {
  const columns = arms[0] ? [...arms[0].columns.keys()].slice(outcomes).concat(y) : [];
  const k = columns.length;
  const scatter = new Float64Array(k * k);
  for (const moments of arms) columns.forEach((a, i) => columns.forEach((b, j) => { scatter[i * k + j]! += moments.scatter[a]![b]!; }));
  const n = arms.reduce((sum, moments) => sum + moments.n, 0);
  return { rows: n, weight: n, mean: new Float64Array(k), scatter };
}

function together(parts: readonly WeightedMoments[]): WeightedMoments {
  const k = parts[0]?.mean.length ?? 1;
  const sum = (of: (part: WeightedMoments) => number): number => parts.reduce((total, part) => total + of(part), 0);
  return { rows: sum(({ rows }) => rows), weight: sum(({ weight }) => weight), mean: new Float64Array(k), scatter: Float64Array.from({ length: k * k }, (_, at) => sum(({ scatter }) => scatter[at]!)) };
}
