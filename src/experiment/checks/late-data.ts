import { formatCount, formatInstant, formatList } from '../format.js';
import { informing, type CheckFunction } from './check.js';

const MS_PER_HOUR = 3_600_000;

/**
 * Tables whose newest row lags the analysis: the last days of a fact table look like a loss in every arm, and exposures that
 * have not arrived are units that nobody counts. Exposures are not expected after the plan's end of enrolment.
 */
export const lateData: CheckFunction = (plan, { asOf, exposures, facts }) => {
  if (asOf === null) return null;
  const enrolment = Math.min(Date.parse(asOf), plan.end === undefined ? Infinity : Date.parse(plan.end));
  const timed = [{ name: 'exposures', last: exposures.last, due: enrolment }, ...facts.map(({ name, last }) => ({ name, last, due: Date.parse(asOf) }))].filter(({ last }) => last !== null);
  if (timed.length === 0) return null;
  const limit = plan.checks.lateHours;
  const late = timed.map(({ name, last, due }) => ({ name, last: last!, hours: (due - Date.parse(last!)) / MS_PER_HOUR })).filter(({ hours }) => hours > limit);
  if (late.length === 0) {
    return informing('late_data', 'pass', `The newest row of exposures and of every fact table is within ${formatCount(limit)} hours of when it was due; the analysis time is ${formatInstant(asOf)}.`);
  }
  const named = late.map(({ name, last, hours }) => `${name} ${name === 'exposures' ? 'end' : 'ends'} ${formatInstant(last)}, ${formatCount(Math.floor(hours))} hours before`);
  return informing('late_data', 'warn', `Late against the analysis time of ${formatInstant(asOf)}: ${formatList(named)}; the limit is ${formatCount(limit)} hours.`);
};
