import { z } from 'zod';
import type { Effect } from '../effects/effect.js';
import { refuse } from '../refusal.js';
import { boundedSequence, logBoundedEValue } from './bounded/bounded-batches.js';
import { logShareEValue, shareSequence } from './bounded/two-share-batches.js';
import { eValueOfLog, pValueOfLog } from './e-value.js';
import { defineInference, type Alternative } from './inference.js';

/**
 * Holds however often one looks, from the first unit on and whatever the distribution: no large-sample argument.
 *
 * Shares by likelihood ratios of batches, values between bounds by empirical Bernstein. Answers for effects that bring their batches: of
 * a plan, the cohorts of days of exposure, which are bet on from the second day on.
 * @see Turner, Ly, Grünwald (2024), JSPI 230; Howard, Ramdas, McAuliffe, Sekhon (2021), Annals of Statistics 49(2)
 */
export const anytimeExact = defineInference({
  name: 'anytime_exact',
  title: 'exact at every look, by batches',
  anytimeValid: true,
  readsBatches: true,
  references: ['Turner, Ly, Grünwald (2024), Journal of Statistical Planning and Inference 230', 'Howard, Ramdas, McAuliffe, Sekhon (2021), Annals of Statistics 49(2)'],
  options: z.strictObject({}),
  refusal: ({ batches }) => (batches ? null
    : refuse('unsupported_combination', 'anytime_exact needs the units of a share, or of values between fixed bounds, by batch', 'Plan confidence_sequence, or read the rows with an estimator: anytime_proportions, anytime_bounded_mean, anytime_quantile.')),
  interval(effect, alpha, alternative) {
    const { batches, estimate, quotient } = effect;
    if (batches!.kind === 'shares') return shareSequence(batches!.batches, alpha, scaleOf(effect), alternative);
    return boundedSequence(batches!, quotient ? quotient.numerator / quotient.denominator : estimate, alpha, scaleOf(effect), alternative);
  },
  pValue: (effect, nullValue, alternative) => pValueOfLog(logEValue(effect, nullValue, alternative)),
  eValue: (effect, nullValue, alternative) => eValueOfLog(logEValue(effect, nullValue, alternative)),
});

const scaleOf = ({ quotient }: Effect): 'difference' | 'lift' => (quotient ? 'lift' : 'difference');

function logEValue(effect: Effect, nullValue: number, alternative: Alternative): number {
  const batches = effect.batches!;
  return batches.kind === 'shares' ? logShareEValue(batches.batches, nullValue, scaleOf(effect), alternative) : logBoundedEValue(batches, nullValue, scaleOf(effect), alternative);
}
