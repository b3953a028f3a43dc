/** Steps below this, in standard deviations of the outcome a standard deviation of the column, end the descent. */
const SMALLEST_STEP = 1e-9;
const MAX_SWEEPS = 10_000;

/** A penalty lambda (alpha |b| + (1 - alpha) / 2 b^2), split into its two parts. */
export interface Penalty {
  readonly absolute: number;
  readonly square: number;
}

/**
 * Minimises 1/2 b' hessian b - b' (gradient + hessian b0) + penalty from b0 by cyclic coordinate descent, in place.
 *
 * @param beta     b0, shape (k); receives the minimum
 * @param gradient negative gradient of the smooth part at b0, shape (k); kept up to date
 * @param hessian  shape (k, k)
 * @see Friedman, Hastie, Tibshirani (2010), J. Stat. Software 33(1), covariance updates
 */
export function descend(beta: Float64Array, gradient: Float64Array, hessian: Float64Array, { absolute, square }: Penalty): void {
  const k = beta.length;
  /** Largest step of one pass over all columns, or over those that are not 0. */
  const sweep = (onlyActive: boolean): number => {
    let largest = 0;
    for (let j = 0; j < k; j++) {
      const curvature = hessian[j * k + j]!;
      const before = beta[j]!;
      if (!(curvature > 0) || (onlyActive && before === 0)) continue;
      const after = softThreshold(gradient[j]! + curvature * before, absolute) / (curvature + square);
      const step = after - before;
      if (step === 0) continue;
      beta[j] = after;
      for (let i = 0; i < k; i++) gradient[i]! -= hessian[j * k + i]! * step;
      largest = Math.max(largest, Math.abs(step) * Math.sqrt(curvature));
    }
    return largest;
  };
  for (let sweeps = 0; sweeps < MAX_SWEEPS;) {
    sweeps++;
    if (sweep(false) < SMALLEST_STEP) return;
    while (sweeps++ < MAX_SWEEPS && sweep(true) >= SMALLEST_STEP);
  }
}

const softThreshold = (value: number, threshold: number): number =>
  (value > threshold ? value - threshold : value < -threshold ? value + threshold : 0);
