import { isRefusal } from '../../stats/refusal.js';
import type { EffectEstimate } from '../analysis.js';
import { goodSign } from '../decide/benefit.js';
import { plannedContrasts } from '../design/contrasts.js';
import { contrastsOf } from '../design/effects.js';
import { mustStopForFutility } from '../inference.js';
import type { Plan } from '../plan.js';
import type { Summaries } from '../summaries.js';
import { inferenceOf } from './inference-of.js';
import { stoppingOf } from './judged.js';
import { cumulativeUnits, lookAfter } from './look.js';
import type { MetricOutcome } from './metric-outcomes.js';
import { cumulativeDays } from './timelines.js';

/** By metric and treatment arm: the look before the present one at which its test had to stop. */
export type EarlierStops = ReadonlyMap<string, ReadonlyMap<string, NonNullable<EffectEstimate['stopping']>>>;

/**
 * Where futility binds, a test that went below its bound at an earlier look is over, whatever its statistic is now: else the boundary
 * that made use of the stop would reject too often. The looks before are read again from the cohorts of the days up to each.
 */
export function earlierStops(plan: Plan, summaries: Summaries, outcomes: ReadonlyMap<string, MetricOutcome>): EarlierStops {
  const stops = new Map<string, Map<string, NonNullable<EffectEstimate['stopping']>>>();
  if (!mustStopForFutility(plan)) return stops;
  const planned = plannedContrasts(plan);
  const goals = plan.decision.goals.flatMap(({ metric: name }) => {
    const summary = summaries.metrics.find(({ metric }) => metric === name);
    const metric = plan.metrics.find((candidate) => candidate.name === name)!;
    return summary ? [{ metric, days: cumulativeDays(summary.days), contrastsIn: contrastsOf(plan, planned, summary, outcomes.get(name)!, 'other') }] : [];
  });
  const isOver = new Set<string>();
  // days outside, so that each look is one step of the boundaries
  for (const day of daysOfLooks(plan, summaries)) {
    const inference = inferenceOf(plan, lookAfter(plan, summaries, day));
    for (const { metric, days, contrastsIn } of goals) {
      const of = stops.get(metric.name) ?? new Map<string, NonNullable<EffectEstimate['stopping']>>();
      stops.set(metric.name, of);
      const cells = days.findLast((cohort) => cohort.day <= day)?.cells;
      for (const [i, contrast] of (cells ? contrastsIn(cells, 'some') : []).entries()) {
        const arm = planned[i]!.treatment;
        const test = JSON.stringify([metric.name, arm]);
        if (isOver.has(test) || isRefusal(contrast) || isRefusal(contrast.difference) || inference.refusal(contrast.difference)) continue;
        const { stopping } = stoppingOf(contrast.difference, plan.decision.alpha, goodSign(metric), inference);
        if (stopping?.stop === 'futility') of.set(arm, { ...stopping, stageWise: null });
        if (stopping?.stop) isOver.add(test);
      }
    }
  }
  return stops;
}

/** Days at whose end a look was made before the present one. */
function daysOfLooks({ inference }: Plan, { exposures }: Summaries): string[] {
  const days = cumulativeUnits(exposures.days);
  if (inference.method !== 'group_sequential') return [];
  const { looks, plannedUnits } = inference;
  const made = looks ? looks.map((share) => days.find(({ units }) => units >= share * plannedUnits)) : days;
  return [...new Set(made.flatMap((row) => (row && row !== days.at(-1) ? [row.day] : [])))];
}
