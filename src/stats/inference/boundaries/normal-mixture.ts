import { logNormalCdf } from '../../numeric/normal.js';
import { bestRho, type Mixture } from './mixture.js';

/**
 * Sub-Gaussian sums, a normal mixture over both signs.
 * @param vOpt intrinsic time at which the boundary is lowest
 */
export function twoSidedNormalMixture(vOpt: number, alphaOpt: number): Mixture {
  const rho = bestRho(vOpt, alphaOpt);
  return {
    logMixture: (s, v) => (s * s) / (2 * (v + rho)) - Math.log1p(v / rho) / 2,
    largestSum: () => Infinity,
  };
}

/** Sub-Gaussian sums, a half-normal mixture over positive drifts. */
export function oneSidedNormalMixture(vOpt: number, alphaOpt: number): Mixture {
  const rho = bestRho(vOpt, 2 * alphaOpt);
  return {
    logMixture: (s, v) => Math.LN2 - Math.log1p(v / rho) / 2 + (s * s) / (2 * (v + rho)) + logNormalCdf(s / Math.sqrt(v + rho)),
    largestSum: () => Infinity,
  };
}

/** Boundary of the two-sided normal mixture on |S|, in closed form. */
export function normalMixtureBound(v: number, alpha: number, vOpt: number, alphaOpt: number): number {
  const rho = bestRho(vOpt, alphaOpt);
  return Math.sqrt((v + rho) * (Math.log1p(v / rho) - 2 * Math.log(alpha)));
}
