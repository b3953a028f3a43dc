import { isRefusal } from '../../stats/refusal.js';
import { plannedContrasts } from '../design/contrasts.js';
import { contrastsOf } from '../design/effects.js';
import type { Plan } from '../plan.js';
import type { MetricSummary, Summaries } from '../summaries.js';
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
  const planned = plannedContrasts(plan).filter(({ decides }) => decides);
  const contrastsIn = contrastsOf(plan, planned, summary, outcome, 'other');
  const days = [...new Set(summary.days.map(({ day }) => day))].sort().map((day) => {
    const cells = new Map(summary.days.filter((row) => row.day === day && row.summary.n >= LEAST_UNITS).map((row) => [row.arm, row.summary]));
    return { day, lifts: contrastsIn(cells, 'some').map((contrast) => (isRefusal(contrast) ? contrast : contrast.lift)) };
  });
  return planned.map(({ treatment }, i) => ({
    metric: summary.metric, arm: treatment,
    days: days.flatMap(({ day, lifts }) => {
      const lift = lifts[i]!;
      return isRefusal(lift) ? [] : [{ day, estimate: lift.estimate, standardError: lift.standardError }];
    }),
  }));
}
