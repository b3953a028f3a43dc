import { z } from 'zod';
import { inferences } from '../../inference/index.js';
import type { Alternative, Inference } from '../../inference/inference.js';
import { isRefusal, type Refusal } from '../../refusal.js';
import { equalLooks } from './sequential-plan.js';

const methods = inferences as unknown as readonly Inference[];

/** What follows from the rehearsal itself and is not asked. */
const GIVEN: Readonly<Record<string, true>> = { plannedUnits: true, looks: true };

const shapeOf = ({ planned, options }: Inference): z.core.$ZodLooseShape =>
  Object.fromEntries(Object.entries((planned?.options ?? options).shape as z.core.$ZodLooseShape).filter(([name]) => !GIVEN[name]));

/** How each look of a rehearsal is read: any method of the registry, with the options that a plan states of it. */
export const rehearsedInferenceSchema = z.discriminatedUnion('method', methods.map((method) =>
  z.strictObject({ method: z.literal(method.name), ...shapeOf(method) }).describe(method.title)) as unknown as [z.ZodObject<{ method: z.ZodString }, z.core.$loose>]);
export type RehearsedInference = z.output<typeof rehearsedInferenceSchema>;

/** One method, ready to be read at each of a number of equally spaced looks. */
export interface BoundInference {
  readonly method: Inference;
  /** @param look 1, 2, ..., looks */
  optionsAt(look: number): Record<string, unknown> | Refusal;
  /** standardised statistic towards the alternative below which a one-sided test gives up at a look; null: it goes on */
  futilityAt(look: number): number | null;
}

/** @param units of all arms at the last look */
export function bindInference({ method: name, ...stated }: RehearsedInference, alpha: number, looks: number, units: number, alternative: Alternative): BoundInference {
  const method = methods.find((candidate) => candidate.name === name)!;
  const times = equalLooks(looks);
  const isOneSided = alternative !== 'two_sided';
  const fields = method.planned?.options.shape ?? {};
  const planned = { ...stated, ...('plannedUnits' in fields && { plannedUnits: units }), ...('looks' in fields && { looks: times }) };
  const atLooks = times.map((time, k): Record<string, unknown> | Refusal => {
    if (!method.planned) return stated;
    const bound = method.planned.bind(planned as never, { alpha, units: units * time, unitsByDay: [], isPlannedEnd: k === looks - 1, isOneSided });
    return 'status' in bound ? bound as Refusal : method.options.parse(bound);
  });
  const bounds = atLooks.map((options) => (isOneSided && !('status' in options) ? futilityOf(method, alpha, options) : null));
  return { method, optionsAt: (look) => atLooks[look - 1]!, futilityAt: (look) => bounds[look - 1]! };
}

/** The bound does not hang on what is seen: any effect tells it. */
function futilityOf(method: Inference, alpha: number, options: Record<string, unknown>): number | null {
  if (!method.stopping || options['futility'] === undefined) return null;
  const reading = method.stopping({ estimate: 0, standardError: 1, degreesOfFreedom: null, n: 2 }, alpha, 1, options);
  return isRefusal(reading) ? null : reading.futility;
}
