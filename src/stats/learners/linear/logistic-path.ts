import { fitActive } from './active-set.js';
import { isConstant } from '../../forest/standardise.js';
import type { PathOptions } from './gaussian-path.js';
import { lambdaPath, LEAST_BINOMIAL_GAIN, pathEnds, type LinearModel, type Path } from './lambda-path.js';
import { gradientOf, interceptOnly, inverseLogit, type LogisticDesign, type LogisticState } from './logistic-fit.js';

/** Columns centred and scaled, with what undoes it. */
export interface StandardDesign extends LogisticDesign {
  /** shape (k) each; a constant column is all 0 with scale 0 */
  readonly means: Float64Array;
  readonly scales: Float64Array;
}

export function standardDesign(columns: readonly Float64Array[], y: Float64Array, weight: Float64Array | null): StandardDesign {
  const total = weight ? weight.reduce((sum, value) => sum + value, 0) : y.length;
  const shares = y.map((_, i) => (weight ? weight[i]! : 1) / total);
  const weightedMean = (of: (i: number) => number) => shares.reduce((sum, share, i) => sum + share * of(i), 0);
  const means = Float64Array.from(columns, (column) => weightedMean((i) => column[i]!));
  const scales = Float64Array.from(columns, (column, j) => {
    const spread = Math.sqrt(weightedMean((i) => (column[i]! - means[j]!) ** 2));
    return isConstant(spread, means[j]!) ? 0 : spread;
  });
  return {
    y, weight: shares, means, scales,
    columns: columns.map((column, j) => column.map((value) => (scales[j]! > 0 ? (value - means[j]!) / scales[j]! : 0))),
  };
}

/**
 * Elastic-net paths of logistic regression, in glmnet's parametrisation: half the mean deviance + lambda (alpha |b|_1 + (1 - alpha) / 2 |b|_2^2)
 * in standardised columns.
 *
 * @param design with both labels
 */
export function logisticPath(design: StandardDesign, rows: number, { alpha, count, lambdas: given }: PathOptions): Path {
  const start = interceptOnly(design);
  const largest = gradientOf(design, start.eta.map(inverseLogit)).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const lambdas = given ?? lambdaPath(largest, alpha, rows, design.columns.length, count);
  const models: LinearModel[] = [];
  let state = start;
  let explained = 0;
  for (const [step, lambda] of lambdas.entries()) {
    state = fitActive(design, state, { absolute: lambda * alpha, square: lambda * (1 - alpha) });
    models.push(unstandardiseLogistic(design, state));
    const before = explained;
    explained = 1 - state.deviance / start.deviance;
    if (!given && pathEnds(step, explained, explained - before, LEAST_BINOMIAL_GAIN)) break;
  }
  return { lambdas: lambdas.slice(0, models.length), models };
}

export function unstandardiseLogistic({ means, scales }: StandardDesign, { intercept, beta }: LogisticState): LinearModel {
  const coefficients = beta.map((value, j) => (scales[j]! > 0 ? value / scales[j]! : 0));
  return { intercept: coefficients.reduce((sum, value, j) => sum - value * means[j]!, intercept), coefficients };
}
