import type { z } from 'zod';
import { OptionsError } from '../../estimators/estimator.js';
import { allFinite, dataOf } from '../../estimators/run-estimator.js';
import { isRefusal, refuse, type Refusal } from '../../refusal.js';
import { frameOf, type Frame } from '../../summaries/frame.js';
import { planners } from './index.js';
import type { Planner } from './planner.js';

/** Every planner, for lists. */
export const allPlanners = planners as unknown as readonly Planner[];

/** The planner of this name. @throws OptionsError that lists the names */
export function plannerNamed(name: string): Planner {
  const found = allPlanners.find((planner) => planner.name === name.toLowerCase().replaceAll('-', '_'));
  if (!found) throw new OptionsError(`planner must be one of ${allPlanners.map((planner) => planner.name).join(', ')}; got "${name}"`, ['planner']);
  return found;
}

/** What to plan: a planner by name, its options, and for those that resample history which columns play its roles. */
export interface PlanRequest {
  readonly planner: string;
  readonly options: unknown;
  readonly columns?: Readonly<Record<string, string | readonly string[]>>;
  readonly data?: Frame;
}

interface Planned {
  readonly planner: string;
  /** with their defaults */
  readonly options: Readonly<Record<string, unknown>>;
}
export type PlanAnswer = Planned & ({ readonly result: Readonly<Record<string, unknown>> } | { readonly refusal: Refusal });

/**
 * Validates, plans, and holds the planner to its word: every number of the answer is finite, or it is a refusal.
 * @throws z.ZodError for bad options, OptionsError for bad columns
 */
export function runPlanner({ planner: name, options: given, columns = {}, data }: PlanRequest): PlanAnswer {
  const planner = plannerNamed(name);
  const options: z.output<z.ZodObject> = planner.options.parse(given);
  const answer = planner.plan(options, dataOf(planner, { columns, data: data ?? frameOf([]) }) as never);
  const refusal = isRefusal(answer) ? answer
    : allFinite(answer) ? undefined : refuse('numerical_failure', `${planner.name} came to a number that is not finite`, 'Change the scale of the metric; if that does not help, report it as a bug.');
  return refusal ? { planner: planner.name, options, refusal } : { planner: planner.name, options, result: answer as Record<string, unknown> };
}
