import { formatCount, formatCounted, formatList, formatP, formatShare } from '../format.js';
import { blocking, type CheckFunction } from './check.js';
import { pearsonTest } from './pearson-test.js';

/**
 * Units seen in several arms are left out. Many of them mean that assignment is not sticky; and if they fall on the arms
 * unequally, leaving them out makes the arms differ.
 */
export const multipleExposures: CheckFunction = (plan, { exposures }) => {
  const { multipleArms, multipleArmsByArm } = exposures;
  if (multipleArms === 0) return blocking('multiple_exposures', 'pass', 'No unit was seen in more than one arm.');
  const share = multipleArms / (exposures.units + multipleArms);
  const limit = plan.checks.multipleExposureShare;
  const byArm = new Map(multipleArmsByArm.map(({ arm, units }) => [arm, units]));
  const pValue = pearsonTest(plan.arms, byArm);
  const isUnequal = pValue !== null && pValue < plan.checks.sampleRatioAlpha;
  const seen = `${formatCounted(multipleArms, 'unit')} (${formatShare(share)}) ${multipleArms === 1 ? 'was' : 'were'} seen in more than one arm and left out`;
  const split = formatList(plan.arms.map((arm) => `${arm.name} ${formatCount(byArm.get(arm.name) ?? 0)}`));
  const unequal = isUnequal ? ` They fall on the arms unequally, by the arm seen first: ${split}; ${formatP(pValue, plan.checks.sampleRatioAlpha)}.` : '';
  if (share > limit) return blocking('multiple_exposures', 'fail', `${seen}, above the limit of ${formatShare(limit)}.${unequal}`, pValue);
  return blocking('multiple_exposures', isUnequal ? 'warn' : 'pass', `${seen}, within the limit of ${formatShare(limit)}.${unequal}`, pValue);
};
