import type { CausalForest } from './causal-forest.js';
import { binOf } from './binning.js';
import { solveEffect } from './effect-equation.js';
import { CATEGORY, concatenate, LEAF, SUBSET_BYTES, TREE_HEADER, treesOf, type PackedTrees } from './packed-trees.js';

/** Scores one unit at a time on the calling thread. */
export interface RowScorer {
  /** the effect at one unit, in units of y per unit of w; null when the treatment does not vary around it. `values` in the forest's feature order, NaN missing */
  effect(values: readonly number[]): number | null;
}

/** Prepares a forest for single rows. */
export function rowScorer(forest: CausalForest): RowScorer {
  const { leafValues, trees } = forest.trees;
  const sumLeaves = leafSummer(forest.trees);
  return {
    effect(values) {
      if (values.length !== forest.features.length) {
        throw new RangeError(`row scorer needs ${forest.features.length} values (${forest.features.join(', ')}); got ${values.length}`);
      }
      const bins = Uint8Array.from(values, (value, feature) => binOf(forest.binning, feature, value));
      const tau = solveEffect(sumLeaves(bins), 0, leafValues, trees);
      return tau === null ? null : tau * forest.effectScale;
    },
  };
}

/** Sums of leaf values over trees for the bins of one unit; all trees in one array, with the start of each. Of any kind of forest. */
export function leafSummer(trees: PackedTrees): (bins: Uint8Array) => Float64Array {
  const { leafValues } = trees;
  const bytes = concatenate(trees.segments);
  const words = new Uint32Array(bytes.buffer);
  const floats = new Float32Array(bytes.buffer);
  const shorts = new Uint16Array(bytes.buffer);
  const starts = Int32Array.from([...treesOf(bytes, leafValues)], (tree) => tree.start / 4);
  return (bins) => {
    const sums = new Float64Array(leafValues);
    for (const start of starts) {
      const nodes = start + TREE_HEADER / 4;
      const subsets = nodes + 2 * words[start]!;
      let at = nodes;
      let left = words[at]!;
      while (left < LEAF) {
        const feature = shorts[at * 2 + 2]!;
        const cut = shorts[at * 2 + 3]!;
        let goesRight: boolean;
        if (feature < CATEGORY) goesRight = ((bins[feature]! - (cut >>> 8)) & 255) > (cut & 255);
        else {
          const level = bins[feature & ~CATEGORY]!;
          goesRight = ((words[subsets + (cut * SUBSET_BYTES) / 4 + (level >>> 5)]! >>> (level & 31)) & 1) === 1;
        }
        at = nodes + 2 * (goesRight ? left + 1 : left);
        left = words[at]!;
      }
      const leaf = subsets + (words[start + 2]! * SUBSET_BYTES) / 4 + (left - LEAF) * leafValues;
      for (let k = 0; k < leafValues; k++) sums[k]! += floats[leaf + k]!;
    }
    return sums;
  };
}
