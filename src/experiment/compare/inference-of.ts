import type { z } from 'zod';
import { bindInference, type BoundInference as ClaimInference } from '../../stats/claims/bind-inference.js';
import type { Effect } from '../../stats/effects/effect.js';
import type { ConfidenceSet, Inference, Look, Posterior, Stopping } from '../../stats/inference/inference.js';
import { isRefusal, type Refusal } from '../../stats/refusal.js';
import { methodOf } from '../inference.js';
import type { Plan } from '../plan.js';

/** The plan's inference with its options bound: two-sided, null of no effect. Ask `refusal` before the others. */
export interface BoundInference {
  readonly title: string;
  /** lift and difference have p-values of their own */
  readonly hasScale: boolean;
  refusal(effect: Effect): Refusal | null;
  interval(effect: Effect, alpha: number): ConfidenceSet;
  pValue(effect: Effect): number;
  /** null: the method has none */
  readonly eValue: ((effect: Effect) => number) | null;
  readonly posterior: ((effect: Effect) => Posterior) | null;
  readonly stopping: ((effect: Effect, alpha: number, better: 1 | -1) => Stopping | Refusal) | null;
}

export function inferenceOf({ inference }: Plan, look: Look): BoundInference {
  const method = methodOf(inference);
  const { method: _, ...planned } = inference;
  const options = boundOptions(method, planned, look);
  // a method that cannot be bound answers nothing, and is asked for nothing but its refusal
  const bound = isRefusal(options) ? {} : options;
  const { eValue, posterior, stopping } = method;
  return {
    title: isRefusal(options) ? method.title : method.inWords?.(bound) ?? method.title,
    hasScale: method.hasScale ?? false,
    refusal: (effect) => (isRefusal(options) ? options : method.refusal?.(effect, bound) ?? null),
    interval: (effect, alpha) => method.interval(effect, alpha, 'two_sided', bound),
    pValue: (effect) => method.pValue(effect, 0, 'two_sided', bound),
    eValue: eValue ? (effect) => eValue(effect, 0, 'two_sided', bound) : null,
    posterior: posterior ? (effect) => posterior(effect, bound) : null,
    stopping: stopping ? (effect, alpha, better) => stopping(effect, alpha, better, bound) : null,
  };
}

/** The same method for claims, which are one-sided and have nulls of their own. */
export function claimInferenceOf({ inference }: Plan, look: Look): ClaimInference {
  const method = methodOf(inference);
  const { method: name, ...planned } = inference;
  const options = boundOptions(method, planned, look);
  if (!isRefusal(options)) return bindInference(method, options);
  const never = (): never => { throw new Error(`${name} was asked where it refuses: ${options.detail}`); };
  return { name, refusal: () => options, interval: never, pValue: never };
}

/** @throws ZodError when a method binds options that are not its own */
function boundOptions(method: Inference, planned: object, look: Look): z.output<z.ZodObject> | Refusal {
  const bound = method.planned ? method.planned.bind(planned as z.output<z.ZodObject>, look) : planned;
  return isRefusal(bound) ? bound : method.options.parse(bound);
}
