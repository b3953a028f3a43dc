import { z } from 'zod';
import { assignmentSchema } from '../stats/design/assignment/assignment-config.js';
import { identifier } from './vocabulary.js';

export const exposurePolicies = ['single', 'always', 'never'] as const;

/** What applications ask by its key: an assignment, and the value that goes with each variation. */
export const flagSchema = z.strictObject({
  assignment: assignmentSchema.describe('who gets which variation'),
  values: z.record(z.string(), z.json()).optional().describe('value of each variation, all of one type; absent: its key'),
  off: z.json().optional().describe('value for units that are not in the experiment; absent: that of the first variation'),
  sticky: z.boolean().default(false).describe('true: a unit that was exposed keeps its variation when weights, coverage or namespace change'),
  exposures: z.enum(exposurePolicies).default('single').describe('which evaluations are exposures. single: those that ask for this one flag; always: those that ask for all flags too; never: none'),
  attributes: z.array(z.string().min(1).max(100)).max(50).default([]).describe('attributes of the evaluation context that are kept with an exposure, for segments'),
  fallbackAttribute: z.string().min(1).max(100).optional().describe('attribute of the context that is hashed where targetingKey is empty, such as a device before login'),
}).superRefine(({ assignment, values, off }, context) => {
  if (!identifier.safeParse(assignment.key).success) {
    context.addIssue({ code: 'custom', path: ['assignment', 'key'], message: 'must begin with a letter and hold only letters, digits, _ . and - (at most 100): it is part of an address' });
  }
  const keys = assignment.variations.map(({ key }) => key);
  const named = Object.keys(values ?? {});
  for (const key of values ? keys.filter((each) => !named.includes(each)) : []) context.addIssue({ code: 'custom', path: ['values', key], message: 'is required: every variation has a value' });
  for (const key of named.filter((each) => !keys.includes(each))) context.addIssue({ code: 'custom', path: ['values', key], message: `is not a variation (${keys.join(', ')})` });
  const all = [...Object.entries(values ?? {}), ...(off === undefined ? [] : [['off', off] as const])];
  const first = typeof (values ? all[0]![1] : keys[0]);
  for (const [key, value] of all) {
    if (typeof value !== first) context.addIssue({ code: 'custom', path: key === 'off' && !named.includes('off') ? ['off'] : ['values', key], message: `must be of type ${first} as the others; got ${typeof value}` });
  }
}).meta({ id: 'FlagDefinition' });
export type Flag = z.output<typeof flagSchema>;

/** What an application gets for a variation; null: for a unit that is not in the experiment. */
export function valueOf({ assignment, values, off }: Flag, variation: string | null): unknown {
  const of = (key: string): unknown => (values ? values[key] : key);
  return variation !== null ? of(variation) : off !== undefined ? off : of(assignment.variations[0]!.key);
}
