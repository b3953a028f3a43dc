import { testSampleRatio } from '../../stats/estimators/allocation/sample-ratio.js';
import { isRefusal } from '../../stats/refusal.js';
import type { Arm } from '../plan.js';

/**
 * Pearson's chi-square test that units fell on the planned arms in proportion to their weights.
 * @param units arm -> units seen; an arm that is absent has none
 * @returns p-value; null when an arm expects too few units for the test
 */
export function pearsonTest(arms: readonly Arm[], units: ReadonlyMap<string, number>): number | null {
  const test = testSampleRatio(units, new Map(arms.map((arm) => [arm.name, arm.weight])));
  return isRefusal(test) ? null : test.pValue;
}
