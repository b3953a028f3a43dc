import { BINS, splitKinds, type BoostingColumns, type BoostingEngine, type BoostingRows, type GrownTree, type TreeInput, type TreeShape } from '../growth.js';
import { noSplit, splitFeature, type Histogram, type LeafSums, type Limits, type Split } from './splitting.js';

/** Boosted trees in plain TypeScript: slow, readable, and the judge of the kernel. Runs on the calling thread. */
export const referenceBoosting: BoostingEngine = {
  name: 'reference',
  async open(rows, shape, columns) {
    return { grow: async (input) => growTree(rows, shape, columns, input), close: () => undefined };
  },
};

interface Leaf extends LeafSums {
  readonly members: Int32Array;
  readonly depth: number;
  readonly split: Split;
}

/** Leaf-wise growth: of all leaves, the one whose best split reduces the loss most is split next. Shi (2007); Ke et al. (2017). */
function growTree(rows: BoostingRows, shape: TreeShape, columns: BoostingColumns, input: TreeInput): GrownTree {
  const limits = limitsOf(rows, shape, input.hessianStep);
  const scale = input.gradientStep / input.hessianStep;
  const leaves = [rootOf(rows, columns, limits, input.features)];
  const splits: { readonly leaf: number; readonly split: Split }[] = [];
  while (leaves.length < shape.maxLeaves) {
    const leaf = leaves.reduce((best, { split }, i) => (split.gain > leaves[best]!.split.gain ? i : best), 0);
    const { split } = leaves[leaf]!;
    if (!(split.gain > 0) || !(split.gain * scale * input.gradientStep > 2 * shape.minGain)) break;
    const [left, right] = divide(rows, columns, limits, input.features, leaves[leaf]!, split);
    leaves[leaf] = left;
    leaves.push(right);
    splits.push({ leaf, split });
  }
  writeLeaves(rows, columns, splits);
  return {
    leaf: Int32Array.from(splits, ({ leaf }) => leaf),
    feature: Int32Array.from(splits, ({ split }) => split.feature),
    kind: Uint8Array.from(splits, ({ split }) => split.kind),
    threshold: Uint8Array.from(splits, ({ split }) => split.threshold),
    masks: Uint32Array.from(splits.flatMap(({ split }) => [...maskOf(split)])),
    gain: Float64Array.from(splits, ({ split }) => (split.gain * scale * input.gradientStep) / 2),
    outputs: Float64Array.from(leaves, ({ output }) => output * scale),
  };
}

function limitsOf(rows: BoostingRows, shape: TreeShape, hessianStep: number): Limits {
  return {
    shape,
    l2: shape.l2 / hessianStep,
    categoryL2: shape.categoryL2 / hessianStep,
    categorySmoothing: shape.categorySmoothing / hessianStep,
    minHessian: Math.max(1, shape.minHessian / hessianStep),
    isConstrained: rows.monotone.some((direction) => direction !== 0),
  };
}

function rootOf(rows: BoostingRows, columns: BoostingColumns, limits: Limits, features: Int32Array): Leaf {
  const members = Int32Array.from(columns.inBag.keys()).filter((row) => columns.inBag[row] === 1);
  let gradient = 0;
  let hessian = 0;
  for (const row of members) {
    hessian += columns.gradients[2 * row]!;
    gradient += columns.gradients[2 * row + 1]!;
  }
  const output = -gradient / (hessian + limits.l2);
  return leafOf(rows, columns, limits, features, members, 0, { gradient, hessian, output, rows: members.length, lowest: -Infinity, highest: Infinity });
}

function leafOf(
  rows: BoostingRows, columns: BoostingColumns, limits: Limits, features: Int32Array, members: Int32Array, depth: number, sums: LeafSums,
): Leaf {
  const isFinal = depth >= limits.shape.maxDepth || sums.hessian < 2 * limits.minHessian || sums.rows < 2 * limits.shape.minRows;
  const split = isFinal ? noSplit : features.reduce<Split>((best, feature) =>
    splitFeature(rows, feature, histogramOf(rows, columns, members, feature), sums, limits, best), noSplit);
  return { ...sums, members, depth, split };
}

function histogramOf({ bins, stride }: BoostingRows, { gradients }: BoostingColumns, members: Int32Array, feature: number): Histogram {
  const histogram = { gradient: new Int32Array(BINS), hessian: new Int32Array(BINS) };
  for (const row of members) {
    const bin = bins[row * stride + feature]!;
    histogram.hessian[bin]! += gradients[2 * row]!;
    histogram.gradient[bin]! += gradients[2 * row + 1]!;
  }
  return histogram;
}

/** Bins that go left, as bits. */
function maskOf({ kind, threshold, categories }: Split): Uint32Array {
  const mask = new Uint32Array(BINS / 32);
  const add = (bin: number) => { mask[bin >> 5]! |= 1 << (bin & 31); };
  if (kind === splitKinds.categorical) categories.forEach(add);
  else for (let bin = kind === splitKinds.missingRight ? 1 : 0; bin <= threshold; bin++) add(bin);
  return mask;
}

const goesLeft = (mask: Uint32Array, bin: number): boolean => ((mask[bin >> 5]! >>> (bin & 31)) & 1) === 1;

function divide(rows: BoostingRows, columns: BoostingColumns, limits: Limits, features: Int32Array, leaf: Leaf, split: Split): [Leaf, Leaf] {
  const mask = maskOf(split);
  const isLeft = (row: number) => goesLeft(mask, rows.bins[row * rows.stride + split.feature]!);
  const left = leaf.members.filter(isLeft);
  const right = leaf.members.filter((row) => !isLeft(row));
  const monotone = split.kind === splitKinds.categorical ? 0 : rows.monotone[split.feature]!;
  const middle = (split.leftOutput + split.rightOutput) / 2;
  const child = (members: Int32Array, gradient: number, hessian: number, output: number, isBelow: boolean) =>
    leafOf(rows, columns, limits, features, members, leaf.depth + 1, {
      gradient, hessian, output, rows: members.length,
      lowest: monotone !== 0 && !isBelow ? middle : leaf.lowest,
      highest: monotone !== 0 && isBelow ? middle : leaf.highest,
    });
  return [
    child(left, split.leftGradient, split.leftHessian, split.leftOutput, monotone > 0),
    child(right, leaf.gradient - split.leftGradient, leaf.hessian - split.leftHessian, split.rightOutput, monotone < 0),
  ];
}

/** Leaf of every row, in the bag or not. */
function writeLeaves(rows: BoostingRows, { leafOf: out }: BoostingColumns, splits: readonly { readonly leaf: number; readonly split: Split }[]): void {
  out.fill(0);
  splits.forEach(({ leaf, split }, s) => {
    const mask = maskOf(split);
    for (let row = 0; row < rows.rows; row++) {
      if (out[row] === leaf && !goesLeft(mask, rows.bins[row * rows.stride + split.feature]!)) out[row] = s + 1;
    }
  });
}
