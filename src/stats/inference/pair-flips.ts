import type { Effect } from '../effects/effect.js';
import { MOST_ENUMERATED } from '../effects/sign-flips.js';
import { stream } from '../numeric/random.js';
import type { Alternative, ConfidenceSet } from './inference.js';

type Pairs = NonNullable<Effect['pairs']>;

/** Random assignments where there are too many pairs to enumerate. */
const DRAWS = 9999;
/** Of the stream of those assignments: inference has no seed of its own, and the answer must be the same at every reading. */
const SEED = 1;
/** Ratios within this share of the null are ties: they differ by rounding. */
const TIE = 1e-12;

/** Ratios of every subset of pairs, ascending; what an assignment that flips the subset would have estimated. */
interface Flips { readonly difference: Float64Array; readonly lift: Float64Array }
const known = new WeakMap<Pairs, Flips>();

/**
 * Effects, the same in all pairs, that flipping coins does not reject; a lift is the same factor in all pairs.
 *
 * Exact whatever the distribution, by enumeration up to 16 pairs and over random assignments beyond. The line where there are too few pairs
 * for any assignment to be rare enough.
 * @see Fisher (1935), The design of experiments; Hartigan (1969), JASA 64(328)
 */
export function flipSet(effect: Effect, alpha: number, alternative: Alternative): ConfidenceSet {
  const ratios = ratiosOf(effect);
  const assignments = ratios.length + 1;
  const tail = alternative === 'two_sided' ? alpha / 2 : alpha;
  const beyond = Math.floor(tail * assignments + TIE * assignments);
  if (beyond < 1) return { shape: 'line', lower: null, upper: null };
  return {
    shape: 'interval',
    lower: alternative === 'less' ? null : ratios[beyond - 1]!,
    upper: alternative === 'greater' ? null : ratios[ratios.length - beyond]!,
  };
}

/** p-value of the null, over all assignments that could have been. */
export function flipPValue(effect: Effect, nullValue: number, alternative: Alternative): number {
  const ratios = ratiosOf(effect);
  const assignments = ratios.length + 1;
  const slack = TIE * Math.max(Math.abs(nullValue), Math.abs(effect.estimate));
  const notAbove = (1 + ratios.reduce((count, ratio) => count + Number(ratio <= nullValue + slack), 0)) / assignments;
  const notBelow = (1 + ratios.reduce((count, ratio) => count + Number(ratio >= nullValue - slack), 0)) / assignments;
  switch (alternative) {
    case 'two_sided': return Math.min(1, 2 * Math.min(notAbove, notBelow));
    case 'greater': return Math.min(1, notAbove);
    case 'less': return Math.min(1, notBelow);
  }
}

function ratiosOf({ pairs, quotient }: Effect): Float64Array {
  const flips = known.get(pairs!) ?? flipsOf(pairs!);
  known.set(pairs!, flips);
  return quotient ? flips.lift : flips.difference;
}

function flipsOf({ control, treatment }: Pairs): Flips {
  const n = control.length;
  const isExact = n <= MOST_ENUMERATED;
  const subsets = isExact ? 2 ** n - 1 : DRAWS;
  const random = stream(SEED);
  const difference = new Float64Array(subsets);
  const lift = new Float64Array(subsets);
  for (let i = 0; i < subsets; i++) {
    let members = 0;
    let treated = 0;
    let untreated = 0;
    while (members === 0) {
      let word = i + 1;
      for (let pair = 0; pair < n; pair++) {
        if (!isExact && pair % 32 === 0) word = random.uint32();
        if (((word >>> (pair % 32)) & 1) === 0) continue;
        members++;
        treated += treatment[pair]!;
        untreated += control[pair]!;
      }
    }
    difference[i] = (treated - untreated) / members;
    lift[i] = (treated - untreated) / untreated;
  }
  return { difference: difference.sort(), lift: lift.sort() };
}
