import { isConstant } from '../../forest/standardise.js';
import { descend } from './coordinate-descent.js';
import { lambdaPath, leastGaussianGain, pathEnds, type LinearModel, type Path } from './lambda-path.js';
import { solvePositive } from './solve-positive.js';
import type { WeightedMoments } from './weighted-moments.js';

export interface PathOptions {
  /** 0 ridge, 1 lasso */
  readonly alpha: number;
  /** length of the path when `lambdas` is absent */
  readonly count: number;
  /** penalties, descending; absent: glmnet's path, ended early as glmnet's */
  readonly lambdas?: readonly number[];
}

/** Moments of standardised columns and outcome: correlations and scales. */
interface Standardised {
  readonly k: number;
  /** shape (k); 0 for constant columns */
  readonly scales: Float64Array;
  readonly outcomeScale: number;
  /** shape (k, k) and (k); rows and columns of constant columns are 0 */
  readonly correlation: Float64Array;
  readonly withOutcome: Float64Array;
}

/**
 * Elastic-net paths of least squares: glmnet's parametrisation.
 *
 * 1/2 weighted mean squared error + lambda (alpha |b|_1 + (1 - alpha) / 2 |b|_2^2) in standardised columns and outcome, with lambda in units of
 * the outcome (so that, as in glmnet, the ridge part is lambda / sd(y) in units of y).
 *
 * @param moments of the columns and, last, the outcome, which is not constant
 */
export function gaussianPath(moments: WeightedMoments, options: PathOptions): Path {
  const standardised = standardiseMoments(moments);
  const { k, outcomeScale, correlation, withOutcome } = standardised;
  const { alpha } = options;
  const largest = withOutcome.reduce((most, value) => Math.max(most, Math.abs(value)), 0) * outcomeScale;
  const lambdas = options.lambdas ?? lambdaPath(largest, alpha, moments.rows, k, options.count);
  const beta = new Float64Array(k);
  const gradient = withOutcome.slice();
  const models: LinearModel[] = [];
  let explained = 0;
  for (const [step, lambda] of lambdas.entries()) {
    const strength = lambda / outcomeScale;
    if (alpha === 0) setRidge(beta, gradient, standardised, strength);
    else descend(beta, gradient, correlation, { absolute: strength * alpha, square: strength * (1 - alpha) });
    models.push(unstandardise(moments, standardised, beta));
    const before = explained;
    explained = explainedShare(beta, gradient, withOutcome);
    if (!options.lambdas && pathEnds(step, explained, explained - before, leastGaussianGain(explained))) break;
  }
  return { lambdas: lambdas.slice(0, models.length), models };
}

/** Least squares without a penalty; columns that others determine get 0. */
export function leastSquares(moments: WeightedMoments): LinearModel {
  const standardised = standardiseMoments(moments);
  return unstandardise(moments, standardised, solvePositive(standardised.correlation, standardised.withOutcome));
}

function standardiseMoments({ mean, scatter, weight }: WeightedMoments): Standardised {
  const k = mean.length - 1;
  const sd = mean.map((value, j) => {
    const spread = Math.sqrt(scatter[j * (k + 1) + j]! / weight);
    return isConstant(spread, value) ? 0 : spread;
  });
  const scaled = (a: number, b: number) => (sd[a]! > 0 && sd[b]! > 0 ? scatter[a * (k + 1) + b]! / weight / sd[a]! / sd[b]! : 0);
  return {
    k,
    scales: sd.slice(0, k),
    outcomeScale: sd[k]!,
    correlation: Float64Array.from({ length: k * k }, (_, at) => scaled(Math.floor(at / k), at % k)),
    withOutcome: Float64Array.from({ length: k }, (_, j) => scaled(j, k)),
  };
}

function setRidge(beta: Float64Array, gradient: Float64Array, { k, correlation, withOutcome }: Standardised, strength: number): void {
  const matrix = correlation.slice();
  for (let j = 0; j < k; j++) matrix[j * k + j]! += strength;
  beta.set(solvePositive(matrix, withOutcome));
  for (let j = 0; j < k; j++) {
    gradient[j] = withOutcome[j]!;
    for (let i = 0; i < k; i++) gradient[j]! -= correlation[j * k + i]! * beta[i]!;
  }
}

/** 1 - residual variance: b' c + b' (c - C b). */
function explainedShare(beta: Float64Array, gradient: Float64Array, withOutcome: Float64Array): number {
  let share = 0;
  for (let j = 0; j < beta.length; j++) share += beta[j]! * (withOutcome[j]! + gradient[j]!);
  return share;
}

function unstandardise({ mean }: WeightedMoments, { k, scales, outcomeScale }: Standardised, beta: Float64Array): LinearModel {
  const coefficients = beta.map((value, j) => (scales[j]! > 0 ? (value * outcomeScale) / scales[j]! : 0));
  return { intercept: coefficients.reduce((sum, value, j) => sum - value * mean[j]!, mean[k]!), coefficients };
}

/** Weighted mean squared error of a model over the rows behind `moments`. */
export function meanSquaredError({ mean, scatter, weight }: WeightedMoments, { intercept, coefficients }: LinearModel): number {
  const k = coefficients.length;
  const contrast = Float64Array.from({ length: k + 1 }, (_, j) => (j < k ? -coefficients[j]! : 1));
  let error = 0;
  for (let a = 0; a <= k; a++) {
    if (contrast[a] === 0) continue;
    for (let b = 0; b <= k; b++) error += contrast[a]! * scatter[a * (k + 1) + b]! * contrast[b]!;
  }
  const bias = contrast.reduce((sum, value, j) => sum + value * mean[j]!, -intercept);
  return Math.max(0, error / weight) + bias * bias;
}
