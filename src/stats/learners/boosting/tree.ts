import type { BoostingRows, GrownTree } from './growth.js';

/** A tree of a boosted model: nodes are splits, `~leaf` a leaf. */
export interface BoostedTree {
  /** shape (splits) each; as in `GrownTree` */
  readonly feature: Int32Array;
  readonly kind: Uint8Array;
  readonly threshold: Uint8Array;
  readonly masks: Uint32Array;
  readonly gain: Float64Array;
  /** where rows go on either side: a split, or `~leaf` */
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** what each leaf adds to the score, shape (splits + 1) */
  readonly values: Float64Array;
}

/** What predictions need of a tree. */
export type ScoringTree = Pick<BoostedTree, 'feature' | 'masks' | 'left' | 'right' | 'values'>;

/** Links the splits of a grown tree. @param values of its leaves, after shrinkage */
export function linkTree({ leaf, feature, kind, threshold, masks, gain }: GrownTree, values: Float64Array): BoostedTree {
  const splits = leaf.length;
  const next = Int32Array.from(values, (_, index) => ~index);
  const left = new Int32Array(splits);
  const right = new Int32Array(splits);
  for (let s = splits - 1; s >= 0; s--) {
    left[s] = next[leaf[s]!]!;
    right[s] = next[s + 1]!;
    next[leaf[s]!] = s;
  }
  return { feature, kind, threshold, masks, gain, left, right, values };
}

/** Adds the values of trees to the scores of rows, in place, tree by tree. */
export function addTrees(trees: readonly ScoringTree[], { rows, stride, bins }: Pick<BoostingRows, 'rows' | 'stride' | 'bins'>, scores: Float64Array): void {
  for (const { feature, masks, left, right, values } of trees) {
    const root = feature.length > 0 ? 0 : ~0;
    for (let row = 0; row < rows; row++) {
      let at = root;
      while (at >= 0) {
        const bin = bins[row * stride + feature[at]!]!;
        at = (masks[at * 8 + (bin >> 5)]! >>> (bin & 31)) & 1 ? left[at]! : right[at]!;
      }
      scores[row]! += values[~at]!;
    }
  }
}

/** Share of the reduction of the loss that splits on each feature made, shape (features); all 0 when nothing was split. */
export function gainImportance(trees: readonly BoostedTree[], features: number): Float64Array {
  const gains = new Float64Array(features);
  for (const { feature, gain } of trees) feature.forEach((index, s) => { gains[index]! += gain[s]!; });
  const total = gains.reduce((sum, gain) => sum + gain, 0);
  return total > 0 ? gains.map((gain) => gain / total) : gains;
}
