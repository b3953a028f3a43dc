import { z } from 'zod';
import { corrections } from '../corrections/index.js';
import { simultaneousSet } from '../corrections/simultaneous.js';
import type { Effect } from '../effects/effect.js';
import { fixed } from '../inference/fixed.js';
import { effectSchema, setSchema } from './two-arms.js';

/** Corrections for families whose p-values come from one look. */
export const familyCorrections = ['none', 'bonferroni', 'holm', 'hochberg', 'benjamini_hochberg', 'benjamini_yekutieli'] as const;
export type FamilyCorrection = (typeof familyCorrections)[number];

/** An effect that is one of a family. */
export const correctedEffect = {
  ...effectSchema.shape,
  adjustedPValue: z.number().describe('within the family, in [0, 1]'),
  simultaneous: setSchema.describe('interval that agrees with the adjusted p-value'),
} as const;
export type CorrectedEffect = z.output<z.ZodObject<typeof correctedEffect>>;

/** Effects with intervals and p-values, alone and as one family; two-sided, of no effect. */
export function correctFamily(effects: readonly Effect[], level: number, correction: FamilyCorrection): CorrectedEffect[] {
  const alpha = 1 - level;
  const pValues = effects.map((effect) => fixed.pValue(effect, 0, 'two_sided', {}));
  const corrected = corrections[correction].correct(pValues, alpha);
  return effects.map((effect, i) => ({
    estimate: effect.estimate, standardError: effect.standardError, degreesOfFreedom: effect.degreesOfFreedom,
    interval: fixed.interval(effect, alpha, 'two_sided', {}),
    pValue: pValues[i]!,
    adjustedPValue: corrected.pValues[i]!,
    simultaneous: simultaneousSet(() => fixed.interval(effect, corrected.levels[i]!, 'two_sided', {}), effect.estimate, 0, corrected.rejected[i]!, corrected.reach[i]!),
  }));
}
