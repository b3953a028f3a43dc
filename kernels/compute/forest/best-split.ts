/** The best split of the node at hand; the first of equals stays. */
import { SUBSET_BYTES } from './workspace';

/** gain of the best split so far, 0 when there is none */
export let bestGain: f32 = 0;
export let bestFeature: i32 = 0;
/** the highest bin that goes left */
export let bestThreshold: i32 = 0;
/** missing values go right instead of left */
export let bestMissingRight: bool = false;
/** the split is by levels: `rightLevels` go right, of the `presentLevels` of the node; one bit a bin */
export let bestIsSubset: bool = false;
export const rightLevels: usize = memory.data(32, 16);
export const presentLevels: usize = memory.data(32, 16);

export function forgetBest(): void {
  bestGain = 0;
}

export function keepBest(gain: f32, feature: i32, threshold: i32, missingRight: bool): void {
  bestGain = gain;
  bestFeature = feature;
  bestThreshold = threshold;
  bestMissingRight = missingRight;
  bestIsSubset = false;
}

/** Says that the threshold just kept is a place in an order of levels (i32 bins, `count` of them); later places go right. */
export function keepSubset(order: usize, count: i32): void {
  bestIsSubset = true;
  memory.fill(rightLevels, 0, SUBSET_BYTES);
  memory.fill(presentLevels, 0, SUBSET_BYTES);
  for (let place = 0; place < count; place++) {
    const level = load<u32>(order + (<usize>place << 2));
    addLevel(presentLevels, level);
    if (place > bestThreshold) addLevel(rightLevels, level);
  }
}

export function addLevel(set: usize, level: u32): void {
  const at = set + (<usize>(level >> 3));
  store<u8>(at, load<u8>(at) | (<u8>1 << <u8>(level & 7)));
}

export function hasLevel(set: usize, level: u32): bool {
  return ((load<u8>(set + <usize>(level >> 3)) >> <u8>(level & 7)) & 1) != 0;
}
