import { philox } from '../../numeric/philox.js';

/** A stream of 32-bit words named by (seed, forest, bag, tree). */
export interface WordStream {
  nextWord(): number;
  /** uniform on 0 .. bound - 1 */
  nextBelow(bound: number): number;
}

const COUNTERS = 4;
const WORDS = 16;

/**
 * Twin of kernels/compute/forest/random.ts: Philox4x32-10, four counters at a time, the first words of the four before their second words.
 */
export function openStream(seed: number, forest: number, bag: number, tree: number): WordStream {
  const words = new Uint32Array(WORDS);
  const block = new Uint32Array(4);
  let counter = 0;
  let used = WORDS;
  const nextWord = (): number => {
    if (used === WORDS) {
      for (let i = 0; i < COUNTERS; i++) {
        philox(Uint32Array.of(counter + i, tree, bag, 0), seed, forest, block);
        for (let word = 0; word < 4; word++) words[word * COUNTERS + i] = block[word]!;
      }
      counter += COUNTERS;
      used = 0;
    }
    return words[used++]!;
  };
  return { nextWord, nextBelow: (bound) => upperWord(nextWord(), bound) };
}

/** Upper 32 bits of word x bound; the product is exact in float64 below 2^53. */
const upperWord = (word: number, bound: number): number =>
  bound < 2 ** 21 ? Math.floor((word * bound) / 2 ** 32) : Number((BigInt(word) * BigInt(bound)) >> 32n);
