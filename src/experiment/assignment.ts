import type { AssignmentConfig } from '../stats/design/assignment/assignment-config.js';
import type { Plan } from './plan.js';

/** The variations of an assignment: the arms of the plan, in its order, with its weights. */
export const variationsOf = ({ arms }: Pick<Plan, 'arms'>): { key: string; weight: number }[] => arms.map(({ name, weight }) => ({ key: name, weight }));

/** Weights are typed by people, in the plan and in the assignment. */
const WEIGHT_TOLERANCE = 1e-3;

/**
 * Where an assignment departs from the arms of the plan that it is for, a sentence each; none: what is analysed is what is assigned.
 *
 * The sample-ratio check compares units with the plan's weights, and units of an arm that the plan does not have are left out.
 */
export function assignmentDepartures(plan: Pick<Plan, 'arms' | 'name'>, { variations, ranges }: Pick<AssignmentConfig, 'variations' | 'ranges'>): string[] {
  const planned = new Map(plan.arms.map(({ name, weight }) => [name, weight]));
  const length = (i: number): number => ranges![i]!.to - ranges![i]!.from;
  const total = ranges ? variations.reduce((sum, _, i) => sum + length(i), 0) : 1;
  const shares = new Map(variations.map(({ key, weight }, i) => [key, ranges ? length(i) / total : weight]));
  return [
    ...[...planned.keys()].filter((arm) => !shares.has(arm)).map((arm) => `plan ${plan.name} has an arm ${arm} that nobody would be assigned to`),
    ...[...shares.keys()].filter((key) => !planned.has(key)).map((key) => `variation ${key} is not an arm of plan ${plan.name} (${[...planned.keys()].join(', ')})`),
    ...[...shares].filter(([key, share]) => planned.has(key) && Math.abs(share - planned.get(key)!) > WEIGHT_TOLERANCE)
      .map(([key, share]) => `variation ${key} has weight ${Number(share.toFixed(6))}, and plan ${plan.name} has ${planned.get(key)}`),
  ];
}
