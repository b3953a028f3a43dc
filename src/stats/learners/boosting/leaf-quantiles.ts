import type { BoostingColumns, GrownTree } from './growth.js';

/**
 * Outputs of a tree of quantile loss: the quantile of y - score in each leaf, over the rows in the bag, since its derivatives only say which side a
 * row is on. Friedman (2001), algorithm 3.
 */
export function renewOutputs(
  { outputs }: GrownTree, y: Float64Array, weight: Float64Array | null, { inBag, leafOf }: BoostingColumns, scores: Float64Array, quantile: number,
): Float64Array {
  const counts = new Int32Array(outputs.length + 1);
  for (let row = 0; row < y.length; row++) if (inBag[row]) counts[leafOf[row]! + 1]!++;
  for (let leaf = 0; leaf < outputs.length; leaf++) counts[leaf + 1]! += counts[leaf]!;
  const residuals = new Float64Array(counts[outputs.length]!);
  const weights = weight && new Float64Array(residuals.length);
  const next = counts.slice();
  for (let row = 0; row < y.length; row++) {
    if (!inBag[row]) continue;
    const at = next[leafOf[row]!]!++;
    residuals[at] = y[row]! - scores[row]!;
    if (weights) weights[at] = weight[row]!;
  }
  return outputs.map((_, leaf) => weightedQuantile(
    residuals.subarray(counts[leaf]!, counts[leaf + 1]!), weights && weights.subarray(counts[leaf]!, counts[leaf + 1]!), quantile));
}

/** The least value whose share of weight at or below is at least `quantile`: the inverse of the empirical distribution. Sorts in place. */
export function weightedQuantile(values: Float64Array, weight: Float64Array | null, quantile: number): number {
  if (!weight) return values.sort()[Math.max(0, Math.ceil(quantile * values.length) - 1)]!;
  const order = Int32Array.from(values.keys()).sort((a, b) => values[a]! - values[b]!);
  const target = quantile * weight.reduce((sum, value) => sum + value, 0);
  let below = 0;
  for (const index of order) {
    below += weight[index]!;
    if (below >= target) return values[index]!;
  }
  return values[order[order.length - 1]!]!;
}
