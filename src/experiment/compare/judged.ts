import { simultaneousSet } from '../../stats/corrections/simultaneous.js';
import type { Effect } from '../../stats/effects/effect.js';
import { isRefusal, type Refusal } from '../../stats/refusal.js';
import type { Comparison, EffectEstimate } from '../analysis.js';
import { goodSign } from '../decide/benefit.js';
import { marginOf } from '../margin.js';
import type { Plan } from '../plan.js';
import type { Judgements } from './families.js';
import type { BoundInference } from './inference-of.js';
import { posteriorOf } from './posterior.js';
import type { Row } from './rows.js';

/** Turns a row into a comparison: interval and p-value alone, and those of its family. What a metric's rows share is looked up once. */
export function judgeOf(plan: Plan, judgements: Judgements, inference: BoundInference): (row: Row, i: number) => Comparison {
  const shared = new Map(plan.metrics.map((metric) => [metric.name, { better: goodSign(metric), margin: marginOf(plan, metric.name) }]));
  const estimate = (effect: Effect | Refusal, i: number, better: 1 | -1, margin: number | null, decides: boolean): EffectEstimate | Refusal =>
    (isRefusal(effect) ? effect : inference.refusal(effect) ?? withStopping(judgedEstimate(effect, i, judgements, plan.decision.alpha, better, margin, inference), effect, better, decides));
  const withStopping = (judged: EffectEstimate, effect: Effect, better: 1 | -1, decides: boolean): EffectEstimate =>
    (decides ? { ...judged, ...stoppingOf(effect, plan.decision.alpha, better, inference) } : judged);
  return ({ metric, role, family, segment, control, treatment, method, contrast }, i) => {
    const { better, margin } = shared.get(metric)!;
    if (isRefusal(contrast)) return { metric, role, family, segment, control, treatment, difference: contrast, lift: contrast, method, adjustment: null };
    const { difference, lift, adjustment } = contrast;
    const decides = inference.stopping !== null && segment === null && role !== 'other';
    return {
      metric, role, family, segment, control, treatment,
      difference: estimate(difference, i, better, null, decides),
      lift: estimate(lift, i, better, margin, decides),
      method,
      adjustment: adjustment ? { covariates: [...adjustment.covariates], varianceReduction: adjustment.varianceReduction } : null,
    };
  };
}

function judgedEstimate(
  effect: Effect, i: number, { pValues, adjusted, levels, rejected, reach }: Judgements, alpha: number, better: 1 | -1, margin: number | null, inference: BoundInference,
): EffectEstimate {
  const isCorrected = !Number.isNaN(adjusted[i]!);
  const centre = inference.posterior?.(effect).mean ?? effect.estimate;
  const judged: EffectEstimate = {
    status: 'estimated',
    estimate: effect.estimate,
    standardError: effect.standardError,
    degreesOfFreedom: effect.degreesOfFreedom,
    interval: inference.interval(effect, alpha),
    pValue: inference.hasScale ? inference.pValue(effect) : pValues[i]!,
    adjustedPValue: isCorrected ? adjusted[i]! : null,
    simultaneous: isCorrected ? simultaneousSet(inference.interval(effect, levels[i]!), centre, 0, rejected[i]!, reach[i]!) : null,
  };
  return inference.eValue || inference.posterior ? { ...judged, ...evidenceOf(effect, better, margin, inference) } : judged;
}

/** What a method says beyond interval and p-value; nothing where it has nothing to say. */
function evidenceOf(effect: Effect, better: 1 | -1, margin: number | null, { eValue, posterior }: BoundInference): Pick<EffectEstimate, 'eValue' | 'posterior'> {
  return {
    ...(eValue && { eValue: eValue(effect) }),
    ...(posterior && { posterior: posteriorOf(posterior(effect), better, margin) }),
  };
}

/** Where a test that may stop early stands; nothing where its boundaries cannot be said, which the interval has said already. */
function stoppingOf(effect: Effect, alpha: number, better: 1 | -1, { stopping }: BoundInference): Pick<EffectEstimate, 'stopping'> {
  const reading = stopping!(effect, alpha, better);
  if (isRefusal(reading)) return {};
  const { stageWise } = reading;
  return { stopping: { ...reading, stageWise: stageWise === null || isRefusal(stageWise) ? stageWise : { status: 'estimated', ...stageWise } } };
}
