/**
 * Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror, Shaw (2011), "Parallel random numbers: as easy as 1, 2, 3".
 *
 * A stream is named by (seed, forest, bag, tree); its k-th word depends on nothing else, so a forest does not depend on who grows which bag.
 * Four counters are enciphered at once: 16 words, the first words of the four, then their second words, and so on.
 * Twin: src/stats/forest/reference/random.ts.
 */
const MULTIPLIER_0: u32 = 0xd2511f53;
const MULTIPLIER_1: u32 = 0xcd9e8d57;
const WEYL_0: u32 = 0x9e3779b9;
const WEYL_1: u32 = 0xbb67ae85;
const ROUNDS = 10;
export const WORDS = 16;

export const words: usize = memory.data(64, 16);
let seedWord: u32 = 0;
let forestWord: u32 = 0;
let bagWord: u32 = 0;
let treeWord: u32 = 0;
let counter: u32 = 0;
let used: i32 = WORDS;

/** Opens the stream of one bag (tree 0) or of one tree of a bag (tree 1, 2). */
export function openStream(seed: u32, forest: u32, bag: u32, tree: u32): void {
  seedWord = seed;
  forestWord = forest;
  bagWord = bag;
  treeWord = tree;
  counter = 0;
  used = WORDS;
}

export function encipherFour(): void {
  const multiplier0 = i32x4.splat(MULTIPLIER_0);
  const multiplier1 = i32x4.splat(MULTIPLIER_1);
  let x0 = i32x4.add(i32x4.splat(counter), i32x4(0, 1, 2, 3));
  let x1 = i32x4.splat(treeWord);
  let x2 = i32x4.splat(bagWord);
  let x3 = i32x4.splat(0);
  let key0 = seedWord;
  let key1 = forestWord;
  for (let round = 0; round < ROUNDS; round++) {
    const low0 = i64x2.extmul_low_i32x4_u(multiplier0, x0);
    const high0 = i64x2.extmul_high_i32x4_u(multiplier0, x0);
    const low1 = i64x2.extmul_low_i32x4_u(multiplier1, x2);
    const high1 = i64x2.extmul_high_i32x4_u(multiplier1, x2);
    x0 = v128.xor(v128.xor(v128.shuffle<i32>(low1, high1, 1, 3, 5, 7), x1), i32x4.splat(key0));
    x1 = v128.shuffle<i32>(low1, high1, 0, 2, 4, 6);
    x2 = v128.xor(v128.xor(v128.shuffle<i32>(low0, high0, 1, 3, 5, 7), x3), i32x4.splat(key1));
    x3 = v128.shuffle<i32>(low0, high0, 0, 2, 4, 6);
    key0 += WEYL_0;
    key1 += WEYL_1;
  }
  v128.store(words, x0);
  v128.store(words, x1, 16);
  v128.store(words, x2, 32);
  v128.store(words, x3, 48);
  counter += 4;
  used = 0;
}

/** The next 32 random bits of the open stream. */
export function nextWord(): u32 {
  if (used == WORDS) encipherFour();
  return load<u32>(words + (<usize>(used++) << 2));
}

/** Where the next word is among those of `words`, WORDS when there is none; for loops that take many. */
export function openRun(): i32 {
  return used;
}

export function closeRun(position: i32): void {
  used = position;
}

/** A word as a number uniform on 0 .. bound - 1; the bias of at most bound / 2^32 is far below what a subsample can show. */
export function below(word: u32, bound: i32): i32 {
  return <i32>((<u64>word * <u64>(<u32>bound)) >> 32);
}

export function nextBelow(bound: i32): i32 {
  return below(nextWord(), bound);
}
