import { normalHazard } from '../numeric/normal.js';
import type { BagMoments } from './forest-engine.js';

/**
 * A prediction that solves a moment equation, linearised at its solution: the influence of one tree's leaf values v on it is
 * `coefficients` . v + `constant`.
 */
export interface Linearised {
  readonly estimate: number;
  readonly coefficients: readonly number[];
  readonly constant: number;
}

/** How far a forest's prediction for one unit may be off, squared. */
export interface BagErrors {
  /** of the prediction about what it estimates, the Monte-Carlo error of few trees included */
  readonly variance: number;
  /** of the prediction about that of a forest of infinitely many trees: the part of the variance that more trees would take away */
  readonly excess: number;
}

/**
 * Variance of a forest's prediction for one unit: that of infinitely many trees by the bootstrap of little bags with grf's objective-Bayes
 * correction, plus the Monte-Carlo error, the variance of a bag's mean over the bags, which grf leaves out.
 *
 * @param unit index into `moments`
 * @see Athey, Tibshirani, Wager (2019), section 4.1; Sexton, Laake (2009), Computational Statistics & Data Analysis 53(3)
 */
export function bagErrors(moments: BagMoments, unit: number, { coefficients, constant }: Linearised): BagErrors {
  const bags = moments.bags[unit]!;
  const at = unit * moments.stride;
  const size = coefficients.length;
  const { values } = moments;
  let linear = 0;
  for (let k = 0; k < size; k++) linear += coefficients[k]! * values[at + k]!;
  let sumOfSums = 0;
  let sumOfDifferences = 0;
  let block = at + size;
  for (let i = 0; i < size; i += 2) {
    for (let j = i; j < size; j += 2, block += 8) {
      const both = i === j ? 1 : 2;
      for (let a = 0; a < 2; a++) {
        for (let b = 0; b < 2; b++) {
          const product = both * coefficients[i + a]! * coefficients[j + b]!;
          sumOfSums += product * values[block + 2 * a + b]!;
          sumOfDifferences += product * values[block + 4 + 2 * a + b]!;
        }
      }
    }
  }
  // a bag's mean influence is (c s + 2 c0) / 2; a tree's differ from it by c d / 2
  const between = (sumOfSums + 4 * constant * linear + 4 * constant * constant * bags) / 4 / bags;
  const noise = sumOfDifferences / 4 / bags;
  return errorsOfBags(between, noise, bags);
}

/**
 * Errors from the mean square of the bags' means, and that of half the differences of a bag's two trees, which is the noise in the former.
 *
 * Their difference, the variance of infinitely many trees, is kept positive by a flat prior on [0, inf).
 */
export function errorsOfBags(between: number, noise: number, bags: number): BagErrors {
  const excess = between / bags;
  const initial = between - noise;
  const spread = Math.max(between, noise) * Math.sqrt(2 / bags);
  return { variance: excess + (spread > 0 ? initial + spread * normalHazard(-initial / spread) : 0), excess };
}
