import type { BoundedBatches } from '../inference/bounded/bounded-batches.js';
import type { Refusal } from '../refusal.js';

/**
 * An estimated effect: what metric kind and variance reduction make, and all that inference reads.
 *
 * Effects x inference x correction compose; no combination has code of its own.
 */
export interface Effect {
  /** in units of the metric for a difference; a fraction for a lift (0.05 is +5 %) */
  readonly estimate: number;
  /** in the units of `estimate` */
  readonly standardError: number;
  /** Satterthwaite or residual degrees of freedom of the reference t distribution; null: normal */
  readonly degreesOfFreedom: number | null;
  /** units in both arms together */
  readonly n: number;
  /** of a difference or lift of two shares without covariates, so that the score test can be inverted */
  readonly shares?: Shares;
  /** a lift keeps the two means it divides, so that inference can invert the test (Fieller) */
  readonly quotient?: Quotient;
  /** value of the control arm, in units of the metric: of a difference, so that a scale stated as a lift can be applied to it */
  readonly baseline?: number;
  /** both values of each pair of a paired design, so that inference can flip the coins, shape (pairs) */
  readonly pairs?: { readonly control: Float64Array; readonly treatment: Float64Array };
  /** the units in the order of time, batch by batch, for inference that holds from the first unit on */
  readonly batches?: Batches;
  /** per-unit influence values, where the estimator has them, shape (n) */
  readonly influence?: Float64Array;
}

/** Units of both arms by batch, such as the cohorts of days, in their order. */
export type Batches = { readonly kind: 'shares'; readonly batches: readonly Shares[] } | ({ readonly kind: 'bounded' } & BoundedBatches);

/** A ratio of two means with their joint covariance; lift = numerator / |denominator| - sign(denominator). */
export interface Quotient {
  readonly numerator: number;
  readonly denominator: number;
  /** variances and covariance of the two *means* */
  readonly numeratorVariance: number;
  readonly denominatorVariance: number;
  readonly covariance: number;
}

/** Two independent shares of units. */
export interface Shares {
  readonly control: Share;
  readonly treatment: Share;
}
export interface Share { readonly share: number; readonly n: number }

/** Treatment against control on one metric. */
export interface Contrast {
  /** mean (or quantile, ratio, ...) of each arm after adjustment, in units of the metric */
  readonly control: ArmEstimate;
  readonly treatment: ArmEstimate;
  readonly difference: Effect | Refusal;
  readonly lift: Effect | Refusal;
  /** present when covariates were used */
  readonly adjustment?: Adjustment;
}

export interface ArmEstimate {
  readonly n: number;
  /** adjusted value, in units of the metric */
  readonly value: number;
  readonly standardError: number;
}

export interface Adjustment {
  readonly covariates: readonly string[];
  /** 1 - adjusted variance / unadjusted variance of the difference; negative when adjustment did harm */
  readonly varianceReduction: number;
}
