import { chiSquareLowerTail } from '../../numeric/incomplete-gamma.js';

/**
 * What re-randomisation leaves of the variance of a difference in covariate means:
 * v = P(chi2(k + 2) <= a) / P(chi2(k) <= a), where P(chi2(k) <= a) is the share of allocations that are accepted.
 *
 * The variance of the estimated effect becomes 1 - (1 - v) R^2 of what it was, for arms of equal size.
 * @param covariates k
 * @param acceptance in (0, 1]; 1: every allocation is accepted and v is 1
 * @see Morgan, Rubin (2012), Annals of Statistics 40, theorem 3.1
 */
export function rerandomisedVariance(covariates: number, acceptance: number): number {
  if (acceptance >= 1) return 1;
  return chiSquareLowerTail(chiSquareLowerQuantile(acceptance, covariates), covariates + 2) / acceptance;
}

/** Below exp of this no acceptance that can be asked has its bound. */
const LEAST_LOG = -700;
const HALVINGS = 47;

/** The a with P(chi2(k) <= a) = p, by bisection of its logarithm, to 1e-11 relative. */
export function chiSquareLowerQuantile(p: number, degreesOfFreedom: number): number {
  let low = LEAST_LOG;
  let high = Math.log(degreesOfFreedom + 40 * Math.sqrt(degreesOfFreedom) + 200);
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (chiSquareLowerTail(Math.exp(middle), degreesOfFreedom) < p) low = middle;
    else high = middle;
  }
  return Math.exp(high);
}
