/** What kind of forest is grown, and how: set once a forest, read everywhere. */

/** Honest regression forest: the label is the outcome. */
export const REGRESSION = 0;
/** Causal forest: the label is the gradient of the effect; splits balance the variation of the treatment (stabilised). */
export const CAUSAL = 1;
/** Causal forest whose splits balance only the number of units. */
export const CAUSAL_UNSTABILISED = 2;

export let kind: i32 = REGRESSION;
export let weighted: bool = false;
export let seed: u32 = 0;
export let forest: u32 = 0;

/** units drawn by a bag, by a tree of the bag, and by the half that places splits (equal to the tree's: no honesty) */
export let bagSize: i32 = 0;
export let treeSize: i32 = 0;
export let splitSize: i32 = 0;
/** most rows taken from one cluster */
export let rowsPerUnit: i32 = i32.MAX_VALUE;

export let minNodeSize: i32 = 5;
export let alpha: f64 = 0;
export let imbalancePenalty: f64 = 0;
export let mtryCutoffCount: i32 = 0;

/** f32 values kept of a leaf: regression 2 (Y, G); causal 4 (WY, WW, W, Y); causal with weights 6 (WY, WW, W, Y, G, 0) */
export let leafValues: i32 = 2;

export function setSampling(seedWord: u32, forestWord: u32, bag: i32, tree: i32, split: i32, perUnit: i32): void {
  seed = seedWord;
  forest = forestWord;
  bagSize = bag;
  treeSize = tree;
  splitSize = split;
  rowsPerUnit = perUnit;
}

export function setGrowth(forestKind: i32, isWeighted: bool, nodeSize: i32, share: f64, penalty: f64, cutoffs: i32): void {
  kind = forestKind;
  weighted = isWeighted;
  minNodeSize = nodeSize;
  alpha = share;
  imbalancePenalty = penalty;
  mtryCutoffCount = cutoffs;
  leafValues = forestKind == REGRESSION ? 2 : isWeighted ? 6 : 4;
}
