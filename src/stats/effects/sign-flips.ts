import type { ConfidenceSet } from '../inference/inference.js';
import { stream } from '../numeric/random.js';

const { abs } = Math;

/** Pairs up to which all 2^n assignments are enumerated. */
export const MOST_ENUMERATED = 16;
/** Random assignments where there are more pairs. */
const DRAWS = 9999;
/** Statistics within this share of the largest are ties: they differ by rounding. */
const TIE = 1e-12;

export interface SignFlips {
  /** two-sided, of no effect in any pair */
  readonly pValue: number;
  /** effects, the same in all pairs, that are not rejected; the line when there are too few pairs for any to be */
  readonly interval: ConfidenceSet | null;
  /** assignments that were compared with the one that happened, which is one of them */
  readonly assignments: number;
  readonly isExact: boolean;
}

/**
 * Randomisation inference for pairs in which a coin chose who was treated: the difference of each pair could as well have had the other sign.
 *
 * Exact whatever the distribution, by enumeration or over random assignments. The interval of the mean has ends that are means
 * of subsets of the differences, as those are what the test inverts to.
 * @param differences treatment - control, shape (pairs)
 * @param statistic   of the differences; absent: their mean, which alone has an interval
 * @see Fisher (1935), The design of experiments; Hartigan (1969), JASA 64(328)
 */
export function signFlips(differences: Float64Array, alpha: number, seed: number, statistic?: (differences: Float64Array) => number): SignFlips {
  const n = differences.length;
  const isExact = n <= MOST_ENUMERATED;
  const assignments = isExact ? 2 ** n : DRAWS + 1;
  const random = stream(seed);
  const flipped = new Float64Array(n);
  const subsetMeans = new Float64Array(assignments - 1);
  const statisticOf = statistic ?? meanOf;
  const observed = abs(statisticOf(differences));
  const scale = differences.reduce((sum, d) => sum + abs(d), 0) / n;
  let atLeast = 1;
  for (let i = 1; i < assignments; i++) {
    // which pairs change sign: bits of i, or of fresh words; never none, which is what happened
    let members = 0;
    let sum = 0;
    while (members === 0) {
      let word = i;
      for (let pair = 0; pair < n; pair++) {
        if (!isExact && pair % 32 === 0) word = random.uint32();
        const isFlipped = ((word >>> (pair % 32)) & 1) === 1;
        flipped[pair] = isFlipped ? -differences[pair]! : differences[pair]!;
        if (isFlipped) {
          members++;
          sum += differences[pair]!;
        }
      }
    }
    subsetMeans[i - 1] = sum / members;
    if (abs(statisticOf(flipped)) >= observed - TIE * scale) atLeast++;
  }
  return { pValue: atLeast / assignments, interval: statistic ? null : subsetInterval(subsetMeans.sort(), alpha, assignments), assignments, isExact };
}

/** Between neighbouring subset means, every assignment puts the effect with the same chance, 1 / assignments. */
function subsetInterval(sorted: Float64Array, alpha: number, assignments: number): ConfidenceSet {
  const beyond = Math.floor((alpha / 2) * assignments + TIE * assignments);
  if (beyond < 1) return { shape: 'line', lower: null, upper: null };
  return { shape: 'interval', lower: sorted[beyond - 1]!, upper: sorted[assignments - 1 - beyond]! };
}

function meanOf(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}
