import { HALF_LOG_TWO_PI, devianceTerm, logGamma, stirlingError } from './gamma.js';

const { abs, exp, log, sqrt } = Math;

const MOST_TERMS = 1_000_000;
const TINY = 1e-300;

/** x^a exp(-x) / Gamma(a + 1): the saddle point keeps the digits that log-gammas would cancel. */
function gammaKernel(a: number, x: number): number {
  if (a < 1) return exp(a * log(x) - x - logGamma(a + 1));
  return exp(-stirlingError(a) - devianceTerm(a, x) - HALF_LOG_TWO_PI) / sqrt(a);
}

function lowerBySeries(a: number, x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; k < MOST_TERMS; k++) {
    term *= x / (a + k);
    sum += term;
    if (term < sum * Number.EPSILON) break;
  }
  return gammaKernel(a, x) * sum;
}

/** Legendre's continued fraction, DLMF 8.9.2, by Lentz. */
function upperByFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1 / TINY;
  let d = 1 / b;
  let fraction = d;
  for (let k = 1; k < MOST_TERMS; k++) {
    const step = -k * (k - a);
    b += 2;
    d = 1 / guarded(step * d + b);
    c = guarded(b + step / c);
    const factor = d * c;
    fraction *= factor;
    if (abs(factor - 1) < Number.EPSILON) break;
  }
  return gammaKernel(a, x) * a * fraction;
}

const guarded = (value: number): number => (abs(value) < TINY ? TINY : value);

/** P(X <= x) for X ~ Gamma(shape, 1). */
export function gammaLowerTail(shape: number, x: number): number {
  if (!(shape > 0)) return NaN;
  if (x <= 0) return 0;
  return x < shape + 1 ? lowerBySeries(shape, x) : 1 - upperByFraction(shape, x);
}

/** P(X > x) for X ~ Gamma(shape, 1). */
export function gammaUpperTail(shape: number, x: number): number {
  if (!(shape > 0)) return NaN;
  if (x <= 0) return 1;
  return x < shape + 1 ? 1 - lowerBySeries(shape, x) : upperByFraction(shape, x);
}

/** P(X > x) for X ~ chi-square. */
export const chiSquareUpperTail = (x: number, degreesOfFreedom: number): number => gammaUpperTail(degreesOfFreedom / 2, x / 2);

/** P(X <= x) for X ~ chi-square. */
export const chiSquareLowerTail = (x: number, degreesOfFreedom: number): number => gammaLowerTail(degreesOfFreedom / 2, x / 2);
