import type { Alternative, ConfidenceSet } from '../inference.js';
import { sequenceSet } from './sequence-set.js';

/** Units of one arm in one batch. */
export interface BatchArm {
  readonly n: number;
  /** in units of the metric */
  readonly mean: number;
  /** centred sum of squares */
  readonly scatter: number;
}

/** A bounded outcome of two arms by batch, such as a day, each unit assigned by a draw of its own. */
export interface BoundedBatches {
  readonly batches: readonly { readonly control: BatchArm; readonly treatment: BatchArm }[];
  /** smallest and largest value that is possible, in units of the metric */
  readonly lowest: number;
  readonly highest: number;
  /** planned share of the treatment among the two arms, in (0, 1) */
  readonly treatmentChance: number;
}

/** Bets are multiples of the one that is best at `TUNING_UNITS` units, mixed equally, so that early and late looks lose little. */
const MULTIPLES = [1 / 4, 1 / 2, 1, 2, 4] as const;
const TUNING_UNITS = 5000;
const DESIGN_ALPHA = 0.05;
/** Of what one value can move: no value loses all. */
const LARGEST_BET = 0.5;

/**
 * log e-value of "the effect is nullValue" from moments of batches: an e-process from the first unit on, without any large-sample argument.
 *
 * Each unit gives its residual from the mean of its arm in the batches before, weighted by one over the chance of the arm; sums of these and of
 * their squares follow from the moments of the batch. Their exponential supermartingale is empirical Bernstein's, with bets that the
 * batches before decide. The first batch only tells the means, and is not bet on.
 * @see Howard, Ramdas, McAuliffe, Sekhon (2021), Annals of Statistics 49(2), theorem 4 and section 4.2; Fan, Grama, Liu (2015), Electronic Journal of Probability 20
 */
export function logBoundedEValue(data: BoundedBatches, nullValue: number, scale: 'difference' | 'lift', alternative: Alternative): number {
  const sides = alternative === 'two_sided' ? [1, -1] as const : [alternative === 'greater' ? 1 as const : -1 as const];
  const logs = sides.flatMap((side) => logCapitals(data, nullValue, scale, side));
  const largest = Math.max(...logs);
  return largest + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - largest), 0) / logs.length);
}

/** Of each multiple. @param side +1: bets that the effect is above the null */
function logCapitals({ batches, lowest, highest, treatmentChance: p }: BoundedBatches, nullValue: number, scale: 'difference' | 'lift', side: 1 | -1): number[] {
  const width = highest - lowest;
  const factor = scale === 'lift' ? 1 + nullValue : 1;
  // of treatment - factor x control, both scaled to [0, 1]
  const target = scale === 'lift' ? (lowest * (factor - 1)) / width : nullValue / width;
  const seen = { treatment: { n: 0, sum: 0 }, control: { n: 0, sum: 0 }, squares: 0 };
  const capitals = MULTIPLES.map(() => 0);
  for (const batch of batches) {
    const [c, t] = [batch.control, batch.treatment].map((arm) => ({ n: arm.n, mean: arm.n > 0 ? (arm.mean - lowest) / width : 0, scatter: arm.scatter / width ** 2 })) as [BatchArm, BatchArm];
    const [a, b] = [seen.treatment, seen.control].map(({ n, sum }) => (n > 0 ? sum / n : 0.5)) as [number, number];
    const sum = (t.n * (t.mean - a)) / p - (factor * c.n * (c.mean - b)) / (1 - p);
    const squares = (t.scatter + t.n * (t.mean - a) ** 2) / p ** 2 + (factor ** 2 * (c.scatter + c.n * (c.mean - b) ** 2)) / (1 - p) ** 2;
    const units = seen.treatment.n + seen.control.n;
    if (seen.treatment.n > 0 && seen.control.n > 0 && seen.squares > 0) {
      // the farthest that a residual can go against the bet
      const reach = side === 1 ? Math.max(a / p, (factor * (1 - b)) / (1 - p)) : Math.max((1 - a) / p, (factor * b) / (1 - p));
      const drift = (t.n + c.n) * (target - (a - factor * b));
      const best = reach * Math.sqrt((-2 * Math.log(DESIGN_ALPHA / 2)) / ((seen.squares / units) * TUNING_UNITS));
      for (const [k, multiple] of MULTIPLES.entries()) {
        const bet = Math.min(LARGEST_BET, multiple * best);
        capitals[k]! += (bet * side * (sum - drift)) / reach - ((-Math.log1p(-bet) - bet) * squares) / reach ** 2;
      }
    }
    seen.treatment = { n: seen.treatment.n + t.n, sum: seen.treatment.sum + t.n * t.mean };
    seen.control = { n: seen.control.n + c.n, sum: seen.control.sum + c.n * c.mean };
    seen.squares += squares;
  }
  return capitals;
}

/**
 * All effects that the e-process does not reject at alpha: holds however often one looks.
 * @param estimate the difference in units of the metric, or the ratio of the two means
 * @param alpha    miscoverage, in (0, 1)
 */
export function boundedSequence(data: BoundedBatches, estimate: number, alpha: number, scale: 'difference' | 'lift', alternative: Alternative): ConfidenceSet {
  const bar = -Math.log(alpha);
  return sequenceSet((value) => logBoundedEValue(data, value, scale, alternative) >= bar, scale, estimate, data.highest - data.lowest, alternative);
}
