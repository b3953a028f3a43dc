import { formatList } from '../format.js';
import { blocking, type CheckFunction } from './check.js';

/** Every planned arm must have been seen. */
export const emptyArm: CheckFunction = (plan, { exposures }) => {
  const empty = plan.arms.filter((arm) => !exposures.arms.some((row) => row.arm === arm.name && row.units > 0)).map((arm) => arm.name);
  if (empty.length === 0) return blocking('empty_arm', 'pass', 'Every arm has units.');
  return blocking('empty_arm', 'fail', `No unit was seen in ${formatList(empty)}: it was not shown, or not logged, or is spelled otherwise in the data.`);
};
