/** 32-bit words of a set of bins. */
export const SET_WORDS = 8;

/**
 * A tree of uplifts over binned columns; node 0 is the root, children of a node are neighbours, shape (nodes) each unless told.
 *
 * A unit goes left when its bin is at most `cut` (bin 0 of a feature with missing values: when `missingLeft`), or, at a feature whose levels
 * have no order, when its bin is in the node's set.
 */
export interface UpliftTree {
  /** -1 in leaves */
  readonly feature: Int16Array;
  readonly cut: Uint8Array;
  /** 1: missing values go left; 2: the bins of this node's set go left */
  readonly rule: Uint8Array;
  /** the left child; the right one follows it */
  readonly child: Int32Array;
  /** position of the node's set in `sets`, in words */
  readonly set: Int32Array;
  readonly sets: Uint32Array;
  /** uplift of each treatment over control, multiples of 2^-40, shape (nodes, treatments) */
  readonly uplift: Float64Array;
}

export const MISSING_LEFT = 1;
export const BY_SET = 2;

/** Whether a unit with this bin goes left at a node. */
export function goesLeft({ cut, rule, set, sets }: UpliftTree, node: number, bin: number, hasMissing: boolean): boolean {
  if (rule[node]! & BY_SET) return ((sets[set[node]! + (bin >> 5)]! >>> (bin & 31)) & 1) === 1;
  return bin === 0 && hasMissing ? (rule[node]! & MISSING_LEFT) !== 0 : bin <= cut[node]!;
}

/** Adds what a leaf says to the sums of a row, shape (rows, treatments). */
export function addLeaf({ uplift }: UpliftTree, leaf: number, treatments: number, sums: Float64Array, row: number): void {
  for (let k = 0; k < treatments; k++) sums[row * treatments + k]! += uplift[leaf * treatments + k]!;
}

/** The leaf of a unit whose bins start at `at`. */
export function leafOf(tree: UpliftTree, bins: Uint8Array, at: number, hasMissing: Uint8Array): number {
  let node = 0;
  for (let feature = tree.feature[0]!; feature >= 0; feature = tree.feature[node]!) {
    node = tree.child[node]! + (goesLeft(tree, node, bins[at + feature]!, hasMissing[feature] === 1) ? 0 : 1);
  }
  return node;
}
