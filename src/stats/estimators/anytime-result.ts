import { z } from 'zod';
import { setSchema } from './two-arms.js';

/** What a comparison answers that holds however often one looks, from the first unit on. */
export const anytimeEffectSchema = z.object({
  estimate: z.number().describe('in the units of the outcome, or a fraction for a lift'),
  interval: setSchema.describe('at the level asked for: holds at every look together'),
  pValue: z.number().describe('of no effect, always valid, in [0, 1]'),
  eValue: z.number().describe('evidence against no effect: of mean at most 1 without one, whenever one looks'),
}).meta({ id: 'AnytimeEffect', description: 'Treatment against control, with uncertainty that holds however often one looks.' });

export const anytimeArmSchema = z.object({
  name: z.string().describe('level of the treatment column'),
  n: z.number().int().describe('units'),
  value: z.number().describe('in units of the outcome'),
}).meta({ id: 'AnytimeArm', description: 'The outcome in one arm.' });

export const anytimeResult = {
  control: anytimeArmSchema.describe('the control arm'),
  treatment: anytimeArmSchema.describe('the arm that is compared with it'),
  difference: anytimeEffectSchema.describe('treatment minus control'),
} as const;
