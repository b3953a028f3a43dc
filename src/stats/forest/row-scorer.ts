import type { CausalForest } from './causal-forest.js';
import { binOf } from './binning.js';
import { solveEffect } from './effect-equation.js';
import { concatenate, LEAF, treesOf } from './packed-trees.js';

/** Scores one unit at a time on the calling thread. */
export interface RowScorer {
  /** the effect at one unit, in units of y per unit of w; null when the treatment does not vary around it. `values` in the forest's feature order, NaN missing */
  effect(values: readonly number[]): number | null;
}

/** Prepares a forest for single rows: all trees in one array, with the start of each. */
export function rowScorer(forest: CausalForest): RowScorer {
  const { leafValues } = forest.trees;
  const bytes = concatenate(forest.trees.segments);
  const words = new Uint32Array(bytes.buffer);
  const floats = new Float32Array(bytes.buffer);
  const shorts = new Uint16Array(bytes.buffer);
  const starts = Int32Array.from([...treesOf(bytes, leafValues)], (tree) => tree.start / 4);
  return {
    effect(values) {
      if (values.length !== forest.features.length) {
        throw new RangeError(`row scorer needs ${forest.features.length} values (${forest.features.join(', ')}); got ${values.length}`);
      }
      const bins = Uint8Array.from(values, (value, feature) => binOf(forest.binning, feature, value));
      const sums = new Float64Array(leafValues);
      for (const start of starts) {
        const nodes = start + 2;
        let at = nodes;
        let left = words[at]!;
        while (left < LEAF) {
          const cut = shorts[at * 2 + 3]!;
          const bin = (bins[shorts[at * 2 + 2]!]! - (cut >>> 8)) & 255;
          at = nodes + 2 * (bin > (cut & 255) ? left + 1 : left);
          left = words[at]!;
        }
        const leaf = nodes + 2 * words[start]! + (left - LEAF) * leafValues;
        for (let k = 0; k < leafValues; k++) sums[k]! += floats[leaf + k]!;
      }
      const tau = solveEffect(sums, 0, leafValues, starts.length);
      return tau === null ? null : tau * forest.effectScale;
    },
  };
}
