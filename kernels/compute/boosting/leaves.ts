/** The leaves of the tree at hand, the best split of each, and the splits that were made. */
import { BINS } from './workspace';

const MAX_LEAVES = 4096;
const LEAF_BYTES: usize = 64;
export const SPLIT_BYTES: usize = 96;

const leafTable: usize = memory.data(64 * MAX_LEAVES, 64);
const candidateTable: usize = memory.data(96 * MAX_LEAVES, 64);
export const madeSplits: usize = memory.data(96 * MAX_LEAVES, 64);

/** { gradient, hessian, lowest, highest, output f64, rows, start, end, depth, slot i32 }; rows of all workers, start and end of this one */
export function leaf(index: i32): usize {
  return leafTable + <usize>index * LEAF_BYTES;
}
export const GRADIENT = 0;
export const HESSIAN = 8;
export const LOWEST = 16;
export const HIGHEST = 24;
export const OUTPUT = 32;
export const ROWS = 40;
export const START = 44;
export const END = 48;
export const DEPTH = 52;
export const SLOT = 56;

/** { gain, left gradient, left hessian, left output, right output f64, feature, kind, threshold, leaf i32, 256 bits of bins that go left } */
export function candidate(index: i32): usize {
  return candidateTable + <usize>index * SPLIT_BYTES;
}
export const GAIN = 0;
export const LEFT_GRADIENT = 8;
export const LEFT_HESSIAN = 16;
export const LEFT_OUTPUT = 24;
export const RIGHT_OUTPUT = 32;
export const FEATURE = 40;
export const KIND = 44;
export const THRESHOLD = 48;
export const SPLIT_LEAF = 52;
export const MASK = 56;

export function clearMask(split: usize): void {
  memory.fill(split + MASK, 0, BINS >> 3);
}

export function addToMask(split: usize, bin: i32): void {
  const word = split + MASK + (<usize>(bin >> 5) << 2);
  store<u32>(word, load<u32>(word) | (<u32>1 << (bin & 31)));
}

export function isInMask(split: usize, bin: i32): bool {
  return ((load<u32>(split + MASK + (<usize>(bin >> 5) << 2)) >> (bin & 31)) & 1) == 1;
}
