import { z } from 'zod';
import { inferences } from '../stats/inference/index.js';
import type { Inference } from '../stats/inference/inference.js';

/** A posterior has no side: its chances answer both. */
const sided = {
  alternative: z.enum(['two_sided', 'better']).optional()
    .describe('better: only an effect on the better side of each metric is looked for, with the whole error rate, and intervals have one end; absent: two_sided'),
};

/** `{ method: name }` and what a plan states of the method. */
type MemberOf<M> = M extends Inference<infer Name, infer _Options, infer Planned>
  ? z.ZodObject<{ method: z.ZodLiteral<Name> } & Planned['shape'] & typeof sided, z.core.$strict> : never;
type MembersOf<Methods extends readonly unknown[]> = { -readonly [I in keyof Methods]: MemberOf<Methods[I]> };

const plannedOptions = (method: Inference): z.ZodObject => method.planned?.options ?? method.options;

/** Every method of the registry, with its own options: a new method is a new member. */
export const inferenceSchema = z.discriminatedUnion('method', methods().map((method) =>
  z.strictObject({ method: z.literal(method.name), ...plannedOptions(method).shape, ...(!method.posterior && sided) }).describe(method.title)) as unknown as MembersOf<typeof inferences>);
export type PlannedInference = z.output<typeof inferenceSchema>;

function methods(): readonly Inference[] {
  return inferences as unknown as readonly Inference[];
}

/** The method that a plan names. */
export const methodOf = ({ method }: Pick<PlannedInference, 'method'>): Inference => methods().find(({ name }) => name === method)!;

/** Options of the method as the plan states them, without what says how it is read. */
export function statedOptions({ method: _, alternative: __, ...options }: PlannedInference): object {
  return options;
}

export const isOneSided = ({ inference }: { readonly inference: PlannedInference }): boolean => inference.alternative === 'better';

/** Must tests of goals stop where the effect that was planned for has become implausible? */
export const mustStopForFutility = ({ inference }: { readonly inference: PlannedInference }): boolean =>
  inference.method === 'group_sequential' && (inference.futility?.binding ?? false);

/** The same method for what is not given up with a goal: guardrails, other metrics, segments. */
export function withoutBinding(inference: PlannedInference): PlannedInference {
  if (inference.method !== 'group_sequential' || !inference.futility) return inference;
  const { binding: _, ...futility } = inference.futility;
  return { ...inference, futility };
}
