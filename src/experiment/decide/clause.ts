import type { Clause, Comparison, EffectEstimate } from '../analysis.js';
import type { ConfidenceSet } from '../../stats/inference/inference.js';
import { formatDifference, formatLift } from '../format.js';
import type { Metric } from '../metric.js';
import type { Plan } from '../plan.js';

/** What a clause about one metric in one arm is judged by. */
export interface Evidence {
  readonly plan: Plan;
  readonly metric: Metric;
  readonly arm: string;
  /** over all units; undefined when the data gave nothing to compare */
  readonly comparison: Comparison | undefined;
}

export const clause = (
  kind: Clause['kind'], { metric, arm }: { readonly metric?: string; readonly arm?: string },
  status: Clause['status'], sentence: string, change: string,
): Clause => ({ kind, metric: metric ?? null, arm: arm ?? null, status, sentence, change });

/** How an estimate and its confidence set read: `lift +1.8%, 95% interval +0.4% to +3.2%`. */
export function reading(plan: Plan, scale: Scale, estimate: EffectEstimate, set: ConfidenceSet = estimate.interval): string {
  const level = `${Number((100 * (1 - plan.decision.alpha)).toPrecision(12))}%`;
  return `${scale.name} ${scale.format(estimate.estimate)}, ${level} ${estimate.posterior ? 'credible ' : ''}${describeSet(set, scale.format)}`;
}

/** A scale that effects are read on: the lift, or the difference where the lift cannot be said. */
export interface Scale { readonly name: 'lift' | 'difference'; readonly format: (value: number) => string }
export const liftScale: Scale = { name: 'lift', format: formatLift };
export const differenceScale = (metric: Metric): Scale => ({ name: 'difference', format: (value) => formatDifference(value, metric.unit) });

/** `interval +0.4% to +3.2%`, and what to say of sets that are not intervals. */
export function describeSet(set: ConfidenceSet, format: (value: number) => string): string {
  if (set.shape === 'line' || (set.lower === null && set.upper === null)) return 'interval without bounds';
  if (set.shape === 'complement') {
    return `confidence set ${[set.lower === null ? '' : `up to ${format(set.lower)}`, set.upper === null ? '' : `${format(set.upper)} and above`].filter(Boolean).join(' or ')}`;
  }
  if (set.lower === null) return `interval up to ${format(set.upper!)}`;
  if (set.upper === null) return `interval from ${format(set.lower)}`;
  return `interval ${format(set.lower)} to ${format(set.upper)}`;
}

/** Units in the smaller of the two arms that were compared. */
export const fewestUnits = ({ comparison }: Evidence): number =>
  (comparison ? Math.min(comparison.control.n, comparison.treatment.n) : 0);

/** A remedy as a sentence of its own. */
export const capitalised = (text: string): string => withStop(text.charAt(0).toUpperCase() + text.slice(1));

/** What a person or a refusal said, ended as a sentence. */
export const withStop = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
