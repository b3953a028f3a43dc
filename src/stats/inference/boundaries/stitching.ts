/** Ratio of the epochs that are stitched together, and the rate at which they share alpha: those of the papers. */
const EPOCH_RATIO = 2;
const DECAY = 1.4;
const K1 = (EPOCH_RATIO ** 0.25 + EPOCH_RATIO ** -0.25) / Math.SQRT2;
const K2 = (Math.sqrt(EPOCH_RATIO) + 1) / 2;
/** Riemann's zeta at DECAY. */
const ZETA = 3.105547277977581;

/**
 * Polynomial stitching: a closed-form boundary of the rate of the law of the iterated logarithm, for sub-gamma sums.
 * @param vMin intrinsic time from which it is meant to be tight
 * @param c    sub-gamma scale, in units of the sum
 * @see Howard, Ramdas, McAuliffe, Sekhon (2021), Annals of Statistics 49(2), theorem 1
 */
export function polynomialStitching(v: number, alpha: number, vMin: number, c: number): number {
  const time = Math.max(v, vMin);
  const level = DECAY * Math.log(Math.log((EPOCH_RATIO * time) / vMin)) + Math.log(ZETA / Math.log(EPOCH_RATIO) ** DECAY) - Math.log(alpha);
  const linear = K2 * c * level;
  return Math.sqrt(K1 * K1 * time * level + linear * linear) + linear;
}

/** Width of the grid of quantiles that is stitched over, on the log-odds scale. */
const GRID = 0.5;

/**
 * Double stitching: deviation of the count below a quantile from its mean, uniformly over time and over all quantiles at once.
 * @param probability of the quantile, in (0, 1)
 * @param n           units
 * @param nOpt        units from which it is meant to be tight, at least 1
 * @returns in units (counts); divide by n for a share
 * @see Howard, Ramdas (2022), Bernoulli 28(3), theorem 3
 */
export function doubleStitching(probability: number, n: number, alpha: number, nOpt: number): number {
  const time = Math.max(n, nOpt);
  const logOdds = Math.log(probability / (1 - probability));
  const moved = probability >= 0.5 ? probability
    : Math.min(0.5, 1 / (1 + Math.exp(-(logOdds + 2 * GRID * Math.sqrt((nOpt * EPOCH_RATIO) / time)))));
  const variance = moved * (1 - moved);
  const cell = (Math.sqrt(time / nOpt) * Math.abs(logOdds)) / (2 * GRID) + 1;
  const level = DECAY * (Math.log(Math.log((EPOCH_RATIO * time) / nOpt)) + Math.log(cell))
    + Math.log((2 * ZETA * (2 * ZETA + 1)) / (alpha * Math.log(EPOCH_RATIO) ** DECAY));
  const linear = K2 * ((1 - 2 * probability) / 3) * level;
  return GRID * Math.sqrt((EPOCH_RATIO * time * variance) / nOpt) + Math.sqrt(K1 * K1 * variance * time * level + linear * linear) + linear;
}
