import { chiSquareUpperTail } from '../../stats/numeric/incomplete-gamma.js';
import type { Arm } from '../plan.js';

/** Below this many expected units in an arm the chi-square reference is not trusted. Cochran (1954), Biometrics 10(4). */
export const SMALLEST_EXPECTED = 5;

/**
 * Pearson's chi-square test that units fell on the planned arms in proportion to their weights.
 * @param units arm -> units seen; an arm that is absent has none
 * @returns p-value, k - 1 degrees of freedom; null when an arm expects fewer than five units
 */
export function pearsonTest(arms: readonly Arm[], units: ReadonlyMap<string, number>): number | null {
  const observed = arms.map((arm) => units.get(arm.name) ?? 0);
  const total = observed.reduce((sum, count) => sum + count, 0);
  const weight = arms.reduce((sum, arm) => sum + arm.weight, 0);
  const expected = arms.map((arm) => (total * arm.weight) / weight);
  if (expected.some((count) => count < SMALLEST_EXPECTED)) return null;
  const statistic = expected.reduce((sum, count, i) => sum + (observed[i]! - count) ** 2 / count, 0);
  return chiSquareUpperTail(statistic, arms.length - 1);
}
