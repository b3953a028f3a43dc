/** What boosting minimises: first and second derivatives in the score, and how a score becomes a prediction. */
export interface Loss {
  readonly name: LossName;
  /** score of a model without trees, given the weighted mean of y (of quantile loss: the weighted quantile) */
  readonly startOf: (centre: number) => number;
  /** what is predicted at a score */
  readonly predictionOf: (score: number) => number;
  /** loss of one row */
  readonly lossOf: (y: number, score: number) => number;
  /** first derivative; its sum of absolute values scales the fixed-point numbers */
  readonly gradientOf: (y: number, prediction: number) => number;
  readonly hessianOf: (y: number, prediction: number) => number;
}

export const lossNames = ['squared', 'logistic', 'poisson', 'quantile'] as const;
export type LossName = (typeof lossNames)[number];

/** LightGBM's poisson_max_delta_step: hessians are those of a score this much higher, so that steps stay short. */
const POISSON_STEP = Math.exp(0.7);
const LEAST_HESSIAN = 1e-16;

const sigmoid = (score: number): number => 1 / (1 + Math.exp(-score));
const softplus = (score: number): number => Math.max(score, 0) + Math.log1p(Math.exp(-Math.abs(score)));

/** @param quantile in (0, 1), of quantile loss */
export function lossOf(name: LossName, quantile: number): Loss {
  switch (name) {
    case 'squared': return {
      name, startOf: (mean) => mean, predictionOf: (score) => score,
      lossOf: (y, score) => (y - score) ** 2, gradientOf: (y, p) => p - y, hessianOf: () => 1,
    };
    case 'logistic': return {
      name, startOf: (mean) => Math.log(mean) - Math.log1p(-mean), predictionOf: sigmoid,
      lossOf: (y, score) => softplus(score) - y * score, gradientOf: (y, p) => p - y, hessianOf: (_, p) => Math.max(p * (1 - p), LEAST_HESSIAN),
    };
    case 'poisson': return {
      name, startOf: (mean) => Math.log(mean), predictionOf: Math.exp,
      lossOf: (y, score) => Math.exp(score) - y * score, gradientOf: (y, p) => p - y, hessianOf: (_, p) => p * POISSON_STEP,
    };
    case 'quantile': return {
      name, startOf: (centre) => centre, predictionOf: (score) => score,
      lossOf: (y, score) => (y >= score ? quantile * (y - score) : (1 - quantile) * (score - y)),
      gradientOf: (y, p) => (y > p ? -quantile : 1 - quantile), hessianOf: () => 1,
    };
  }
}
