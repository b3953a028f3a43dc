import type { Quotient } from '../effects/effect.js';
import type { Alternative, ConfidenceSet } from './inference.js';

const LINE: ConfidenceSet = { shape: 'line', lower: null, upper: null };

/** The lift's quotient as difference d and denominator m: the lift is s d / m with s the sign of m. */
function centred({ numerator, denominator, numeratorVariance, denominatorVariance, covariance }: Quotient) {
  return {
    d: numerator - denominator,
    m: denominator,
    dVariance: numeratorVariance - 2 * covariance + denominatorVariance,
    mVariance: denominatorVariance,
    dm: covariance - denominatorVariance,
  };
}

/**
 * The test statistic of "lift = nullValue": (d - rho m) over its standard error; has the sign of lift - nullValue.
 * @see Fieller (1954), JRSS B 16(2)
 */
export function fiellerStatistic(quotient: Quotient, nullValue: number): number {
  const { d, m, dVariance, mVariance, dm } = centred(quotient);
  const rho = nullValue * Math.sign(m);
  return ((d - rho * m) / Math.sqrt(dVariance - 2 * rho * dm + rho * rho * mVariance));
}

/**
 * All lifts that a test with this critical value does not reject: an interval when the denominator is told from zero at
 * that value, else the complement of one, or the whole line. An unbounded set is the true answer, not a failure.
 * @param critical of the two-sided test, or of the one-sided when `alternative` is not two_sided
 * @see Fieller (1954), JRSS B 16(2)
 */
export function fiellerSet(quotient: Quotient, critical: number, alternative: Alternative): ConfidenceSet {
  const { d, m, dVariance, mVariance, dm } = centred(quotient);
  const square = critical * critical;
  const a = m * m - square * mVariance;
  const b = d * m - square * dm;
  const c = d * d - square * dVariance;
  const discriminant = b * b - a * c;
  const sign = m < 0 ? -1 : 1;
  if (a > 0) {
    const root = Math.sqrt(Math.max(0, discriminant));
    const ends = [(sign * b - root) / a, (sign * b + root) / a] as const;
    return { shape: 'interval', lower: alternative === 'less' ? null : ends[0], upper: alternative === 'greater' ? null : ends[1] };
  }
  if (a === 0 || discriminant <= 0) return LINE;
  const root = Math.sqrt(discriminant);
  const ends = [(sign * b + root) / a, (sign * b - root) / a].sort((x, y) => x - y) as [number, number];
  // One-sided: the gap is rejected only when the statistic there has the sign of the alternative
  const inGap = fiellerStatistic(quotient, (ends[0] + ends[1]) / 2);
  const rejectsGap = alternative === 'two_sided' || (alternative === 'greater' ? inGap > 0 : inGap < 0);
  return rejectsGap ? { shape: 'complement', lower: ends[0], upper: ends[1] } : LINE;
}
