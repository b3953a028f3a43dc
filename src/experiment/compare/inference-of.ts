import type { Effect } from '../../stats/effects/effect.js';
import { confidenceSequence } from '../../stats/inference/confidence-sequence.js';
import { fixed } from '../../stats/inference/fixed.js';
import type { ConfidenceSet } from '../../stats/inference/inference.js';
import type { Plan } from '../plan.js';

/** The plan's inference with its options bound: two-sided, null of no effect. */
export interface BoundInference {
  readonly title: string;
  interval(effect: Effect, alpha: number): ConfidenceSet;
  pValue(effect: Effect): number;
}

export function inferenceOf({ inference, decision }: Plan): BoundInference {
  switch (inference.method) {
    case 'fixed': return {
      title: fixed.title,
      interval: (effect, alpha) => fixed.interval(effect, alpha, 'two_sided', {}),
      pValue: (effect) => fixed.pValue(effect, 0, 'two_sided', {}),
    };
    case 'confidence_sequence': {
      const options = { tuningUnits: inference.tuningUnits, designAlpha: decision.alpha };
      return {
        title: `${confidenceSequence.title}, tightest at ${inference.tuningUnits} units`,
        interval: (effect, alpha) => confidenceSequence.interval(effect, alpha, 'two_sided', options),
        pValue: (effect) => confidenceSequence.pValue(effect, 0, 'two_sided', options),
      };
    }
  }
}
