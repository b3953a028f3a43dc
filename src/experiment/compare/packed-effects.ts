import type { Effect } from '../../stats/effects/effect.js';

/** Effects by number, kept without an object each: of hundreds of thousands, objects would cost more to keep than to make again. */
export interface PackedEffects {
  /** All but influence values, which a comparison has none of. */
  keep(index: number, effect: Effect): void;
  at(index: number): Effect;
}

/** Every property is named, so that one which effects gain is not forgotten here. */
type Whole = { readonly [K in Exclude<keyof Required<Effect>, 'influence'>]: Effect[K] };

/** Doubles of one effect: five of its own, five of its quotient, four of its shares. */
const WIDTH = 14;
/** Effects of one block. */
const BLOCK = 4096;
const ABSENT = NaN;

export function packedEffects(): PackedEffects {
  const blocks: Float64Array[] = [];
  const paired = new Map<number, Effect['pairs']>();
  const batched = new Map<number, Effect['batches']>();
  return {
    keep(index, { estimate, standardError, degreesOfFreedom, n, baseline, quotient, shares, pairs, batches }) {
      if (batches) batched.set(index, batches);
      if (pairs) paired.set(index, pairs);
      const block = blocks[Math.floor(index / BLOCK)] ??= new Float64Array(BLOCK * WIDTH);
      const at = (index % BLOCK) * WIDTH;
      block[at] = estimate;
      block[at + 1] = standardError;
      block[at + 2] = degreesOfFreedom ?? ABSENT;
      block[at + 3] = n;
      block[at + 4] = baseline ?? ABSENT;
      block[at + 5] = quotient ? quotient.numerator : ABSENT;
      block[at + 10] = shares ? shares.control.n : ABSENT;
      if (quotient) {
        block[at + 6] = quotient.denominator;
        block[at + 7] = quotient.numeratorVariance;
        block[at + 8] = quotient.denominatorVariance;
        block[at + 9] = quotient.covariance;
      }
      if (shares) {
        block[at + 11] = shares.control.share;
        block[at + 12] = shares.treatment.n;
        block[at + 13] = shares.treatment.share;
      }
    },
    at(index) {
      const block = blocks[Math.floor(index / BLOCK)]!;
      const at = (index % BLOCK) * WIDTH;
      return {
        estimate: block[at]!, standardError: block[at + 1]!, degreesOfFreedom: present(block[at + 2]!) ?? null, n: block[at + 3]!, baseline: present(block[at + 4]!),
        quotient: Number.isNaN(block[at + 5]!) ? undefined : {
          numerator: block[at + 5]!, denominator: block[at + 6]!, numeratorVariance: block[at + 7]!, denominatorVariance: block[at + 8]!, covariance: block[at + 9]!,
        },
        shares: Number.isNaN(block[at + 10]!) ? undefined : {
          control: { n: block[at + 10]!, share: block[at + 11]! }, treatment: { n: block[at + 12]!, share: block[at + 13]! },
        },
        pairs: paired.get(index),
        batches: batched.get(index),
      } satisfies Whole;
    },
  };
}

const present = (value: number): number | undefined => (Number.isNaN(value) ? undefined : value);
