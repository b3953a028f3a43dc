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

/** Row `i` with its estimates: interval and p-value alone, and those of its family. */
export function judgedComparison(plan: Plan, row: Row, i: number, judgements: Judgements, inference: BoundInference): Comparison {
  const { metric, role, family, segment, control, treatment, method, contrast } = row;
  const refused = isRefusal(contrast);
  const better = goodSign(plan.metrics.find(({ name }) => name === metric)!);
  const estimate = (effect: Effect | Refusal, margin: number | null): EffectEstimate | Refusal => {
    if (isRefusal(effect)) return effect;
    return inference.refusal(effect) ?? { ...judgedEstimate(effect, i, judgements, plan.decision.alpha, inference), ...evidenceOf(effect, better, margin, inference) };
  };
  return {
    metric, role, family, segment, control, treatment,
    difference: estimate(refused ? contrast : contrast.difference, null),
    lift: estimate(refused ? contrast : contrast.lift, marginOf(plan, metric)),
    method,
    adjustment: refused || !contrast.adjustment ? null
      : { covariates: [...contrast.adjustment.covariates], varianceReduction: contrast.adjustment.varianceReduction },
  };
}

function judgedEstimate(effect: Effect, i: number, { pValues, adjusted, levels, rejected, reach }: Judgements, alpha: number, inference: BoundInference): EffectEstimate {
  const isCorrected = !Number.isNaN(adjusted[i]!);
  const centre = inference.posterior?.(effect).mean ?? effect.estimate;
  return {
    status: 'estimated',
    estimate: effect.estimate,
    standardError: effect.standardError,
    degreesOfFreedom: effect.degreesOfFreedom,
    interval: inference.interval(effect, alpha),
    pValue: inference.hasScale ? inference.pValue(effect) : pValues[i]!,
    adjustedPValue: isCorrected ? adjusted[i]! : null,
    simultaneous: isCorrected ? simultaneousSet(inference.interval(effect, levels[i]!), centre, 0, rejected[i]!, reach[i]!) : null,
  };
}

/** What a method says beyond interval and p-value; nothing where it has nothing to say. */
function evidenceOf(effect: Effect, better: 1 | -1, margin: number | null, { eValue, posterior }: BoundInference): Pick<EffectEstimate, 'eValue' | 'posterior'> {
  return {
    ...(eValue && { eValue: eValue(effect) }),
    ...(posterior && { posterior: posteriorOf(posterior(effect), better, margin) }),
  };
}
