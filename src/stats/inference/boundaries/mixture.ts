import { increasingRoot } from '../../numeric/increasing-root.js';

/**
 * A mixture supermartingale of a sum S with intrinsic time V: exp(logMixture(S, V)) is, under the null, a nonnegative
 * supermartingale that starts at or below 1. So it is an e-value at any time, and S passes `mixtureBound` with chance at most alpha, ever.
 * @see Howard, Ramdas, McAuliffe, Sekhon (2021), Annals of Statistics 49(2), "Time-uniform, nonparametric, nonasymptotic confidence sequences"
 */
export interface Mixture {
  /** log e-value when the sum is s at intrinsic time v; increasing in s above 0 */
  logMixture(s: number, v: number): number;
  /** largest value that the sum can have at intrinsic time v */
  largestSum(v: number): number;
}

/**
 * The uniform boundary: the sum at which the mixture is 1 / alpha, or the largest that the sum can be.
 * @param v     intrinsic time, at least 0
 * @param alpha crossing probability, in (0, 1)
 */
export function mixtureBound(mixture: Mixture, v: number, alpha: number): number {
  const threshold = -Math.log(alpha);
  const largest = mixture.largestSum(v);
  if (Number.isFinite(largest) && mixture.logMixture(largest, v) < threshold) return largest;
  const excess = (s: number): number => (s <= 0 ? -threshold + s : s >= largest ? threshold + (s - largest) : mixture.logMixture(s, v) - threshold);
  return increasingRoot(excess, Math.min(largest, Math.sqrt(2 * v * threshold)), Math.max(Math.sqrt(v), 1e-12))!;
}

/**
 * rho of a two-sided normal mixture that makes its boundary lowest at intrinsic time v; one-sided mixtures at alpha are tuned
 * like two-sided at 2 alpha.
 */
export function bestRho(v: number, alpha: number): number {
  const twoLogs = -2 * Math.log(alpha);
  return v / (twoLogs + Math.log1p(twoLogs));
}
