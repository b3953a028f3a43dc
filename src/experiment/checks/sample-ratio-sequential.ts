import { logMultinomialEValue } from '../../stats/checks/multinomial-e-value.js';
import { formatList, formatP, formatShare } from '../format.js';
import type { Plan } from '../plan.js';
import type { Summaries } from '../summaries.js';
import { informing, type CheckFunction } from './check.js';

/**
 * The sample-ratio test for those who watch: its p-value holds however often the counts were looked at, which that of the
 * fixed test does not. It stands beside the fixed test, which decides, and needs more units to find the same mismatch.
 * @see Lindon, Malek (2022), Anytime-valid inference for multinomial count data, NeurIPS
 */
export const sampleRatioSequential: CheckFunction = (plan, summaries) => {
  const total = plan.arms.reduce((sum, arm) => sum + arm.weight, 0);
  const weights = plan.arms.map((arm) => arm.weight / total);
  const looks = countsByDay(plan, summaries);
  const present = looks.at(-1)!;
  const units = present.reduce((sum, n) => sum + n, 0);
  if (units === 0) return null;
  const pValue = Math.min(1, Math.exp(-Math.max(...looks.map((counts) => logMultinomialEValue(counts, weights)))));
  const { sampleRatioAlpha } = plan.checks;
  const split = formatList(plan.arms.map((arm, i) => `${arm.name} ${formatShare(present[i]! / units)}`));
  return pValue < sampleRatioAlpha
    ? informing('sample_ratio_sequential', 'warn', `The arms are not being split as planned: ${split} by now. That holds however often the split was looked at: always-valid ${formatP(pValue, sampleRatioAlpha)}, below the limit of ${sampleRatioAlpha}.`, pValue)
    : informing('sample_ratio_sequential', 'pass', `However often it was looked at, the split gives no cause for doubt: always-valid ${formatP(pValue, sampleRatioAlpha)}.`, pValue);
};

/** Units of each arm by the end of each day, and at present last; shape (looks, arms). */
function countsByDay({ arms }: Plan, { exposures }: Summaries): number[][] {
  const byDay = new Map<string, number[]>();
  for (const { day, arm, units } of exposures.days) {
    const counts = byDay.get(day) ?? arms.map(() => 0);
    byDay.set(day, counts.map((n, i) => (arms[i]!.name === arm ? n + units : n)));
  }
  let sums = arms.map(() => 0);
  const days = [...byDay].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, counts]) => sums = sums.map((n, i) => n + counts[i]!));
  return [...days, arms.map(({ name }) => exposures.arms.find(({ arm }) => arm === name)?.units ?? 0)];
}
