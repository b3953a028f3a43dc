import type { Contrast } from '../../stats/effects/effect.js';
import { isRefusal, type Refusal } from '../../stats/refusal.js';
import type { Comparison } from '../analysis.js';
import { plannedContrasts } from '../design/contrasts.js';
import { designWords } from '../design/description.js';
import { contrastsOf } from '../design/effects.js';
import type { Metric } from '../metric.js';
import type { Plan } from '../plan.js';
import type { Cell, MetricSummary, SegmentValue, Summaries } from '../summaries.js';
import { withBatches } from './batches.js';
import type { BoundInference } from './inference-of.js';
import type { MetricOutcome } from './metric-outcomes.js';

/** A comparison to be: what is compared, and the effects, not yet judged. */
export interface Row extends Pick<Comparison, 'metric' | 'role' | 'family' | 'segment' | 'control' | 'treatment' | 'method'> {
  /** names of the metric's covariates */
  readonly covariates: string[];
  readonly contrast: Contrast | Refusal;
}

/** One row a metric, treatment arm and place, in the order of the plan; made when it is asked for. */
export function* contrastRows(plan: Plan, summaries: Summaries, outcomes: ReadonlyMap<string, MetricOutcome>, inference: BoundInference): Generator<Row> {
  const byName = new Map(summaries.metrics.map((summary) => [summary.metric, summary]));
  for (const metric of plan.metrics) {
    const summary = byName.get(metric.name);
    if (summary) yield* metricRows(plan, metric, summary, outcomes.get(metric.name)!, inference);
  }
}

function* metricRows(plan: Plan, metric: Metric, summary: MetricSummary, outcome: MetricOutcome, inference: BoundInference): Generator<Row> {
  const planned = plannedContrasts(plan);
  const role = roleOf(plan, summary.metric);
  const contrastsIn = contrastsOf(plan, planned, summary, outcome, role);
  for (const { segment, cells } of places(plan, summary)) {
    const part = segment === null ? 'all' : 'some';
    const contrasts = contrastsIn(cells, part);
    const method = `${outcome.title}${designWords(plan, summary, role, part)}; ${inference.title}`;
    for (let i = 0; i < planned.length; i++) {
      const { control, treatment } = planned[i]!;
      const contrast = withBatches(plan, metric, summary, planned[i]!, contrasts[i]!, segment === null ? 'all' : 'segment');
      yield {
        metric: summary.metric, role, family: segment ? 'segments' : `${role}s`, segment,
        control: armEstimate(control, contrast, 'control', cells.get(control)),
        treatment: armEstimate(treatment, contrast, 'treatment', cells.get(treatment)),
        method, covariates: summary.covariates, contrast,
      };
    }
  }
}

export function roleOf({ decision }: Plan, metric: string): Comparison['role'] {
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
