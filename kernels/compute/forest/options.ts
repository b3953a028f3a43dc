/**
 * What kind of forest is grown, and how: set once a forest, read everywhere. A kind is a way to label a node's units, a way to split
 * them by their labels, and the values that a leaf keeps; growth-plan.ts composes kinds from these by name.
 */

/** Labels of a node's units; see labels.ts. */
export const LABEL_OUTCOME = 0;
export const LABEL_EFFECT = 1;
export const LABEL_INSTRUMENTED = 2;
export const LABEL_RATIO = 3;
export const LABEL_MARTINGALE = 4;
export const LABEL_SEVERAL = 5;

/** Rules that a cut is judged by: by one label, by one label with balanced treatment, by several labels. */
export const SPLIT_LABELS = 0;
export const SPLIT_STABILISED = 1;
export const SPLIT_SEVERAL = 2;

/** Values of a leaf; see leaf-values.ts. */
export const LEAF_MEAN = 0;
export const LEAF_EFFECT = 1;
export const LEAF_INSTRUMENTED = 2;
export const LEAF_RATIO = 3;
export const LEAF_SEVERAL = 4;

export let labelling: i32 = LABEL_OUTCOME;
export let splitting: i32 = SPLIT_LABELS;
export let leaves: i32 = LEAF_MEAN;
/** sample weights are not all 1 */
export let weighted: bool = false;
/** a cut is judged by the weights of its children rather than by their units: sample weights, or expected failures */
export let judgedByWeight: bool = false;
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
/** share of the treatment itself in the instrument that labels are made with */
export let reducedFormWeight: f32 = 0;
/** treatments and outcomes of labels of several effects; without treatments the labels are the outcomes */
export let treatments: i32 = 0;
export let outcomes: i32 = 0;
/** columns that labels and leaves read beyond the first two */
export let furtherColumns: i32 = 0;
/** f32 values kept of a leaf, an even number */
export let leafValues: i32 = 2;

export function setSampling(seedWord: u32, forestWord: u32, bag: i32, tree: i32, split: i32, perUnit: i32): void {
  seed = seedWord;
  forest = forestWord;
  bagSize = bag;
  treeSize = tree;
  splitSize = split;
  rowsPerUnit = perUnit;
}

export function setKind(label: i32, split: i32, leaf: i32, values: i32, columns: i32, treatmentCount: i32, outcomeCount: i32, reducedForm: f64): void {
  labelling = label;
  splitting = split;
  leaves = leaf;
  leafValues = values;
  furtherColumns = columns;
  treatments = treatmentCount;
  outcomes = outcomeCount;
  reducedFormWeight = <f32>reducedForm;
}

export function setGrowth(isWeighted: bool, nodeSize: i32, share: f64, penalty: f64, cutoffs: i32): void {
  weighted = isWeighted;
  judgedByWeight = isWeighted || labelling == LABEL_MARTINGALE;
  minNodeSize = nodeSize;
  alpha = share;
  imbalancePenalty = penalty;
  mtryCutoffCount = cutoffs;
}
