import { z } from 'zod';
import type { Effect } from '../../effects/effect.js';
import type { AverageEffect } from '../../forest/average-effect.js';
import type { Coefficient } from '../../forest/robust-regression.js';
import { fixed } from '../../inference/fixed.js';
import { sortedQuantile } from '../../summaries/sample-quantile.js';
import { effectSchema } from '../two-arms.js';

/** An average over units of a forest, and what it was averaged over. */
export const averageResult = {
  average: effectSchema.describe('average effect, in units of the outcome per unit of the treatment; cluster-robust when clusters are given'),
  n: z.number().int().describe('units averaged over'),
  independentUnits: z.number().int().describe('independent groups behind the error: clusters, or units'),
  trimmedShare: z.number().describe('share of units left out for want of overlap, in [0, 1]'),
} as const;

export function averageAnswer(effect: Effect & Pick<AverageEffect, 'groups' | 'trimmedShare'>, level: number): z.output<z.ZodObject<typeof averageResult>> {
  return { average: effectAnswer(effect, level), n: effect.n, independentUnits: effect.groups, trimmedShare: effect.trimmedShare };
}

/** An effect with its two-sided interval and p-value, of one look. */
export const effectAnswer = (effect: Effect, level: number): z.output<typeof effectSchema> => ({
  estimate: effect.estimate, standardError: effect.standardError, degreesOfFreedom: effect.degreesOfFreedom,
  interval: fixed.interval(effect, 1 - level, 'two_sided', {}),
  pValue: fixed.pValue(effect, 0, 'two_sided', {}),
});

/** A coefficient of a regression with jackknife errors: HC3, or by cluster. */
export const coefficientSchema = z.object({ name: z.string().describe('column, or intercept'), ...effectSchema.shape })
  .meta({ id: 'ForestCoefficient', description: 'A coefficient with jackknife (HC3, or by cluster) errors, in units of the effect per unit of the column.' });

export function coefficientAnswer({ name, estimate, standardError, lower, upper, pValue }: Coefficient, degreesOfFreedom: number): z.output<typeof coefficientSchema> {
  return { name, estimate, standardError, degreesOfFreedom, interval: { shape: 'interval', lower, upper }, pValue };
}

/** What a forest split on. */
export const importanceSchema = z.array(z.object({
  name: z.string().describe('covariate'),
  share: z.number().describe('share of the splits near the root, weighted by depth; sums to 1'),
})).describe('what the forest split on');

export const importanceAnswer = (features: readonly string[], importance: ArrayLike<number>): z.output<typeof importanceSchema> =>
  features.map((name, j) => ({ name, share: importance[j]! }));

/** How predicted effects spread over units. */
export const spreadSchema = z.object({
  lowest: z.number().describe('10 % quantile of the out-of-bag effects'),
  median: z.number().describe('median of the out-of-bag effects'),
  highest: z.number().describe('90 % quantile of the out-of-bag effects'),
}).describe('spread of the predicted effects, in units of the effect; not an interval');

export function spreadAnswer(tauHat: Float64Array): z.output<typeof spreadSchema> {
  const sorted = Float64Array.from(tauHat).sort();
  return { lowest: sortedQuantile(sorted, 0.1), median: sortedQuantile(sorted, 0.5), highest: sortedQuantile(sorted, 0.9) };
}
