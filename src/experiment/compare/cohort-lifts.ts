import { isRefusal } from '../../stats/refusal.js';
import { controlArm, treatmentArms, type Plan } from '../plan.js';
import type { MetricSummary, Summaries } from '../summaries.js';
import { cellContrasts } from './cell-contrasts.js';
import type { MetricOutcome } from './metric-outcomes.js';

/** The lift of one metric in one arm for the units first exposed on each day; days that refuse are left out. */
export interface CohortLift {
  readonly metric: string;
  readonly arm: string;
  readonly days: readonly { readonly day: string; readonly estimate: number; readonly standardError: number }[];
}

/** Fewer units of an arm on a day, and its variance is too uncertain to weigh by. */
const LEAST_UNITS = 30;

export function cohortLiftsOf(plan: Plan, { metrics }: Summaries, outcomes: ReadonlyMap<string, MetricOutcome>): CohortLift[] {
  return metrics.flatMap((summary) => {
    const outcome = outcomes.get(summary.metric);
    return outcome && summary.days.length > 0 ? metricCohorts(plan, summary, outcome) : [];
  });
}

function metricCohorts(plan: Plan, summary: MetricSummary, outcome: MetricOutcome): CohortLift[] {
  const control = controlArm(plan).name;
  const arms = treatmentArms(plan).map(({ name }) => name);
  const days = [...new Set(summary.days.map(({ day }) => day))].sort().map((day) => {
    const cell = (arm: string) => summary.days.find((row) => row.day === day && row.arm === arm && row.summary.n >= LEAST_UNITS)?.summary;
    return { day, lifts: cellContrasts(summary, outcome, cell(control), arms.map(cell)).map((contrast) => (isRefusal(contrast) ? contrast : contrast.lift)) };
  });
  return arms.map((arm, i) => ({
    metric: summary.metric, arm,
    days: days.flatMap(({ day, lifts }) => {
      const lift = lifts[i]!;
      return isRefusal(lift) ? [] : [{ day, estimate: lift.estimate, standardError: lift.standardError }];
    }),
  }));
}
