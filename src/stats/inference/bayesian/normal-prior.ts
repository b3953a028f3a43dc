import { z } from 'zod';
import type { Effect } from '../../effects/effect.js';
import { refuse, type Refusal } from '../../refusal.js';
import type { NormalPosterior } from '../inference.js';

/**
 * Prior belief about an effect. A normal prior always states its scale and the unit of that scale.
 *
 * The default of methods, lifts of mean 0 and standard deviation 0.1, expects 19 lifts of 20 within +-20 %: wider than published
 * distributions of tested lifts (most are below 1 %; Eppo assumes 5 %), so that it tames the implausible (Twyman) and moves an
 * estimate with a standard error of 1 % by one part in a hundred.
 */
export const normalPriorSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('normal'),
    mean: z.number().default(0).describe('in the unit of the prior'),
    standardDeviation: z.number({ error: 'a normal prior needs its scale: standardDeviation, in the unit of the prior (0.1 of a lift expects 19 lifts of 20 within 20 %); without one, say kind: flat' })
      .gt(0, 'a prior needs a scale above 0; to believe nothing, say kind: flat').describe('in the unit of the prior'),
    unit: z.enum(['lift', 'metric']).default('lift').describe('lift: a fraction of the control value, the same for dollars and cents; metric: a difference in units of the metric'),
  }),
  z.strictObject({ kind: z.literal('flat') }).describe('improper: every effect equally likely'),
], { error: 'a prior needs its kind: normal, with mean, standardDeviation (its scale) and unit, or flat' }).meta({ id: 'NormalPrior' });
export type NormalPrior = z.output<typeof normalPriorSchema>;

/**
 * A normal prior in the units of an effect's estimate. A lift prior is multiplied by the control value for a difference, a prior
 * in units of the metric divided by it for a lift; a lift knows that value by its quotient.
 * @returns Refusal when the effect does not know the control value that the change of units needs
 */
export function priorFor(effect: Effect, prior: Extract<NormalPrior, { kind: 'normal' }>): NormalPosterior | Refusal {
  const { mean, standardDeviation, unit } = prior;
  const isLift = effect.quotient !== undefined;
  if (isLift === (unit === 'lift')) return { mean, standardDeviation };
  const control = isLift ? effect.quotient!.denominator : effect.baseline;
  if (control === undefined || control === 0) {
    return refuse('unsupported_combination', `a prior on the ${unit === 'lift' ? 'lift' : 'difference'} needs the control value to be read on another scale; it is ${control ?? 'not known'}`, 'State the prior in the unit of the effect, or use the flat prior.');
  }
  const factor = isLift ? 1 / Math.abs(control) : Math.abs(control);
  return { mean: mean * factor, standardDeviation: standardDeviation * factor };
}
