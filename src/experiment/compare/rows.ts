import type { Contrast, Effect } from '../../stats/effects/effect.js';
import { isRefusal, type Refusal } from '../../stats/refusal.js';
import type { Comparison, EffectEstimate } from '../analysis.js';
import { controlArm, treatmentArms, type Plan } from '../plan.js';
import type { Cell, MetricSummary, SegmentValue, Summaries } from '../summaries.js';
import { cellContrasts } from './cell-contrasts.js';
import type { BoundInference } from './inference-of.js';
import type { MetricOutcome } from './metric-outcomes.js';

/** A comparison before its family is corrected, with the effects that correction asks again. */
export interface Row {
  readonly comparison: Comparison;
  readonly difference: Effect | Refusal;
  readonly lift: Effect | Refusal;
}

/** One row a metric, treatment arm and place, each with the interval and p-value it has alone. */
export function uncorrectedRows(plan: Plan, summaries: Summaries, outcomes: ReadonlyMap<string, MetricOutcome>, inference: BoundInference): Row[] {
  const byName = new Map(summaries.metrics.map((summary) => [summary.metric, summary]));
  const rows: Row[] = [];
  for (const { name } of plan.metrics) {
    const summary = byName.get(name);
    if (summary) metricRows(plan, summary, outcomes.get(name)!, inference, rows);
  }
  return rows;
}

function metricRows(plan: Plan, summary: MetricSummary, outcome: MetricOutcome, inference: BoundInference, rows: Row[]): void {
  const control = controlArm(plan).name;
  const treatments = treatmentArms(plan).map((arm) => arm.name);
  const role = roleOf(plan, summary.metric);
  const method = `${outcome.title}${summary.covariates.length > 0 ? ', regression adjustment (Lin)' : ''}; ${inference.title}`;
  for (const { segment, cells } of places(plan, summary)) {
    const contrasts = cellContrasts(summary, outcome, cells.get(control), treatments.map((arm) => cells.get(arm)));
    for (const [i, contrast] of contrasts.entries()) {
      const treatment = treatments[i]!;
      const family = segment ? 'segments' : `${role}s` as const;
      const { difference, lift } = isRefusal(contrast) ? { difference: contrast, lift: contrast } : contrast;
      rows.push({
        difference, lift,
        comparison: {
          metric: summary.metric, role, family, segment,
          control: armEstimate(control, contrast, 'control', cells.get(control)),
          treatment: armEstimate(treatment, contrast, 'treatment', cells.get(treatment)),
          difference: estimateOf(difference, plan.decision.alpha, inference),
          lift: estimateOf(lift, plan.decision.alpha, inference),
          method,
          adjustment: isRefusal(contrast) || !contrast.adjustment ? null : { ...contrast.adjustment, covariates: [...contrast.adjustment.covariates] },
        },
      });
    }
  }
}

function roleOf({ decision }: Plan, metric: string): Comparison['role'] {
  if (decision.goals.some((goal) => goal.metric === metric)) return 'goal';
  return decision.guardrails.some((guardrail) => guardrail.metric === metric) ? 'guardrail' : 'other';
}

interface Place { readonly segment: SegmentValue | null; readonly cells: ReadonlyMap<string, Cell['summary']> }

/** All units first, even where the summary has no such cell; then segments in the plan's order, values in the summary's. */
function places(plan: Plan, summary: MetricSummary): Place[] {
  const overall = new Map<string, Cell['summary']>();
  const segments = new Map<string, Map<string, { segment: SegmentValue; cells: Map<string, Cell['summary']> }>>(plan.segments.map(({ name }) => [name, new Map()]));
  for (const { arm, segment, summary: cell } of summary.cells) {
    if (segment === null) { overall.set(arm, cell); continue; }
    const values = segments.get(segment.name);
    if (!values) continue;
    const place = values.get(segment.value) ?? { segment, cells: new Map() };
    values.set(segment.value, place);
    place.cells.set(arm, cell);
  }
  return [{ segment: null, cells: overall }, ...[...segments.values()].flatMap((values) => [...values.values()])];
}

function armEstimate(arm: string, contrast: Contrast | Refusal, side: 'control' | 'treatment', cell: Cell['summary'] | undefined): Comparison['control'] {
  if (isRefusal(contrast)) return { arm, n: cell?.n ?? 0, value: null, standardError: null };
  const { n, value, standardError } = contrast[side];
  return { arm, n, value, standardError };
}

function estimateOf(effect: Effect | Refusal, alpha: number, inference: BoundInference): EffectEstimate | Refusal {
  if (isRefusal(effect)) return effect;
  return {
    status: 'estimated',
    estimate: effect.estimate,
    standardError: effect.standardError,
    degreesOfFreedom: effect.degreesOfFreedom,
    interval: inference.interval(effect, alpha),
    pValue: inference.pValue(effect),
    adjustedPValue: null,
    simultaneous: null,
  };
}
