import type { Batches, Contrast } from '../../stats/effects/effect.js';
import type { BatchArm } from '../../stats/inference/bounded/bounded-batches.js';
import { isRefusal, refuse, type Refusal } from '../../stats/refusal.js';
import { mergeMoments, type Moments } from '../../stats/summaries/moments.js';
import type { PlannedContrast } from '../design/contrasts.js';
import { methodOf } from '../inference.js';
import type { Metric } from '../metric.js';
import { covariateOf, factsOf, type Plan } from '../plan.js';
import type { MetricSummary } from '../summaries.js';

/**
 * The contrast with its units by day of exposure, where the inference of the plan reads batches; its effects refuse where there are none.
 * @param upTo the last day that is read; absent: all
 * @param part of the units; segments have no cohorts
 */
export function withBatches(plan: Plan, metric: Metric, summary: MetricSummary, planned: PlannedContrast, contrast: Contrast | Refusal, part: 'all' | 'segment', upTo?: string): Contrast | Refusal {
  if (isRefusal(contrast) || !methodOf(plan.inference).readsBatches) return contrast;
  const batches = part === 'segment' ? NO_SEGMENTS : batchesOf(plan, metric, summary, planned, upTo);
  if (isRefusal(batches)) return { ...contrast, difference: batches, lift: batches };
  const { difference, lift } = contrast;
  const readLift = batches.kind === 'bounded' && batches.lowest < 0 ? MAY_BE_NEGATIVE : lift;
  return { ...contrast, difference: isRefusal(difference) ? difference : { ...difference, batches }, lift: isRefusal(readLift) ? readLift : { ...readLift, batches } };
}

const unsupported = (detail: string, remedy: string): Refusal => refuse('unsupported_combination', `anytime_exact ${detail}`, remedy);
const OTHERWISE = 'plan confidence_sequence';
const NO_SEGMENTS = unsupported('reads day cohorts, which are not kept by segment', `Read all units, or ${OTHERWISE}.`);
const MAY_BE_NEGATIVE = unsupported('needs values that are not negative for a lift', 'Read the difference, or set cap.lower to 0.');

function batchesOf(plan: Plan, metric: Metric, summary: MetricSummary, planned: PlannedContrast, upTo: string | undefined): Batches | Refusal {
  if (plan.design && plan.design.kind !== 'holdout') return unsupported(`needs units that were each assigned by a draw of its own, which a ${plan.design.kind} design does not have`, 'Plan what the design holds with, such as fixed.');
  if (covariateOf(metric)) return unsupported(`does not adjust for covariates; ${metric.name} has one`, `Drop the covariate, or ${OTHERWISE}.`);
  // what may still change would be bet on before it is known
  const isOpen = metric.window === undefined && factsOf(metric).some((name) => plan.facts.find((fact) => fact.name === name)?.time !== undefined);
  if (isOpen) return unsupported(`needs values that are final when they are first read; events of ${metric.name} count without end`, `Give the metric a window, such as 0d..7d, or ${OTHERWISE}.`);
  const values = valuesOf(metric);
  if (isRefusal(values)) return values;
  const days = [...new Set(summary.days.map(({ day }) => day))].filter((day) => upTo === undefined || day <= upTo).sort();
  if (days.length === 0) return unsupported('needs the day of exposure of each unit', 'Name the column of the exposure time.');
  const batches = days.map((day) => ({ control: cohort(summary, day, planned.controlArms), treatment: cohort(summary, day, planned.treatmentArms) }));
  if (values === 'share') {
    const shareOf = ({ n, mean }: BatchArm) => ({ n, share: n === 0 ? 0 : mean });
    return { kind: 'shares', batches: batches.map(({ control, treatment }) => ({ control: shareOf(control), treatment: shareOf(treatment) })) };
  }
  const weight = (arms: readonly string[]): number => plan.arms.reduce((sum, { name, weight: of }) => (arms.includes(name) ? sum + of : sum), 0);
  const [control, treatment] = [weight(planned.controlArms), weight(planned.treatmentArms)];
  return { kind: 'bounded', batches, ...values, treatmentChance: treatment / (control + treatment) };
}

/** What is known of a unit's value before any is seen. */
function valuesOf(metric: Metric): 'share' | { readonly lowest: number; readonly highest: number } | Refusal {
  switch (metric.kind) {
    case 'proportion': case 'retention': case 'funnel': return 'share';
    case 'mean': case 'count': case 'count_distinct': {
      const lowest = metric.cap?.lower ?? (metric.kind === 'mean' ? undefined : 0);
      const highest = metric.cap?.upper;
      if (metric.winsorise) return unsupported(`needs bounds that were fixed before the start; those of ${metric.name} are read off the data`, 'Cap the metric at fixed bounds (cap) instead of winsorising it.');
      return lowest !== undefined && highest !== undefined && lowest < highest ? { lowest, highest }
        : unsupported(`needs bounds of a unit's value; ${metric.name} has ${lowest === undefined ? 'no lowest' : 'no highest'}`, `Cap the metric (cap: { lower, upper }), or ${OTHERWISE}.`);
    }
    case 'ratio': case 'expression': return unsupported(`does not compare a metric of kind ${metric.kind}`, `Name its parts as metrics of their own, or ${OTHERWISE}.`);
    case 'quantile': return unsupported('does not compare quantiles of day cohorts, which cannot be merged', `Read the rows with the estimator anytime_quantile, or ${OTHERWISE}.`);
  }
}

function cohort({ days }: MetricSummary, day: string, arms: readonly string[]): BatchArm {
  const found: readonly Moments[] = days.filter((row) => row.day === day && arms.includes(row.arm)).map(({ summary }) => summary);
  const [first, ...others] = found;
  if (!first) return { n: 0, mean: 0, scatter: 0 };
  const { n, mean, scatter } = others.reduce((a, b) => mergeMoments(a, b), first);
  return { n, mean: mean[0]!, scatter: scatter[0]![0]! };
}
