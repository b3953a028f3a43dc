import { z } from 'zod';
import { studentUpperQuantile, studentUpperTail } from '../numeric/student.js';
import type { Effect } from '../effects/effect.js';
import { mixingScale, sequenceMultiplier, sequencePValue } from './confidence-sequence.js';
import { calibrated, LARGEST_E_VALUE } from './e-value.js';
import { type Alternative, defineInference } from './inference.js';
import { sequenceEValue } from './sequence-e-value.js';
import { notRejected, standardised, towards } from './statistic.js';

const options = z.strictObject({
  tuningUnits: z.number().int().gte(2).default(5000).describe('units of both arms at which the sequence is tightest'),
  designAlpha: z.number().gt(0).lt(0.5).default(0.05).describe('error rate the sequence is tightest for'),
  sequentialShare: z.number().gt(0).lt(1).default(0.2).describe('share of alpha for stopping early; the rest is for the planned end (0.2 widens the interval there by about 5 %)'),
  isPlannedEnd: z.boolean().default(false).describe('true at one look only, the end fixed before the start'),
});
type Options = z.output<typeof options>;

/**
 * Watched by a confidence sequence with part of alpha, and read once more at the fixed end with the rest.
 *
 * Before the end it is the sequence at its share of alpha; at the end the narrower of the two. The error rates of the two add up.
 */
export const hybrid = defineInference({
  name: 'hybrid',
  title: 'sequential and fixed hybrid',
  anytimeValid: true,
  references: ['Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas (2024), Time-uniform central limit theory, arXiv 2103.06476', 'Eppo documentation (2026), Sequential hybrid'],
  options,
  inWords: ({ sequentialShare, isPlannedEnd }) =>
    `sequential and fixed hybrid, ${isPlannedEnd ? 'at its planned end' : `before its planned end, with ${sequentialShare} of the error rate`}`,
  planned: {
    options: options.omit({ designAlpha: true, isPlannedEnd: true }),
    bind: (planned, { alpha, isPlannedEnd }) => ({ ...planned, designAlpha: alpha, isPlannedEnd }),
  },
  interval: (effect, alpha, alternative, options) => notRejected(effect, criticalValue(effect, alpha, alternative, options), alternative),
  pValue(effect, nullValue, alternative, options) {
    const distance = standardised(effect, nullValue);
    const sequential = sequencePValue(distance, effect.n, rho(options, alternative), alternative) / options.sequentialShare;
    const fixed = options.isPlannedEnd ? fixedPValue(effect, distance, alternative) / (1 - options.sequentialShare) : 1;
    return Math.min(1, sequential, fixed);
  },
  /** The part that waits for the end is worth nothing before it: so the sum stays an e-value wherever one stops. */
  eValue(effect, nullValue, alternative, options) {
    const distance = standardised(effect, nullValue);
    const watched = options.sequentialShare * sequenceEValue(towards(distance, alternative), effect.n, rho(options, alternative), alternative);
    if (!options.isPlannedEnd) return watched;
    return Math.min(LARGEST_E_VALUE, watched + (1 - options.sequentialShare) * calibrated(fixedPValue(effect, distance, alternative)));
  },
});

const rho = ({ designAlpha, tuningUnits, sequentialShare }: Options, alternative: Alternative): number =>
  mixingScale(designAlpha * sequentialShare, tuningUnits, alternative);

function fixedPValue(effect: Effect, distance: number, alternative: Alternative): number {
  const tail = studentUpperTail(towards(distance, alternative), effect.degreesOfFreedom ?? Infinity);
  return alternative === 'two_sided' ? Math.min(1, 2 * tail) : tail;
}

function criticalValue(effect: Effect, alpha: number, alternative: Alternative, options: Options): number {
  const sequential = sequenceMultiplier(effect.n, rho(options, alternative), alpha * options.sequentialShare, alternative);
  if (!options.isPlannedEnd) return sequential;
  const level = alpha * (1 - options.sequentialShare);
  const fixed = studentUpperQuantile(alternative === 'two_sided' ? level / 2 : level, effect.degreesOfFreedom ?? Infinity);
  return Math.min(sequential, fixed);
}
