import { formatDays } from '../format.js';
import { daysObserved } from '../minimums.js';
import { informing, type CheckFunction } from './check.js';

/** Long enough for a verdict, so that whole weeks are in it. */
export const minimumDuration: CheckFunction = (plan, summaries) => {
  const minimum = plan.decision.minimumDays;
  if (minimum === 0) return null;
  const days = daysObserved(summaries);
  if (days === null) {
    return informing('minimum_duration', 'fail', `The plan asks for ${formatDays(minimum)}, and exposures have no times to tell how long it ran.`);
  }
  return days < minimum
    ? informing('minimum_duration', 'fail', `It ran for ${formatDays(days)}; the minimum is ${formatDays(minimum)}.`)
    : informing('minimum_duration', 'pass', `It ran for ${formatDays(days)}, and the minimum is ${formatDays(minimum)}.`);
};
