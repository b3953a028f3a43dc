import type { Alternative } from '../../inference/inference.js';
import { noncentralLowerTail, noncentralUpperTail } from '../../numeric/noncentral-t.js';
import { studentUpperQuantile } from '../../numeric/student.js';

/** Critical value of a test, in standard errors. */
export const criticalValue = (alpha: number, alternative: Alternative, df: number): number =>
  studentUpperQuantile(alternative === 'two_sided' ? alpha / 2 : alpha, df);

/**
 * Chance that a test rejects, wrong direction included when it is two-sided, as its size at no effect is.
 * @param noncentrality true effect less the null value, in standard errors
 * @param df Infinity: normal reference
 */
export function testPower(noncentrality: number, critical: number, alternative: Alternative, df: number): number {
  const above = alternative === 'less' ? 0 : noncentralUpperTail(critical, df, noncentrality);
  const below = alternative === 'greater' ? 0 : noncentralLowerTail(-critical, df, noncentrality);
  return Math.min(1, above + below);
}
