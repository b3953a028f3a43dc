/** The best split of the node at hand; the first of equals stays. */

/** gain of the best split so far, 0 when there is none */
export let bestGain: f32 = 0;
export let bestFeature: i32 = 0;
/** the highest bin that goes left */
export let bestThreshold: i32 = 0;
/** missing values go right instead of left */
export let bestMissingRight: bool = false;

export function forgetBest(): void {
  bestGain = 0;
}

export function keepBest(gain: f32, feature: i32, threshold: i32, missingRight: bool): void {
  bestGain = gain;
  bestFeature = feature;
  bestThreshold = threshold;
  bestMissingRight = missingRight;
}
