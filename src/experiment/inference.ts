import { z } from 'zod';
import { inferences } from '../stats/inference/index.js';
import type { Inference } from '../stats/inference/inference.js';

/** `{ method: name }` and what a plan states of the method. */
type MemberOf<M> = M extends Inference<infer Name, infer _Options, infer Planned>
  ? z.ZodObject<{ method: z.ZodLiteral<Name> } & Planned['shape'], z.core.$strict> : never;
type MembersOf<Methods extends readonly unknown[]> = { -readonly [I in keyof Methods]: MemberOf<Methods[I]> };

const plannedOptions = (method: Inference): z.ZodObject => method.planned?.options ?? method.options;

/** Every method of the registry, with its own options: a new method is a new member. */
export const inferenceSchema = z.discriminatedUnion('method', methods().map((method) =>
  z.strictObject({ method: z.literal(method.name), ...plannedOptions(method).shape }).describe(method.title)) as unknown as MembersOf<typeof inferences>);
export type PlannedInference = z.output<typeof inferenceSchema>;

function methods(): readonly Inference[] {
  return inferences as unknown as readonly Inference[];
}

/** The method that a plan names. */
export const methodOf = ({ method }: Pick<PlannedInference, 'method'>): Inference => methods().find(({ name }) => name === method)!;
