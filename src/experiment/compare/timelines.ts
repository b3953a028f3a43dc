import { isRefusal } from '../../stats/refusal.js';
import { mergeMoments } from '../../stats/summaries/moments.js';
import type { Timeline } from '../analysis.js';
import { plannedContrasts } from '../design/contrasts.js';
import { contrastsOf } from '../design/effects.js';
import { goodSign } from '../decide/benefit.js';
import type { Metric } from '../metric.js';
import type { Plan } from '../plan.js';
import type { MetricSummary, Summaries } from '../summaries.js';
import { withBatches } from './batches.js';
import { inferenceOfRow, type PlanInference } from './inference-of.js';
import type { MetricOutcome } from './metric-outcomes.js';
import { roleOf } from './rows.js';

type Day = MetricSummary['days'][number];
type Point = Timeline['points'][number];

/** The inference as of the end of a day. */
type InferenceAfter = (day: string) => PlanInference;

/** Merges day cohorts, which are disjoint units, and reads the lift after each. */
export function timelinesOf(plan: Plan, summaries: Summaries, outcomes: ReadonlyMap<string, MetricOutcome>, inferenceAfter: InferenceAfter): Timeline[] {
  const byName = new Map(summaries.metrics.map((summary) => [summary.metric, summary]));
  return plan.metrics.flatMap((metric) => {
    const summary = byName.get(metric.name);
    return summary && summary.days.length > 0 ? metricTimelines(plan, metric, summary, outcomes.get(metric.name)!, inferenceAfter) : [];
  });
}

function metricTimelines(plan: Plan, metric: Metric, summary: MetricSummary, outcome: MetricOutcome, inferenceAfter: InferenceAfter): Timeline[] {
  const planned = plannedContrasts(plan);
  const role = roleOf(plan, metric.name);
  const contrastsIn = contrastsOf(plan, planned, summary, outcome, 'other');
  const points: Point[][] = planned.map(() => []);
  for (const { day, cells } of cumulativeDays(summary.days)) {
    const contrasts = contrastsIn(cells, 'some');
    const inference = inferenceOfRow(inferenceAfter(day), { role, segment: null });
    for (const [i, unread] of contrasts.entries()) {
      const contrast = withBatches(plan, metric, summary, planned[i]!, unread, 'all', day);
      if (isRefusal(contrast) || isRefusal(contrast.lift) || inference.refusal(contrast.lift)) continue;
      const { shape, lower, upper } = inference.interval(contrast.lift, plan.decision.alpha, goodSign(metric));
      const bounded = shape === 'interval';
      points[i]!.push({ day, n: contrast.lift.n, estimate: contrast.lift.estimate, lower: bounded ? lower : null, upper: bounded ? upper : null });
    }
  }
  return planned.map(({ treatment }, i) => ({ metric: summary.metric, arm: treatment, points: points[i]! }));
}

/** Moments of each arm up to and with each day, days ascending. */
export function cumulativeDays(days: readonly Day[]): { day: string; cells: ReadonlyMap<string, Day['summary']> }[] {
  const cumulative = new Map<string, ReadonlyMap<string, Day['summary']>>();
  let cells: ReadonlyMap<string, Day['summary']> = new Map();
  for (const { day, arm, summary } of days.toSorted((a, b) => (a.day < b.day ? -1 : Number(a.day > b.day)))) {
    cells = new Map(cells).set(arm, mergeCells(cells.get(arm), summary));
    cumulative.set(day, cells);
  }
  return [...cumulative].map(([day, upTo]) => ({ day, cells: upTo }));
}

function mergeCells(before: Day['summary'] | undefined, cohort: Day['summary']): Day['summary'] {
  if (!before) return cohort;
  const { n, columns, mean, scatter } = mergeMoments(before, cohort);
  return { kind: 'moments', n, columns: [...columns], mean: [...mean], scatter: scatter.map((row) => [...row]) };
}
