import type { Plan } from './plan.js';
import type { Summaries } from './summaries.js';

const MS_PER_DAY = 86_400_000;

/**
 * Units of an arm that a verdict would rest on: the fewest over its exposures and the metrics of the decision rule, since
 * a metric counts a unit only once its window has closed. Quantiles may count events, so they are not asked.
 */
export function unitsBehindVerdict(plan: Plan, summaries: Summaries, arm: string): number {
  const deciding = new Set([...plan.decision.goals, ...plan.decision.guardrails].map((clause) => clause.metric));
  const exposed = summaries.exposures.arms.find((row) => row.arm === arm)?.units ?? 0;
  const counts = summaries.metrics.filter((metric) => deciding.has(metric.metric)).flatMap((metric) => {
    const cells = metric.cells.filter((cell) => cell.segment === null);
    if (cells.some((cell) => cell.summary.kind === 'quantile')) return [];
    return [cells.find((cell) => cell.arm === arm)?.summary.n ?? 0];
  });
  return Math.min(exposed, ...counts);
}

/** Days from first exposure to the analysis; null when exposures have no times. */
export function daysObserved({ asOf, exposures }: Summaries): number | null {
  if (asOf === null || exposures.first === null) return null;
  return (Date.parse(asOf) - Date.parse(exposures.first)) / MS_PER_DAY;
}
