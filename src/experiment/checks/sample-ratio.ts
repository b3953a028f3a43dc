import { formatCount, formatList, formatP, formatShare } from '../format.js';
import { randomisedNoun } from '../design/independence.js';
import { blocking, type CheckFunction } from './check.js';
import { pearsonTest } from './pearson-test.js';

/** Below this many times the limit a p-value is worth a warning: 0.01 at the usual limit of 0.001. */
const SUSPICIOUS = 10;

/**
 * Did units fall on the arms as the weights promised? A mismatch means that assignment or logging is broken, and then no
 * effect can be believed.
 * @see Fabijan et al. (2019), Diagnosing sample ratio mismatch in online controlled experiments, KDD
 */
export const sampleRatio: CheckFunction = (plan, { exposures }) => {
  const units = new Map(exposures.arms.map(({ arm, units }) => [arm, units]));
  const total = plan.arms.reduce((sum, arm) => sum + (units.get(arm.name) ?? 0), 0);
  const seen = plan.arms.map((arm) => `${arm.name} ${formatCount(units.get(arm.name) ?? 0)} (${formatShare((units.get(arm.name) ?? 0) / Math.max(total, 1))}, planned ${formatShare(arm.weight)})`);
  const pValue = pearsonTest(plan.arms, units);
  if (pValue === null) {
    return blocking('sample_ratio', 'warn', `${formatCount(total)} ${randomisedNoun(plan)}s are too few to test whether the arms were split as planned.`);
  }
  const { sampleRatioAlpha } = plan.checks;
  const split = formatList(seen);
  if (pValue < sampleRatioAlpha) return blocking('sample_ratio', 'fail', `The arms were not split as planned: ${split}. Chance alone would do this with ${formatP(pValue, sampleRatioAlpha)}, below the limit of ${sampleRatioAlpha}.`, pValue);
  if (pValue < SUSPICIOUS * sampleRatioAlpha) return blocking('sample_ratio', 'warn', `The split is suspicious: ${split}. Chance alone would do this with ${formatP(pValue, sampleRatioAlpha)}, above the limit of ${sampleRatioAlpha} but not by much; look at assignment and logging before believing the verdict.`, pValue);
  return blocking('sample_ratio', 'pass', `The arms were split as planned: ${split}; ${formatP(pValue, sampleRatioAlpha)}.`, pValue);
};
