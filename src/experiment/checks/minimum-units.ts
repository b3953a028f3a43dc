import { formatCount, formatCounted, formatList } from '../format.js';
import { unitsBehindVerdict } from '../minimums.js';
import { informing, type CheckFunction } from './check.js';

/** Enough units in every arm for a verdict; too few keep the experiment running. */
export const minimumUnits: CheckFunction = (plan, summaries) => {
  const minimum = plan.decision.minimumUnits;
  const counts = plan.arms.map((arm) => ({ arm: arm.name, units: unitsBehindVerdict(plan, summaries, arm.name) }));
  const short = counts.filter(({ units }) => units < minimum);
  if (short.length === 0) {
    const fewest = Math.min(...counts.map(({ units }) => units));
    return informing('minimum_units', 'pass', `Every arm has at least ${formatCounted(fewest, 'unit')} behind the verdict; the minimum is ${formatCount(minimum)}.`);
  }
  return informing('minimum_units', 'fail', `Too few units behind a verdict: ${formatList(short.map(({ arm, units }) => `${arm} has ${formatCount(units)}`))}; the minimum is ${formatCount(minimum)} an arm.`);
};
