import type { z } from 'zod';
import { bindInference, type BoundInference as ClaimInference } from '../../stats/claims/bind-inference.js';
import type { Effect } from '../../stats/effects/effect.js';
import type { Alternative, ConfidenceSet, Inference, Look, Posterior, Stopping } from '../../stats/inference/inference.js';
import { isRefusal, type Refusal } from '../../stats/refusal.js';
import type { Comparison } from '../analysis.js';
import { isOneSided, methodOf, mustStopForFutility, statedOptions, withoutBinding } from '../inference.js';
import type { Plan } from '../plan.js';

/** Which side of a metric is better, +1 or -1; null: what is read has no better side, and is read on both. */
export type Better = 1 | -1 | null;

/** The plan's inference with its options bound, on the sides that the plan reads, null of no effect. Ask `refusal` before the others. */
export interface BoundInference {
  readonly title: string;
  /** lift and difference have p-values of their own */
  readonly hasScale: boolean;
  refusal(effect: Effect): Refusal | null;
  interval(effect: Effect, alpha: number, better: Better): ConfidenceSet;
  pValue(effect: Effect, better: Better): number;
  /** null: the method has none */
  readonly eValue: ((effect: Effect, better: Better) => number) | null;
  readonly posterior: ((effect: Effect) => Posterior) | null;
  readonly stopping: ((effect: Effect, alpha: number, better: 1 | -1) => Stopping | Refusal) | null;
}

export function inferenceOf({ inference }: Pick<Plan, 'inference'>, look: Look): BoundInference {
  const method = methodOf(inference);
  const options = boundOptions(method, statedOptions(inference), look);
  const sideOf = (better: Better): Alternative => (better === null || !isOneSided({ inference }) ? 'two_sided' : better === 1 ? 'greater' : 'less');
  // a method that cannot be bound answers nothing, and is asked for nothing but its refusal
  const bound = isRefusal(options) ? {} : options;
  const { eValue, posterior, stopping } = method;
  const words = isRefusal(options) ? method.title : method.inWords?.(bound) ?? method.title;
  return {
    title: isOneSided({ inference }) ? `${words}, one-sided` : words,
    hasScale: method.hasScale ?? false,
    refusal: (effect) => (isRefusal(options) ? options : method.refusal?.(effect, bound) ?? null),
    interval: (effect, alpha, better) => method.interval(effect, alpha, sideOf(better), bound),
    pValue: (effect, better) => method.pValue(effect, 0, sideOf(better), bound),
    eValue: eValue ? (effect, better) => eValue(effect, 0, sideOf(better), bound) : null,
    posterior: posterior ? (effect) => posterior(effect, bound) : null,
    stopping: stopping ? (effect, alpha, better) => stopping(effect, alpha, better, bound) : null,
  };
}

/** The inference of the row of a goal over all units, and that of all other rows: only a goal is given up where futility binds. */
export interface PlanInference { readonly ofGoals: BoundInference; readonly ofOthers: BoundInference }

export function planInference(plan: Plan, look: Look): PlanInference {
  const ofGoals = inferenceOf(plan, look);
  return { ofGoals, ofOthers: mustStopForFutility(plan) ? inferenceOf({ inference: withoutBinding(plan.inference) }, look) : ofGoals };
}

export const inferenceOfRow = ({ ofGoals, ofOthers }: PlanInference, { role, segment }: Pick<Comparison, 'role' | 'segment'>): BoundInference =>
  (role === 'goal' && segment === null ? ofGoals : ofOthers);

/** The same method for claims, which are one-sided and have nulls of their own. */
export function claimInferenceOf({ inference }: Plan, look: Look): ClaimInference {
  const method = methodOf(inference);
  const { name } = method;
  const options = boundOptions(method, statedOptions(inference), look);
  if (!isRefusal(options)) return bindInference(method, options);
  const never = (): never => { throw new Error(`${name} was asked where it refuses: ${options.detail}`); };
  return { name, refusal: () => options, interval: never, pValue: never };
}

/** @throws ZodError when a method binds options that are not its own */
function boundOptions(method: Inference, planned: object, look: Look): z.output<z.ZodObject> | Refusal {
  const bound = method.planned ? method.planned.bind(planned as z.output<z.ZodObject>, look) : planned;
  return isRefusal(bound) ? bound : method.options.parse(bound);
}
