import type { z } from 'zod';
import type { DataOf, Roles } from '../../estimators/estimator.js';
import type { Refusal } from '../../refusal.js';

/**
 * A question asked before (or in the middle of) an experiment: how many units, how small an effect, how much power, how long.
 *
 * One declaration, from which validation, GraphQL types, CLI help and the docs table derive. Pure: planners that simulate
 * take a seed in their options. `data` is empty but for planners that resample the user's own history.
 */
export interface Planner<
  Name extends string = string, R extends Roles = Roles, O extends z.ZodObject = z.ZodObject, Y extends z.ZodObject = z.ZodObject,
> {
  readonly name: Name;
  readonly title: string;
  /** the formula's name, as it appears in every answer */
  readonly formula: string;
  readonly references: readonly [string, ...string[]];
  readonly data: R;
  readonly options: O;
  readonly result: Y;
  plan(options: z.output<O>, data: DataOf<R>): z.output<Y> | Refusal;
}

export const definePlanner = <N extends string, R extends Roles, O extends z.ZodObject, Y extends z.ZodObject>(
  planner: Planner<N, R, O, Y>,
): Planner<N, R, O, Y> => planner;
