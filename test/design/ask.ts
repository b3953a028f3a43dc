import type { z } from 'zod';
import type { Planner } from '../../src/stats/design/planning/planner.js';
import type { DataOf, Roles } from '../../src/stats/estimators/estimator.js';
import { isRefusal, type Refusal } from '../../src/stats/refusal.js';

/** The plan that a planner makes of options as people type them; throws the detail of a refusal. */
export function ask<N extends string, R extends Roles, O extends z.ZodObject, Y extends z.ZodObject>(
  planner: Planner<N, R, O, Y>, options: object, data: DataOf<R> = {} as DataOf<R>,
): z.output<Y> {
  const answer = planner.plan(planner.options.parse(options), data);
  if (isRefusal(answer)) throw new Error(answer.detail);
  planner.result.strict().parse(answer);
  return answer;
}

/** The refusal, where one is expected. */
export function refusalOf<N extends string, R extends Roles, O extends z.ZodObject, Y extends z.ZodObject>(
  planner: Planner<N, R, O, Y>, options: object, data: DataOf<R> = {} as DataOf<R>,
): Refusal {
  const answer = planner.plan(planner.options.parse(options), data);
  if (!isRefusal(answer)) throw new Error(`${planner.name} answered`);
  return answer;
}
