import { formatCount, formatInstant, formatList } from '../format.js';
import { informing, type CheckFunction } from './check.js';

const MS_PER_HOUR = 3_600_000;

/** Fact tables whose newest event lags the analysis: their last days look like a loss in every arm. */
export const lateData: CheckFunction = (plan, { asOf, facts }) => {
  const timed = facts.filter((fact) => fact.last !== null);
  if (asOf === null || timed.length === 0) return null;
  const limit = plan.checks.lateHours;
  const late = timed
    .map((fact) => ({ name: fact.name, last: fact.last!, hours: (Date.parse(asOf) - Date.parse(fact.last!)) / MS_PER_HOUR }))
    .filter(({ hours }) => hours > limit);
  if (late.length === 0) {
    return informing('late_data', 'pass', `The newest event of every fact table is within ${formatCount(limit)} hours of the analysis time, ${formatInstant(asOf)}.`);
  }
  const named = late.map(({ name, last, hours }) => `${name} ends ${formatInstant(last)}, ${formatCount(Math.floor(hours))} hours before`);
  return informing('late_data', 'warn', `Late against the analysis time of ${formatInstant(asOf)}: ${formatList(named)}; the limit is ${formatCount(limit)} hours.`);
};
