import { complierEffect, withAndersonRubin } from '../../stats/effects/complier-effect.js';
import type { Effect } from '../../stats/effects/effect.js';
import { isRefusal, type Refusal } from '../../stats/refusal.js';
import type { MetricOutcome } from '../compare/metric-outcomes.js';
import type { Plan } from '../plan.js';
import type { MetricSummary, Summaries } from '../summaries.js';
import { plannedContrasts, type PlannedContrast } from './contrasts.js';
import { encouragements, type Cells } from './effects/cells.js';
import { switchbackFit } from './effects/switchback.js';
import { unsupported } from './unsupported.js';

/** What a design says of a metric beside its effect: where it came from, and how strong what was randomised is. */
export interface Finding {
  readonly metric: string;
  readonly treatment: string;
  readonly quantity: string;
  readonly effect: Effect | Refusal;
}

/** In the order of the plan; metrics that the design does not compare have none. */
export function designFindings(plan: Plan, { metrics }: Summaries, outcomes: ReadonlyMap<string, MetricOutcome>): Finding[] {
  const { design } = plan;
  const planned = plannedContrasts(plan);
  return plan.metrics.flatMap((metric) => {
    const summary = metrics.find((candidate) => candidate.metric === metric.name);
    if (!summary || unsupported(plan, metric) || isRefusal(outcomes.get(metric.name)!.outcome)) return [];
    switch (design?.kind) {
      case 'switchback': return planned.flatMap((contrast) => lagged(summary, contrast, design));
      case 'encouragement': return encouraged(summary, planned);
      default: return [];
    }
  });
}

type Switchback = Parameters<typeof switchbackFit>[2];

/** Treatment in the bucket itself, and in those before. */
function lagged(summary: MetricSummary, contrast: PlannedContrast, design: Switchback): Finding[] {
  if (design.lags === 0) return [];
  const fit = switchbackFit(summary, contrast, design);
  const lags = Array.from({ length: design.lags + 1 }, (_, lag) => lag);
  return ([['effect in the same bucket', (lag: number) => Number(lag === 0)], ['carry-over into later buckets', (lag: number) => Number(lag > 0)]] as const)
    .map(([quantity, weight]) => ({ metric: summary.metric, treatment: contrast.treatment, quantity, effect: isRefusal(fit) ? fit : fit.effect(lags.map(weight)) }));
}

/** What encouragement did to everybody and to uptake, and the set that holds however weak that is. */
function encouraged(summary: MetricSummary, planned: readonly PlannedContrast[]): Finding[] {
  return encouragements(summary, planned, overall(summary)).flatMap((effects, i) => {
    const of = (quantity: string, effect: Effect | Refusal): Finding => ({ metric: summary.metric, treatment: planned[i]!.treatment, quantity, effect });
    if (isRefusal(effects)) return [of('intention to treat', effects)];
    const complier = complierEffect(effects, 0);
    return [
      of('intention to treat', effects.outcome),
      of('uptake moved by encouragement (first stage)', { ...effects.uptake, degreesOfFreedom: effects.outcome.degreesOfFreedom, n: effects.outcome.n }),
      of('complier effect, by the Anderson-Rubin set', isRefusal(complier) ? complier : withAndersonRubin(complier, effects)),
    ].filter(({ effect }) => isRefusal(effect) || effect.standardError > 0);
  });
}

export const overall = ({ cells }: MetricSummary): Cells => new Map(cells.filter(({ segment }) => segment === null).map(({ arm, summary }) => [arm, summary]));
