import { weightedTrend, type Trend } from '../../stats/checks/weighted-trend.js';
import { isRefusal } from '../../stats/refusal.js';
import { formatCounted, formatLift, formatP } from '../format.js';
import type { CohortLift } from '../compare/cohort-lifts.js';
import { informing, SURPRISING, type EffectCheck } from './check.js';

const MS_PER_DAY = 86_400_000;

/**
 * Does the lift of those exposed later differ from that of those exposed first? A line through the lifts of the day cohorts,
 * which are different units, weighted by their precision. Novelty: it fades; primacy: it grows. Metrics of the rule only;
 * p-values are Bonferroni-adjusted over metrics and arms.
 *
 * Cohorts differ by calendar. Without a window they also differ in how long each was observed, and the sentence says so.
 */
export const noveltyOrPrimacy: EffectCheck = (plan, { cohorts }) => {
  const deciding = new Set([...plan.decision.goals, ...plan.decision.guardrails].map(({ metric }) => metric));
  const tested = cohorts.filter(({ metric }) => deciding.has(metric)).flatMap((cohort) => {
    const trend = weightedTrend(cohort.days.map(({ day, estimate, standardError }) => ({ at: Date.parse(day) / MS_PER_DAY, estimate, standardError })));
    return isRefusal(trend) ? [] : [{ cohort, trend }];
  });
  if (tested.length === 0) return null;
  const worst = tested.reduce((a, b) => (b.trend.pValue < a.trend.pValue ? b : a));
  const pValue = Math.min(1, worst.trend.pValue * tested.length);
  if (pValue >= SURPRISING) {
    return informing('novelty_or_primacy', 'pass', `Those exposed later respond like those exposed first, ${formatCounted(tested.length, 'trend')} over day cohorts; smallest adjusted ${formatP(pValue, SURPRISING)}.`, pValue);
  }
  const { cohort, trend } = worst;
  const isWindowed = plan.metrics.find(({ name }) => name === cohort.metric)!.window !== undefined;
  const caution = isWindowed ? '' : ' The metric has no window, so later cohorts were also observed for less time; give it one to tell the two apart.';
  return informing('novelty_or_primacy', 'warn', `${wordOf(cohort, trend)}: from one day of exposure to the next the lift of ${cohort.metric} in ${cohort.arm} changes by ${formatLift(trend.slope)}, adjusted ${formatP(pValue, SURPRISING)}. The lift over all days is an average of these.${caution}`, pValue);
};

/** Fading towards zero is novelty; anything else that a line shows is growing. */
const wordOf = ({ days }: CohortLift, { slope }: Trend): string => {
  const overall = days.reduce((sum, { estimate, standardError }) => sum + estimate / standardError ** 2, 0);
  return overall * slope < 0 ? 'The effect fades (novelty)' : 'The effect grows (primacy)';
};
