import { z } from 'zod';
import { type Alternative, defineInference } from './inference.js';
import { sequenceEValue } from './sequence-e-value.js';
import { notRejected, standardised, towards } from './statistic.js';

const options = z.strictObject({
  tuningUnits: z.number().int().gte(2).default(5000).describe('units of both arms at which the sequence is tightest'),
  designAlpha: z.number().gt(0).lt(0.5).default(0.05).describe('error rate it is tightest for; interval and p-value share it at every level'),
});

/**
 * Asymptotic confidence sequence: the interval and the p-value hold however often one looks, from a moderate number of units on.
 *
 * A normal mixture with one mixing scale, rho, for interval and p-value at any level, so that p < alpha exactly when the
 * interval at alpha excludes the null.
 * @see Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas (2024), Annals of Statistics; arXiv 2103.06476
 */
export const confidenceSequence = defineInference({
  name: 'confidence_sequence',
  title: 'asymptotic confidence sequence',
  anytimeValid: true,
  references: ['Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas (2024), Time-uniform central limit theory, arXiv 2103.06476'],
  options,
  inWords: ({ tuningUnits }) => `asymptotic confidence sequence, tightest at ${tuningUnits} units`,
  planned: { options: options.omit({ designAlpha: true }), bind: (planned, { alpha }) => ({ ...planned, designAlpha: alpha }) },
  interval(effect, alpha, alternative, { tuningUnits, designAlpha }) {
    return notRejected(effect, sequenceMultiplier(effect.n, mixingScale(designAlpha, tuningUnits, alternative), alpha, alternative), alternative);
  },
  pValue(effect, nullValue, alternative, { tuningUnits, designAlpha }) {
    return sequencePValue(standardised(effect, nullValue), effect.n, mixingScale(designAlpha, tuningUnits, alternative), alternative);
  },
  eValue: (effect, nullValue, alternative, { tuningUnits, designAlpha }) =>
    sequenceEValue(towards(standardised(effect, nullValue), alternative), effect.n, mixingScale(designAlpha, tuningUnits, alternative), alternative),
});

/**
 * rho: the scale of the normal mixture that makes the sequence tightest at `tuningUnits`.
 * A one-sided sequence at alpha is tuned like a two-sided one at 2 alpha.
 */
export function mixingScale(alpha: number, tuningUnits: number, alternative: Alternative): number {
  const twoLogs = -2 * Math.log(alternative === 'two_sided' ? alpha : 2 * alpha);
  return Math.sqrt((twoLogs + Math.log1p(twoLogs)) / tuningUnits);
}

/** Half-width of the sequence in standard errors after n units. */
export function sequenceMultiplier(n: number, rho: number, alpha: number, alternative: Alternative): number {
  const spread = n * rho * rho;
  const root = Math.sqrt(spread + 1);
  const bound = alternative === 'two_sided' ? Math.log(root / alpha) : Math.log1p(root / (2 * alpha));
  return Math.sqrt((2 * (spread + 1) * bound) / spread);
}

/** The smallest alpha at which the sequence excludes the null: one over the e-value where it is two-sided. */
export function sequencePValue(z: number, n: number, rho: number, alternative: Alternative): number {
  const spread = n * rho * rho;
  const exponent = (spread * z * z) / (2 * (spread + 1));
  const logRoot = Math.log1p(spread) / 2;
  if (alternative === 'two_sided') return Math.min(1, Math.exp(logRoot - exponent));
  if (alternative === 'greater' ? !(z > 0) : !(z < 0)) return 1;
  // exp(x) - 1 by logs: x + log(1 - exp(-x)) does not overflow
  return Math.min(1, Math.exp(logRoot - exponent - Math.log(-Math.expm1(-exponent))) / 2);
}
