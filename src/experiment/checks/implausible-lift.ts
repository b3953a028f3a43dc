import { chiSquareUpperTail } from '../../stats/numeric/incomplete-gamma.js';
import { formatCounted, formatLift, formatP, formatShare } from '../format.js';
import { informing, SURPRISING, type EffectCheck } from './check.js';

/** Standard deviation of true lifts where the plan states none: the scale of the default prior of Bayesian inference. */
const PLAUSIBLE_LIFT = 0.1;

/**
 * Twyman's law: a figure that looks interesting is usually wrong. Lifts that true lifts of the stated scale, and the errors of
 * their estimates, would hardly ever make; Bonferroni-adjusted over all lifts.
 * @see Kohavi, Tang, Xu (2020), Trustworthy Online Controlled Experiments, chapter 3
 */
export const implausibleLift: EffectCheck = (plan, { comparisons }) => {
  const scale = plan.checks.plausibleLift ?? PLAUSIBLE_LIFT;
  const lifts = comparisons.flatMap(({ metric, segment, treatment, lift }) => (segment === null && lift.status === 'estimated'
    ? [{ metric, arm: treatment.arm, lift: lift.estimate, pValue: chiSquareUpperTail(lift.estimate ** 2 / (scale ** 2 + lift.standardError ** 2), 1) }] : []));
  if (lifts.length === 0) return null;
  const worst = lifts.reduce((a, b) => (b.pValue < a.pValue ? b : a));
  const pValue = Math.min(1, worst.pValue * lifts.length);
  const prior = `true lifts with a standard deviation of ${formatShare(scale)}`;
  return pValue < SURPRISING
    ? informing('implausible_lift', 'warn', `${worst.metric} moved by ${formatLift(worst.lift)} in ${worst.arm}, which ${prior} would hardly make: adjusted ${formatP(pValue, SURPRISING)}. Look for a fault in logging or in the metric before believing it.`, pValue)
    : informing('implausible_lift', 'pass', `No lift of ${formatCounted(lifts.length, 'comparison')} is larger than ${prior} would make; smallest adjusted ${formatP(pValue, SURPRISING)}.`, pValue);
};
