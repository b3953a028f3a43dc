import { eValueOfLog } from './e-value.js';
import type { Alternative } from './inference.js';

/**
 * e-value of the asymptotic confidence sequence: its normal mixture against the null. One-sided, the lower bound of the
 * half-normal mixture from which the one-sided sequence is made; so one over it is the sequence's p-value.
 * @param distance standardised distance from the null, towards the alternative
 * @param rho      scale of the mixture
 */
export function sequenceEValue(distance: number, n: number, rho: number, alternative: Alternative): number {
  const spread = n * rho * rho;
  const exponent = (spread * distance * distance) / (2 * (spread + 1));
  const logRoot = Math.log1p(spread) / 2;
  if (alternative === 'two_sided') return eValueOfLog(exponent - logRoot);
  // exp(x) - 1 by logs: x + log(1 - exp(-x)) does not overflow
  return distance > 0 ? eValueOfLog(exponent - logRoot + Math.LN2 + Math.log(-Math.expm1(-exponent))) : 0;
}
