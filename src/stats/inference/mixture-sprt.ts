import { z } from 'zod';
import type { Effect } from '../effects/effect.js';
import { increasingRoot } from '../numeric/increasing-root.js';
import { logNormalCdf } from '../numeric/normal.js';
import { refuse } from '../refusal.js';
import { eValueOfLog, pValueOfLog } from './e-value.js';
import { type Alternative, defineInference } from './inference.js';
import { notRejected, standardised, towards } from './statistic.js';

const options = z.strictObject({
  scale: z.number().gt(0).lte(100).default(0.08).describe('standard deviation of the mixture over effects, fixed before the start'),
  unit: z.enum(['sd', 'lift']).default('sd').describe('sd: in standard deviations of one unit (0.08: tightest near 5000 units of both arms); lift: as a fraction of the control value'),
});
type Options = z.output<typeof options>;

/**
 * Mixture sequential probability ratio test: p-value and interval hold however often one looks.
 *
 * The scale of the mixture is a constant of the plan. Were it to shrink with the data it would be no mixture and the test no
 * martingale. It has no unit, so dollars or cents give the same answer. One-sided tests mix over effects of one sign.
 * @see Johari, Koomen, Pekelis, Walsh (2022), Operations Research 70(3); Robbins (1970), Annals of Mathematical Statistics 41(5)
 */
export const mixtureSprt = defineInference({
  name: 'mixture_sprt',
  title: 'mixture sequential probability ratio test',
  anytimeValid: true,
  references: ['Johari, Koomen, Pekelis, Walsh (2022), Always Valid Inference, Operations Research 70(3)', 'Robbins (1970), Annals of Mathematical Statistics 41(5)'],
  options,
  hasScale: true,
  inWords: ({ scale, unit }) => `mixture sequential probability ratio test, scale ${scale} ${unit === 'sd' ? 'standard deviations' : 'as a lift'}`,
  refusal: (effect, { unit }) => (unit === 'sd' || baseValue(effect) !== null ? null
    : refuse('unsupported_combination', 'mixture sprt with its scale as a lift needs a lift, or a difference that knows the control value', 'Read the lift, or state the scale in standard deviations (unit: sd).')),
  interval(effect, alpha, alternative, options) {
    const ratio = varianceRatio(effect, options);
    return notRejected(effect, ratio === null ? null : criticalValue(ratio, alpha, alternative), alternative);
  },
  pValue: (effect, nullValue, alternative, options) => pValueOfLog(logEValue(effect, nullValue, alternative, options)),
  eValue: (effect, nullValue, alternative, options) => eValueOfLog(logEValue(effect, nullValue, alternative, options)),
});

/** |control value| over which a lift of this effect is taken, in the unit of the estimate; 1 for a lift; null when not known. */
function baseValue(effect: Effect): number | null {
  return effect.quotient ? 1 : effect.baseline === undefined ? null : Math.abs(effect.baseline);
}

/** Variance of the mixture over variance of the estimate; null when the scale cannot be applied to this effect. */
function varianceRatio(effect: Effect, { scale, unit }: Options): number | null {
  // equal arms of n units in all: a difference of means has variance 4 sd^2 / n
  if (unit === 'sd') return (scale * scale * effect.n) / 4;
  const base = baseValue(effect);
  return base === null ? null : ((scale * base) / effect.standardError) ** 2;
}

function logEValue(effect: Effect, nullValue: number, alternative: Alternative, options: Options): number {
  const ratio = varianceRatio(effect, options);
  return ratio === null ? 0 : logMixtureRatio(towards(standardised(effect, nullValue), alternative), ratio, alternative);
}

/** log likelihood ratio of the mixture against the null. @param z towards the alternative */
export function logMixtureRatio(z: number, ratio: number, alternative: Alternative): number {
  const weight = ratio / (1 + ratio);
  const twoSided = (weight * z * z - Math.log1p(ratio)) / 2;
  return alternative === 'two_sided' ? twoSided : twoSided + Math.LN2 + logNormalCdf(z * Math.sqrt(weight));
}

/** The standardised distance at which the likelihood ratio is 1 / alpha. */
function criticalValue(ratio: number, alpha: number, alternative: Alternative): number {
  const root = Math.sqrt(ratio / (1 + ratio));
  const target = Math.log1p(ratio) / 2 - Math.log(alpha);
  if (alternative === 'two_sided') return Math.sqrt(2 * target) / root;
  // z^2 / 2 + log P(Z < z) increases
  return increasingRoot((x) => (x * x) / 2 + logNormalCdf(x) - (target - Math.LN2), Math.sqrt(2 * target), 1)! / root;
}
