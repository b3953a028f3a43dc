/** A linear model on the scale of the columns it was fitted to. */
export interface LinearModel {
  readonly intercept: number;
  /** shape (k) */
  readonly coefficients: Float64Array;
}

/** Models along a path of penalties, strongest first. */
export interface Path {
  readonly lambdas: readonly number[];
  readonly models: readonly LinearModel[];
}

/** What glmnet calls fdev, devmax and mnlam: a path ends once more lambda explains nothing more. */
const LEAST_GAIN = 1e-5;
const MOST_EXPLAINED = 0.999;
const LEAST_STEPS = 5;
/** glmnet: pure ridge has no largest lambda, and takes that of this alpha. */
const RIDGE_ALPHA = 1e-3;
/** Smallest lambda as a share of the largest, with more rows than columns, or fewer. */
const RATIO_TALL = 1e-4;
const RATIO_WIDE = 1e-2;

/**
 * glmnet's path: `count` lambdas, equally spaced in logarithm, from the least that leaves no column in.
 * @param largestGradient largest absolute gradient of a standardised column at the model without columns
 */
export function lambdaPath(largestGradient: number, alpha: number, rows: number, columns: number, count: number): number[] {
  const top = largestGradient / Math.max(alpha, RIDGE_ALPHA);
  const ratio = rows < columns ? RATIO_WIDE : RATIO_TALL;
  return Array.from({ length: count }, (_, i) => top * ratio ** (count > 1 ? i / (count - 1) : 0));
}

/** Whether a path may end after model `step` (from 0). `gain` is what the last step added to the explained share of deviance. */
export const pathEnds = (step: number, explained: number, gain: number, leastGain: number): boolean =>
  step + 1 >= LEAST_STEPS && (gain < leastGain || explained > MOST_EXPLAINED);

/** Gaussian paths measure the gain against the explained share, binomial ones against 1. */
export const leastGaussianGain = (explained: number): number => LEAST_GAIN * explained;
export const LEAST_BINOMIAL_GAIN = LEAST_GAIN;

/** Predictions on the scale of the linear predictor, shape (n). */
export function linearPredictor({ intercept, coefficients }: LinearModel, columns: readonly Float64Array[], n: number): Float64Array {
  const eta = new Float64Array(n).fill(intercept);
  columns.forEach((column, j) => {
    const slope = coefficients[j]!;
    if (slope !== 0) for (let i = 0; i < n; i++) eta[i]! += slope * column[i]!;
  });
  return eta;
}
