import { increasingRoot } from '../../numeric/increasing-root.js';

/**
 * A band around the empirical distribution function that holds for all times from `nMin` on and all quantiles at once:
 * sup |F_n - F| <= A sqrt((log(1 + log(n / nMin)) + C) / n) with C the smallest that keeps the error at alpha.
 * @param factor A, above 1 / sqrt 2
 * @returns a share; null before nMin, where nothing is claimed
 * @see Howard, Ramdas (2022), Bernoulli 28(3), theorem 2
 */
export function empiricalProcessLil(n: number, alpha: number, nMin: number, factor = 0.85): number | null {
  if (n < nMin) return null;
  return factor * Math.sqrt((Math.log1p(Math.log(n / nMin)) + constantFor(alpha, factor)) / n);
}

/** The C at which the best bound on the error, over the ratio of epochs, is alpha. */
function constantFor(alpha: number, factor: number): number {
  return increasingRoot((c) => Math.log(alpha) - smallestLogError(c, factor), 8, 1)!;
}

function logError(c: number, factor: number, ratio: number): number {
  const square = (2 / ratio) * (factor - Math.sqrt((2 * (ratio - 1)) / c)) ** 2;
  return Math.log(4) - square * c + Math.log1p(1 / ((square - 1) * Math.log(ratio)));
}

const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** Golden section over the ratios of epochs for which the bound exists: those with square above 1. */
function smallestLogError(c: number, factor: number): number {
  if (c <= 0) return Infinity;
  let low = 1;
  let high = increasingRoot((ratio) => (ratio <= 1 ? ratio - factor : Math.sqrt(ratio / 2) + Math.sqrt((2 * (ratio - 1)) / c) - factor), 1.01, 0.01)!;
  let a = high - GOLDEN * (high - low);
  let b = low + GOLDEN * (high - low);
  let fa = logError(c, factor, a);
  let fb = logError(c, factor, b);
  for (let step = 0; step < 80; step++) {
    if (fa <= fb) {
      [high, b, fb] = [b, a, fa];
      a = high - GOLDEN * (high - low);
      fa = logError(c, factor, a);
    } else {
      [low, a, fa] = [a, b, fb];
      b = low + GOLDEN * (high - low);
      fb = logError(c, factor, b);
    }
  }
  return Math.min(fa, fb);
}
