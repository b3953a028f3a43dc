/** Running estimates of a mean in [0, 1] and its variance, each from the values before: what a bet may depend on. */
export interface Predicted {
  /** shape (n): before value i was seen */
  readonly means: Float64Array;
  readonly variances: Float64Array;
}

/** One half and one quarter count as one observation, so that the first bet is defined. */
const PRIOR_MEAN = 0.5;
const PRIOR_VARIANCE = 0.25;

/** @param values in [0, 1], in the order in which they came */
export function predicted(values: Float64Array): Predicted {
  const means = new Float64Array(values.length);
  const variances = new Float64Array(values.length);
  let sum = PRIOR_MEAN;
  let squares = PRIOR_VARIANCE;
  for (let i = 0; i < values.length; i++) {
    means[i] = sum / (i + 1);
    variances[i] = squares / (i + 1);
    sum += values[i]!;
    squares += (values[i]! - sum / (i + 2)) ** 2;
  }
  return { means, variances };
}

/**
 * The predictable plug-in bet before value number i + 1: sqrt(2 log(1 / error) / (variance t log(t + 1))), t = i + 1.
 * @param error error rate the bets are tuned for: alpha for one side, alpha / 2 for each of two
 * @see Waudby-Smith, Ramdas (2024), JRSS B 86(1), equation 26
 */
export const plugInBet = (variance: number, i: number, error: number): number =>
  Math.sqrt((-2 * Math.log(error)) / (variance * (i + 1) * Math.log(i + 2)));
