import type { Comparison, Timeline } from './analysis.js';
import { cohortLiftsOf, type CohortLift } from './compare/cohort-lifts.js';
import { earlierStops } from './compare/earlier-stops.js';
import { correctFamilies } from './compare/families.js';
import { planInference } from './compare/inference-of.js';
import { metricOutcomes } from './compare/metric-outcomes.js';
import { judgeRows } from './compare/judged.js';
import { lookAfter, presentLook } from './compare/look.js';
import { contrastRows } from './compare/rows.js';
import { timelinesOf } from './compare/timelines.js';
import type { Plan } from './plan.js';
import type { Summaries } from './summaries.js';

/**
 * Every metric x treatment arm x {all units, each segment value}, in the order of the plan: effect, interval and p-value, each
 * row for itself and corrected within its family. A row that cannot be answered stays, with its refusal.
 */
export async function compareArms(plan: Plan, summaries: Summaries): Promise<Comparison[]> {
  const outcomes = await metricOutcomes(plan);
  const inferences = planInference(plan, presentLook(plan, summaries));
  const rows = judgeRows(plan, contrastRows(plan, summaries, outcomes, inferences.ofGoals), inferences, earlierStops(plan, summaries, outcomes));
  correctFamilies(plan, rows, inferences);
  return rows.comparisons;
}

/**
 * The lift of each metric and treatment arm as it would have been read at the end of each day of exposure, each at the
 * level of the plan for itself. Days that cannot be answered are left out; quantiles cannot be merged and have no timeline.
 */
export async function cumulativeLifts(plan: Plan, summaries: Summaries): Promise<Timeline[]> {
  return timelinesOf(plan, summaries, await metricOutcomes(plan), (day) => planInference(plan, lookAfter(plan, summaries, day)));
}

/** The lift among the units first exposed on each day, of each metric and treatment arm. */
export async function cohortLifts(plan: Plan, summaries: Summaries): Promise<CohortLift[]> {
  return cohortLiftsOf(plan, summaries, await metricOutcomes(plan));
}
