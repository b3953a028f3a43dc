import { formatCount, formatCounted, formatList, formatShare } from '../format.js';
import { blocking, type CheckFunction } from './check.js';

/** How many unplanned arms a sentence names. */
const NAMED = 3;

/** Units in arms that the plan does not have are left out; more than a few mean that the plan is not what ran. */
export const unplannedArms: CheckFunction = (plan, { exposures }) => {
  const arms = [...exposures.unplannedArms].sort((a, b) => b.units - a.units);
  const units = arms.reduce((sum, arm) => sum + arm.units, 0);
  if (units === 0) return blocking('unplanned_arms', 'pass', 'Every unit is in an arm of the plan.');
  const share = units / (exposures.units + units);
  const limit = plan.checks.multipleExposureShare;
  const named = arms.slice(0, NAMED).map(({ arm, units }) => `${arm} (${formatCount(units)})`);
  if (arms.length > NAMED) named.push(`${formatCount(arms.length - NAMED)} more`);
  const seen = `${formatCounted(units, 'unit')} (${formatShare(share)}) ${units === 1 ? 'is' : 'are'} in arms that the plan does not have and left out: ${formatList(named)}`;
  return share > limit
    ? blocking('unplanned_arms', 'fail', `${seen}; the limit is ${formatShare(limit)}.`)
    : blocking('unplanned_arms', 'warn', `${seen}; within the limit of ${formatShare(limit)}.`);
};
