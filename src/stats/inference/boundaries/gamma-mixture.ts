import { logGamma } from '../../numeric/gamma.js';
import { gammaLowerTail, gammaUpperTail } from '../../numeric/incomplete-gamma.js';
import { bestRho, type Mixture } from './mixture.js';

/**
 * Sub-exponential sums: psi(lambda) = (-log(1 - c lambda) - c lambda) / c^2, as of sums of bounded or gamma-like terms with
 * empirical variance.
 * @param c scale of the terms, in units of the sum
 */
export function gammaExponentialMixture(vOpt: number, alphaOpt: number, c: number): Mixture {
  const square = c * c;
  const shape = bestRho(vOpt, 2 * alphaOpt) / square;
  const leading = shape * Math.log(shape) - logGamma(shape) - Math.log(gammaLowerTail(shape, shape));
  return {
    logMixture(s, v) {
      const a = v / square + shape;
      const moved = (c * s + v) / square;
      const b = moved + shape;
      return leading + logGamma(a) + Math.log(gammaLowerTail(a, b)) - a * Math.log(b) + moved;
    },
    largestSum: () => Infinity,
  };
}

/** Sub-Poisson sums: psi(lambda) = (exp(c lambda) - 1 - c lambda) / c^2, as of counts above their mean (Bennett). */
export function gammaPoissonMixture(vOpt: number, alphaOpt: number, c: number): Mixture {
  const square = c * c;
  const shape = bestRho(vOpt, 2 * alphaOpt) / square;
  const leading = shape * Math.log(shape) - logGamma(shape) - Math.log(gammaUpperTail(shape, shape));
  return {
    logMixture(s, v) {
      const b = v / square + shape;
      const a = s / c + b;
      return leading + logGamma(a) + Math.log(gammaUpperTail(a, b)) - a * Math.log(b) + v / square;
    },
    largestSum: () => Infinity,
  };
}
