import { gaussLegendre } from './gauss-legendre.js';

const RULE = gaussLegendre(16);
/** Panels of the range; with 16 points each, smooth integrands are right to 1e-13. */
const PANELS = 24;
/** Standard deviations on each side that are integrated: what lies outside is below 1e-18. */
const REACH = 9.5;

/**
 * E[g(S); S < limit] for S = sqrt(chi2(df) / df), the standard error over its expectation. Noncentral t and the power of two
 * one-sided tests are such expectations.
 *
 * The density is normalised by the same quadrature, so that no gamma function is needed and large df lose nothing.
 * @param g bounded and smooth below `limit`
 */
export function chiExpectation(df: number, g: (s: number) => number, limit = Infinity): number {
  const deviation = 1 / Math.sqrt(2 * df);
  const low = Math.max(0, 1 - 1.3 * REACH * deviation);
  const high = 1 + Math.SQRT2 * REACH * deviation;
  const total = integrate(low, high, df, () => 1);
  return limit <= low ? 0 : integrate(low, Math.min(high, limit), df, g) / total;
}

function integrate(low: number, high: number, df: number, g: (s: number) => number): number {
  const half = (high - low) / (2 * PANELS);
  let sum = 0;
  for (let panel = 0; panel < PANELS; panel++) {
    const centre = low + (2 * panel + 1) * half;
    for (let i = 0; i < RULE.nodes.length; i++) {
      const s = centre + half * RULE.nodes[i]!;
      sum += RULE.weights[i]! * g(s) * Math.exp(logChiDensity(s, df));
    }
  }
  return sum * half;
}

/** log density of S up to a constant, 0 at s = 1 for large df: log s - (s^2 - 1) / 2 without cancellation near 1. */
function logChiDensity(s: number, df: number): number {
  const gap = s - 1;
  return df * (Math.log1p(gap) - gap - (gap * gap) / 2) - Math.log(s);
}
