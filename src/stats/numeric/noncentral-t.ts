import { chiExpectation } from './chi-expectation.js';
import { normalCdf, normalUpperTail } from './normal.js';

/**
 * P(T > t) for T = (Z + noncentrality) / S, Z standard normal, S = sqrt(chi2(df) / df) independent: the power of a t-test.
 * @param df above 0; Infinity: the normal
 */
export function noncentralUpperTail(t: number, df: number, noncentrality: number): number {
  return df === Infinity ? normalUpperTail(t - noncentrality) : chiExpectation(df, (s) => normalUpperTail(t * s - noncentrality));
}

/** P(T <= t) of the noncentral t. */
export function noncentralLowerTail(t: number, df: number, noncentrality: number): number {
  return df === Infinity ? normalCdf(t - noncentrality) : chiExpectation(df, (s) => normalCdf(t * s - noncentrality));
}
