import { logGamma } from '../../numeric/gamma.js';
import { betaLowerTail } from '../../numeric/incomplete-beta.js';
import { bestRho, type Mixture } from './mixture.js';

/** A scale so small that the mixture is nearly all at the ends, as a share of the variance of one term. */
const SMALLEST_SCALE = 1e-3;

/**
 * Sub-Bernoulli sums: terms with mean 0 that lie in [-g, h]; intrinsic time g h a term. A beta mixture over the chance of h.
 * @param sides 1: only sums above 0 speak against the null
 */
export function betaBinomialMixture(vOpt: number, alphaOpt: number, g: number, h: number, sides: 1 | 2): Mixture {
  const width = g + h;
  const scale = Math.max(bestRho(vOpt, sides === 1 ? 2 * alphaOpt : alphaOpt) - g * h, SMALLEST_SCALE * g * h);
  const cut = sides === 1 ? h / width : 1;
  const constant = logIncompleteBeta(scale / (g * width), scale / (h * width), cut);
  return {
    logMixture(s, v) {
      const up = (v + h * s) / (h * width);
      const down = (v - g * s) / (g * width);
      return (v / (g * h)) * Math.log(width) - up * Math.log(g) - down * Math.log(h)
        + logIncompleteBeta(scale / (g * width) + down, scale / (h * width) + up, cut) - constant;
    },
    largestSum: (v) => v / g,
  };
}

/** log of the integral of x^(a - 1) (1 - x)^(b - 1) from 0 to `to`. */
function logIncompleteBeta(a: number, b: number, to: number): number {
  const whole = logGamma(a) + logGamma(b) - logGamma(a + b);
  return to === 1 ? whole : whole + Math.log(betaLowerTail(a, b, to));
}
