import { simultaneousSet } from '../../stats/corrections/simultaneous.js';
import type { Effect } from '../../stats/effects/effect.js';
import { isRefusal, type Refusal } from '../../stats/refusal.js';
import type { Comparison, EffectEstimate } from '../analysis.js';
import type { Judgements } from './families.js';
import type { BoundInference } from './inference-of.js';
import type { Row } from './rows.js';

/** Row `i` with its estimates: interval and p-value alone, and those of its family. */
export function judgedComparison(row: Row, i: number, judgements: Judgements, alpha: number, inference: BoundInference): Comparison {
  const { metric, role, family, segment, control, treatment, method, contrast } = row;
  const refused = isRefusal(contrast);
  const estimate = (effect: Effect | Refusal): EffectEstimate | Refusal => (isRefusal(effect) ? effect : judgedEstimate(effect, i, judgements, alpha, inference));
  return {
    metric, role, family, segment, control, treatment,
    difference: estimate(refused ? contrast : contrast.difference),
    lift: estimate(refused ? contrast : contrast.lift),
    method,
    adjustment: refused || !contrast.adjustment ? null
      : { covariates: [...contrast.adjustment.covariates], varianceReduction: contrast.adjustment.varianceReduction },
  };
}

function judgedEstimate(effect: Effect, i: number, { pValues, adjusted, levels, rejected, reach }: Judgements, alpha: number, inference: BoundInference): EffectEstimate {
  const isCorrected = !Number.isNaN(adjusted[i]!);
  return {
    status: 'estimated',
    estimate: effect.estimate,
    standardError: effect.standardError,
    degreesOfFreedom: effect.degreesOfFreedom,
    interval: inference.interval(effect, alpha),
    pValue: pValues[i]!,
    adjustedPValue: isCorrected ? adjusted[i]! : null,
    simultaneous: isCorrected ? simultaneousSet(inference.interval(effect, levels[i]!), effect.estimate, 0, rejected[i]!, reach[i]!) : null,
  };
}
