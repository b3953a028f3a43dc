import { errorsOfBags, type Linearised } from './bag-variance.js';
import { binOf } from './binning.js';
import { lineariseEffect, solveEffect } from './effect-equation.js';
import { CATEGORY, concatenate, LEAF, SUBSET_BYTES, TREE_HEADER, treesOf, type PackedTree, type PackedTrees } from './packed-trees.js';
import type { MomentEquation } from './moment-equations.js';
import type { ScoringForest } from './scoring-forest.js';

/** The effect at one unit, in units of y per unit of w, and its little-bag variance, in squared units. */
export interface RowScore {
  readonly effect: number;
  readonly variance: number;
}

/** Scores one unit at a time on the calling thread; `values` in the forest's feature order, NaN missing. */
export interface RowScorer {
  /** the effect alone; null when the treatment does not vary around the unit */
  effect(values: readonly number[]): number | null;
  /** the effect with its variance, of a forest with bags of two; null likewise */
  score(values: readonly number[]): RowScore | null;
}

/** Prepares a forest for single rows. */
export function rowScorer(forest: ScoringForest): RowScorer {
  const { leafValues, trees } = forest.trees;
  const finder = leafFinder(forest.trees);
  const leaves = new Int32Array(trees);
  const sumsAt = (values: readonly number[]): Float64Array => {
    if (values.length !== forest.features.length) {
      throw new RangeError(`row scorer needs ${forest.features.length} values (${forest.features.join(', ')}); got ${values.length}`);
    }
    finder.find(Uint8Array.from(values, (value, feature) => binOf(forest.binning, feature, value)), leaves);
    return sumOf(finder.values, leaves, leafValues);
  };
  return {
    effect(values) {
      const tau = solveEffect(sumsAt(values), 0, leafValues, trees);
      return tau === null ? null : tau * forest.effectScale;
    },
    score(values) {
      const solved = lineariseEffect(sumsAt(values), 0, leafValues, trees);
      return solved && {
        effect: solved.estimate * forest.effectScale, variance: bagVariance(finder.values, leaves, solved) * forest.effectScale ** 2,
      };
    },
  };
}

/** Scores one unit at a time by a moment equation of one estimate, with bags of two; null where the unit's neighbours do not identify it. */
export function momentRowScorer(forest: Pick<ScoringForest, 'features' | 'binning' | 'trees'>, equation: MomentEquation, scale: number): (values: readonly number[]) => RowScore | null {
  const { leafValues, trees } = forest.trees;
  const finder = leafFinder(forest.trees);
  const leaves = new Int32Array(trees);
  return (values) => {
    finder.find(Uint8Array.from(values, (value, feature) => binOf(forest.binning, feature, value)), leaves);
    const [solved] = equation(sumOf(finder.values, leaves, leafValues), 0, leafValues, trees) ?? [];
    return solved ? { effect: solved.estimate * scale, variance: bagVariance(finder.values, leaves, solved) * scale ** 2 } : null;
  };
}

/** Variance over bags of two consecutive trees, by the influence of each tree; in squared standardised units. */
function bagVariance(values: Float32Array, leaves: Int32Array, { coefficients, constant }: Linearised): number {
  let between = 0;
  let noise = 0;
  for (let tree = 0; tree < leaves.length; tree += 2) {
    let first = constant;
    let second = constant;
    for (let k = 0; k < coefficients.length; k++) {
      first += coefficients[k]! * values[leaves[tree]! + k]!;
      second += coefficients[k]! * values[leaves[tree + 1]! + k]!;
    }
    between += ((first + second) / 2) ** 2;
    noise += ((first - second) / 2) ** 2;
  }
  const bags = leaves.length / 2;
  return errorsOfBags(between / bags, noise / bags, bags).variance;
}

/** Sums of leaf values over trees for the bins of one unit. Of any kind of forest. */
export function leafSummer(trees: PackedTrees): (bins: Uint8Array) => Float64Array {
  const { values, find } = leafFinder(trees);
  const leaves = new Int32Array(trees.trees);
  return (bins) => {
    find(bins, leaves);
    return sumOf(values, leaves, trees.leafValues);
  };
}

function sumOf(values: Float32Array, leaves: Int32Array, leafValues: number): Float64Array {
  const sums = new Float64Array(leafValues);
  for (const leaf of leaves) for (let k = 0; k < leafValues; k++) sums[k]! += values[leaf + k]!;
  return sums;
}

interface LeafFinder {
  /** all trees in one array, leaf values among them */
  readonly values: Float32Array;
  /** writes where the values of each tree's leaf start */
  find(bins: Uint8Array, leaves: Int32Array): void;
}

function leafFinder({ segments, leafValues }: PackedTrees): LeafFinder {
  const bytes = concatenate(segments);
  const words = new Uint32Array(bytes.buffer);
  const trees = [...treesOf(bytes, leafValues)];
  const { nodes, roots } = depthFirst(words, trees, leafValues);
  const subsets = Int32Array.from(trees, (tree) => (tree.start + TREE_HEADER) / 4 + 2 * tree.nodes);
  return {
    values: new Float32Array(bytes.buffer),
    find(bins, leaves) {
      for (let tree = 0; tree < roots.length; tree++) {
        let at = roots[tree]!;
        let right = nodes[at]!;
        while (right < LEAF) {
          const rule = nodes[at + 1]!;
          const feature = rule & 0xffff;
          const cut = rule >>> 16;
          let goesRight: boolean;
          if (feature < CATEGORY) goesRight = ((bins[feature]! - (cut >>> 8)) & 255) > (cut & 255);
          else {
            const level = bins[feature & ~CATEGORY]!;
            goesRight = ((words[subsets[tree]! + (cut * SUBSET_BYTES) / 4 + (level >>> 5)]! >>> (level & 31)) & 1) === 1;
          }
          at = goesRight ? right : at + 2;
          right = nodes[at]!;
        }
        leaves[tree] = right - LEAF;
      }
    },
  };
}

/**
 * Nodes with their left child right behind them: on the way down, half of the steps stay in one line of the processor's cache.
 *
 * Two words a node: where the right child is, or LEAF | where the values of the leaf start; and the rule, as packed.
 */
function depthFirst(words: Uint32Array, trees: readonly PackedTree[], leafValues: number): { readonly nodes: Uint32Array; readonly roots: Int32Array } {
  const nodes = new Uint32Array(2 * trees.reduce((sum, tree) => sum + tree.nodes, 0));
  const roots = new Int32Array(trees.length);
  let end = 0;
  trees.forEach((tree, t) => {
    const start = (tree.start + TREE_HEADER) / 4;
    const firstLeaf = start + 2 * tree.nodes + (tree.subsets * SUBSET_BYTES) / 4;
    roots[t] = end;
    // right children that are still to be written, with the parent that must know where
    const waiting: { readonly node: number; readonly parent: number }[] = [];
    for (let node: number | undefined = 0; node !== undefined;) {
      const left: number = words[start + 2 * node]!;
      nodes[end + 1] = words[start + 2 * node + 1]!;
      if (left < LEAF) {
        waiting.push({ node: left + 1, parent: end });
        node = left;
      } else {
        nodes[end] = LEAF + firstLeaf + (left - LEAF) * leafValues;
        const next = waiting.pop();
        if (next) nodes[next.parent] = end + 2;
        node = next?.node;
      }
      end += 2;
    }
  });
  return { nodes, roots };
}
