import { z } from 'zod';
import { policyValue, type PolicyValue } from '../../policy/policy-value.js';
import { isRefusal, type Refusal } from '../../refusal.js';
import { effectAnswer } from '../forest/forest-answers.js';
import { effectSchema } from '../two-arms.js';
import type { Rewards } from './policy-input.js';

/** What a policy is worth on units that it was not learned from. */
export const policyWorth = {
  value: effectSchema.nullable().describe('mean reward of what is chosen for units by policies that were not learned from them; against control where rewards were estimated; null where that is the same number for all, as when nobody is treated'),
  advantages: z.array(z.object({
    action: z.string().describe('what all units get instead'),
    difference: effectSchema.nullable().describe('value of the policy less that of this one action for all; null where it is that action for all'),
  })).describe('the policy against each action for all'),
} as const;

/** @param chosen action of each unit, shape (n) */
export function worthOf({ values, names, weight, cluster }: Rewards, chosen: Int32Array, confidence: number): z.output<z.ZodObject<typeof policyWorth>> | Refusal {
  const units = { rewards: values, actions: names.length, weight, cluster };
  // what is the same for all has no error to be judged by
  const answer = (value: PolicyValue) => (value.standardError > 0 ? effectAnswer({ ...value, degreesOfFreedom: value.groups - 1, n: chosen.length }, confidence) : null);
  const value = policyValue(units, chosen);
  if (isRefusal(value)) return value;
  const advantages: z.output<typeof policyWorth.advantages> = [];
  for (const [code, action] of names.entries()) {
    const difference = policyValue(units, chosen, code);
    if (isRefusal(difference)) return difference;
    advantages.push({ action, difference: answer(difference) });
  }
  return { value: answer(value), advantages };
}
