import type { Effect } from '../../stats/effects/effect.js';
import { isRefusal, type Refusal } from '../../stats/refusal.js';
import type { Comparison, EffectEstimate } from '../analysis.js';
import { goodSign } from '../decide/benefit.js';
import { marginOf } from '../margin.js';
import type { Plan } from '../plan.js';
import type { EarlierStops } from './earlier-stops.js';
import { inferenceOfRow, type BoundInference, type PlanInference } from './inference-of.js';
import { packedEffects, type PackedEffects } from './packed-effects.js';
import { posteriorOf } from './posterior.js';
import type { Row } from './rows.js';

/** Comparisons, each judged for itself, and the effects behind them: of row i the difference at 2 i, the lift at 2 i + 1. */
export interface JudgedRows {
  readonly comparisons: Comparison[];
  readonly effects: PackedEffects;
}

/**
 * Turns rows into comparisons: interval and p-value of each row alone.
 *
 * A row has one null, no effect, so the p-value of its difference stands for its lift too; where the method has a scale, the
 * two differ. What a metric's rows share is looked up once.
 * @param stops rows whose test had to stop before: they exclude nothing any more
 */
export function judgeRows(plan: Plan, rows: Iterable<Row>, inferences: PlanInference, stops: EarlierStops): JudgedRows {
  const shared = new Map(plan.metrics.map((metric) => [metric.name, { better: goodSign(metric), margin: marginOf(plan, metric.name) }]));
  const comparisons: Comparison[] = [];
  const effects = packedEffects();
  const judged = (inference: BoundInference, effect: Effect | Refusal, place: number, pValue: number | null, better: 1 | -1, margin: number | null, decides: boolean, stopped: EffectEstimate['stopping']): EffectEstimate | Refusal => {
    const refusal = isRefusal(effect) ? effect : inference.refusal(effect);
    if (refusal) return refusal;
    effects.keep(place, effect as Effect);
    const estimate = estimateOf(effect as Effect, pValue, plan.decision.alpha, better, margin, inference);
    if (stopped) return { ...estimate, interval: { shape: 'line', lower: null, upper: null }, pValue: 1, stopping: stopped };
    return decides ? { ...estimate, ...stoppingOf(effect as Effect, plan.decision.alpha, better, inference) } : estimate;
  };
  for (const { metric, role, family, segment, control, treatment, method, covariates, contrast } of rows) {
    if (isRefusal(contrast)) {
      comparisons.push({ metric, role, family, segment, control, treatment, difference: contrast, lift: contrast, method, adjustment: null });
      continue;
    }
    const { better, margin } = shared.get(metric)!;
    const place = 2 * comparisons.length;
    const inference = inferenceOfRow(inferences, { role, segment });
    const decides = inference.stopping !== null && segment === null && role !== 'other';
    const stopped = segment === null ? stops.get(metric)?.get(treatment.arm) : undefined;
    const difference = judged(inference, contrast.difference, place, null, better, null, decides, stopped);
    const pValue = inference.hasScale || isRefusal(difference) ? null : difference.pValue;
    const lift = judged(inference, contrast.lift, place + 1, pValue, better, margin, decides, stopped);
    const { adjustment } = contrast;
    comparisons.push({
      metric, role, family, segment, control, treatment, difference, lift, method,
      adjustment: adjustment ? { covariates, varianceReduction: adjustment.varianceReduction } : null,
    });
  }
  return { comparisons, effects };
}

/** @param pValue where it is known already */
function estimateOf(effect: Effect, pValue: number | null, alpha: number, better: 1 | -1, margin: number | null, inference: BoundInference): EffectEstimate {
  const judged: EffectEstimate = {
    status: 'estimated',
    estimate: effect.estimate,
    standardError: effect.standardError,
    degreesOfFreedom: effect.degreesOfFreedom,
    interval: inference.interval(effect, alpha, better),
    pValue: pValue ?? inference.pValue(effect, better),
    adjustedPValue: null,
    simultaneous: null,
  };
  // Only where the method has them: a record says nothing of what its method does not know
  if (inference.eValue) judged.eValue = inference.eValue(effect, better);
  if (inference.posterior) judged.posterior = posteriorOf(inference.posterior(effect), better, margin);
  return judged;
}

/** Where a test that may stop early stands; nothing where its boundaries cannot be said, which the interval has said already. */
export function stoppingOf(effect: Effect, alpha: number, better: 1 | -1, { stopping }: BoundInference): Pick<EffectEstimate, 'stopping'> {
  const reading = stopping!(effect, alpha, better);
  if (isRefusal(reading)) return {};
  const { stageWise } = reading;
  return { stopping: { ...reading, stageWise: stageWise === null || isRefusal(stageWise) ? stageWise : { status: 'estimated', ...stageWise } } };
}
