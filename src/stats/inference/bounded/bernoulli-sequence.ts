import { increasingRoot } from '../../numeric/increasing-root.js';
import { refuse, type Refusal } from '../../refusal.js';
import { betaBinomialMixture } from '../boundaries/beta-binomial-mixture.js';
import type { ConfidenceSet } from '../inference.js';

/** Error rate that mixtures are tuned for. */
const DESIGN_ALPHA = 0.05;

/** log e-value of "the chance is p" after these trials, valid at any time. */
export function logBernoulliEValue(successes: number, trials: number, p: number, tuningTrials: number): number {
  const mixture = betaBinomialMixture(p * (1 - p) * tuningTrials, DESIGN_ALPHA, p, 1 - p, 2);
  return mixture.logMixture(successes - p * trials, p * (1 - p) * trials);
}

/**
 * Confidence sequence of a chance from independent trials: the interval holds however often one looks, from the first trial on.
 * @param tuningTrials number of trials at which it is narrowest
 * @see Howard, Ramdas, McAuliffe, Sekhon (2021), Annals of Statistics 49(2) (beta-binomial mixture)
 */
export function bernoulliSequence(successes: number, trials: number, alpha: number, tuningTrials: number): ConfidenceSet | Refusal {
  if (!(trials >= 1) || !(successes >= 0) || successes > trials) {
    return refuse('too_few_units', `bernoulli sequence needs at least 1 trial and successes among them; got ${successes} of ${trials}`, 'Collect units first.');
  }
  const share = successes / trials;
  const threshold = -Math.log(alpha);
  const excess = (p: number): number => logBernoulliEValue(successes, trials, p, tuningTrials) - threshold;
  return {
    shape: 'interval',
    lower: share === 0 ? 0 : 1 - rootBetween((q) => excess(1 - q), 1 - share),
    upper: share === 1 ? 1 : rootBetween(excess, share),
  };
}

/** Root in (from, 1), 1 when there is none: the function is negative at `from` and rises. */
function rootBetween(excess: (p: number) => number, from: number): number {
  const top = 1 - Number.EPSILON;
  if (excess(top) <= 0) return 1;
  return increasingRoot((p) => (p <= from ? p - from - 1e-9 : p >= top ? excess(top) + (p - top) : excess(p)), (from + 1) / 2, (1 - from) / 4)!;
}
