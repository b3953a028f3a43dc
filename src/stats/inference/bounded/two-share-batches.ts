import type { Shares } from '../../effects/effect.js';
import type { Alternative, ConfidenceSet } from '../inference.js';
import { likeliestShares } from '../score.js';
import { sequenceSet } from './sequence-set.js';

/** Is the null about treatment - control, or about treatment / control - 1? */
export type ShareScale = 'difference' | 'lift';

/** One half a success and half a failure: the first batch bets on nothing, and no share is ever called impossible. */
const PRIOR = 0.5;

/**
 * log e-value of "in every batch the effect is nullValue", from successes and units of two arms by batch, such as a day: an e-process
 * from the first unit on, whatever the sizes of batches and however the level of both arms moves from batch to batch.
 *
 * Each batch multiplies by the likelihood ratio of the shares seen before it, in the numerator, against the likeliest shares under the null
 * for them. Under any null (c, t) the mean of that factor is at most exp(n_c s_c (c - c0) + n_t s_t (t - t0)), s the slopes at the point c0, t0
 * of the null that is nearest in relative entropy; and that exponent is at most 0, since the null is convex.
 * @see Turner, Ly, Grünwald (2024), Journal of Statistical Planning and Inference 230 (two-sample e-variables); Turner, Grünwald (2023),
 *   Statistics and Probability Letters 198 (confidence sequences of contingency tables)
 */
export function logShareEValue(batches: readonly Shares[], nullValue: number, scale: ShareScale, alternative: Alternative): number {
  const seen = { control: { successes: PRIOR, n: 2 * PRIOR }, treatment: { successes: PRIOR, n: 2 * PRIOR } };
  let sum = 0;
  for (const { control, treatment } of batches) {
    const bet = { control: { share: seen.control.successes / seen.control.n, n: control.n }, treatment: { share: seen.treatment.successes / seen.treatment.n, n: treatment.n } };
    // a batch of one arm says nothing of the other, and is not bet on
    if (control.n > 0 && treatment.n > 0 && !isInNull(bet, nullValue, scale, alternative)) {
      const least = likeliestShares(bet, nullValue, scale === 'lift');
      sum += logRatio(control, bet.control.share, least.control) + logRatio(treatment, bet.treatment.share, least.treatment);
    }
    seen.control.successes += control.share * control.n;
    seen.control.n += control.n;
    seen.treatment.successes += treatment.share * treatment.n;
    seen.treatment.n += treatment.n;
  }
  return sum;
}

function isInNull({ control, treatment }: Shares, nullValue: number, scale: ShareScale, alternative: Alternative): boolean {
  const excess = scale === 'lift' ? treatment.share - (1 + nullValue) * control.share : treatment.share - control.share - nullValue;
  return alternative === 'greater' ? excess <= 0 : alternative === 'less' && excess >= 0;
}

function logRatio({ share, n }: Shares['control'], bet: number, least: number): number {
  const successes = share * n;
  const failures = n - successes;
  return (successes > 0 ? successes * Math.log(bet / least) : 0) + (failures > 0 ? failures * Math.log((1 - bet) / (1 - least)) : 0);
}

/** All batches as one. */
export function pooledShares(batches: readonly Shares[]): Shares {
  const pooled = (arm: keyof Shares) => {
    const n = batches.reduce((sum, batch) => sum + batch[arm].n, 0);
    return { n, share: batches.reduce((sum, batch) => sum + batch[arm].share * batch[arm].n, 0) / n };
  };
  return { control: pooled('control'), treatment: pooled('treatment') };
}

/**
 * All effects that the e-process does not reject at alpha, from the lowest to the highest: holds however often one looks.
 * @param alpha miscoverage, in (0, 1)
 */
export function shareSequence(batches: readonly Shares[], alpha: number, scale: ShareScale, alternative: Alternative): ConfidenceSet {
  const { control, treatment } = pooledShares(batches);
  const bar = -Math.log(alpha);
  const isRejected = (value: number): boolean => logShareEValue(batches, value, scale, alternative) >= bar;
  return sequenceSet(isRejected, scale, scale === 'difference' ? treatment.share - control.share : treatment.share / control.share, 1, alternative);
}
