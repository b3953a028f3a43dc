import { devianceTerm, stirlingError } from './gamma.js';

const { abs, exp, sqrt } = Math;

/** Convergence needs about the square root of the larger parameter. */
const MOST_TERMS = 1_000_000;
const TINY = 1e-300;

/**
 * x^a y^b / B(a, b) with y = 1 - x, by the saddle point: no cancellation between log-gammas, however large a and b.
 * @see Loader (2000), Fast and accurate computation of binomial probabilities
 */
function betaKernel(a: number, b: number, x: number, y: number): number {
  const n = a + b;
  const exponent = stirlingError(n) - stirlingError(a) - stirlingError(b) - devianceTerm(a, n * x) - devianceTerm(b, n * y);
  return exp(exponent) * sqrt((a / n) * (b / (2 * Math.PI)));
}

/** Lower tail by the continued fraction of DLMF 8.17.22; converges fast for x < (a + 1) / (a + b + 2). */
function lowerByFraction(a: number, b: number, x: number, y: number): number {
  let c = 1;
  let d = 1 / guarded(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m < MOST_TERMS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / guarded(1 + even * d);
    c = guarded(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / guarded(1 + odd * d);
    c = guarded(1 + odd / c);
    const factor = d * c;
    fraction *= factor;
    if (abs(factor - 1) < Number.EPSILON) break;
  }
  return (betaKernel(a, b, x, y) * fraction) / a;
}

const guarded = (value: number): number => (abs(value) < TINY ? TINY : value);

/**
 * P(X <= x) for X ~ Beta(a, b): the regularised incomplete beta function.
 * @param x in [0, 1]
 * @param y 1 - x, given apart so that an x next to 1 keeps its digits
 */
export function betaLowerTail(a: number, b: number, x: number, y = 1 - x): number {
  if (!(a > 0 && b > 0)) return NaN;
  if (x <= 0) return 0;
  if (y <= 0) return 1;
  return x <= (a + 1) / (a + b + 2) ? lowerByFraction(a, b, x, y) : 1 - lowerByFraction(b, a, y, x);
}

/** P(X > x) for X ~ Beta(a, b). */
export const betaUpperTail = (a: number, b: number, x: number, y = 1 - x): number => betaLowerTail(b, a, y, x);

/** Density of Beta(a, b) at x in (0, 1). */
export const betaDensity = (a: number, b: number, x: number): number => betaKernel(a, b, x, 1 - x) / (x * (1 - x));
