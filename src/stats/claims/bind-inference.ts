import type { z } from 'zod';
import type { Effect } from '../effects/effect.js';
import type { Alternative, ConfidenceSet, Inference } from '../inference/inference.js';
import type { Refusal } from '../refusal.js';

/** An inference with its options: all that a claim asks of it. */
export interface BoundInference {
  readonly name: string;
  refusal(effect: Effect): Refusal | null;
  interval(effect: Effect, alpha: number, alternative: Alternative): ConfidenceSet;
  pValue(effect: Effect, nullValue: number, alternative: Alternative): number;
}

/** @throws ZodError when the options are not the method's */
export function bindInference<N extends string, O extends z.ZodObject>(method: Inference<N, O>, options: z.input<O>): BoundInference {
  const parsed = method.options.parse(options);
  return {
    name: method.name,
    refusal: (effect) => method.refusal?.(effect, parsed) ?? null,
    interval: (effect, alpha, alternative) => method.interval(effect, alpha, alternative, parsed),
    pValue: (effect, nullValue, alternative) => method.pValue(effect, nullValue, alternative, parsed),
  };
}
