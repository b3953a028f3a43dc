/**
 * A sample quantile with its binomial neighbours: all that an interval for a quantile needs. Not mergeable.
 *
 * `lower` and `upper` are the sample quantiles at probability -+ `z` sqrt(probability (1 - probability) / n).
 * @see Deng, Knoblich, Lu (2018), KDD, section 4
 */
export interface QuantileSummary {
  /** number of units (or of events, when `clusterVariance` says how they cluster) */
  readonly n: number;
  /** in (0, 1) */
  readonly probability: number;
  /** the sample quantile, in units of the metric */
  readonly estimate: number;
  /** sample quantile at the lower neighbour, in units of the metric */
  readonly lower: number;
  /** sample quantile at the upper neighbour, in units of the metric */
  readonly upper: number;
  /** how many binomial standard errors apart the neighbours are taken; QUANTILE_NEIGHBOUR_Z unless told */
  readonly z: number;
}

/** Neighbours are taken at the ends of a 95 % binomial interval: wide enough to smooth over ties, narrow enough to be local. */
export const QUANTILE_NEIGHBOUR_Z = 1.959963984540054;
