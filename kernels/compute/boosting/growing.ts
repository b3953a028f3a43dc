/**
 * Leaf-wise growth: of all leaves, the one whose best split reduces the loss most is split next (Shi 2007; Ke et al. 2017, LightGBM).
 *
 * Every worker runs the same steps on its own rows and stops wherever sums of all workers are needed; the worker script adds them:
 * beginTree, [add], finishRoot, then splitNext, [add], finishSplit until splitNext says there is nothing more to add.
 */
import { addReceived, buildHistogram, listBag, setGroupCount, subtractHistogram } from './histogram';
import {
  addToMask, candidate, clearMask, DEPTH, END, FEATURE, GAIN, GRADIENT, HESSIAN, HIGHEST, KIND, leaf, LEFT_GRADIENT, LEFT_HESSIAN, LEFT_OUTPUT, LOWEST,
  madeSplits, OUTPUT, RIGHT_OUTPUT, ROWS, SLOT, SPLIT_BYTES, SPLIT_LEAF, START, THRESHOLD,
} from './leaves';
import { constrained, gradientStep, l2, maxLeaves, minGain, scale } from './options';
import { partition, writeLeaves } from './partition';
import { findSplit, MISSING_RIGHT, NAMED_LEFT } from './splitting';
import { BINS, histogram, HISTOGRAM_SHIFT, monotone, used } from './workspace';

export { addReceived };

let usedCount: i32 = 0;
let leafCount: i32 = 0;
let parting: i32 = 0;

/** Nothing is left to split. */
const DONE = -1;

/** Lists the bag and sums it into slot 0. Returns the rows of the bag that this worker holds. */
export function beginTree(featureCount: i32, groupCount: i32): i32 {
  usedCount = featureCount;
  setGroupCount(groupCount);
  const count = listBag();
  const root = leaf(0);
  store<i32>(root + START, 0);
  store<i32>(root + END, count);
  store<i32>(root + DEPTH, 0);
  store<i32>(root + SLOT, 0);
  buildHistogram(0, 0, count);
  return count;
}

/** Finds the root's split, once slot 0 holds the sums of all workers. */
export function finishRoot(allRows: i32): void {
  const root = leaf(0);
  const sums = histogram(0) + (<usize>load<i32>(used) << HISTOGRAM_SHIFT);
  let total: i64 = 0;
  for (let bin = 0; bin < BINS; bin++) total += load<i64>(sums + (<usize>bin << 3));
  const gradient = <f64>(<i32>(total >> 32));
  const hessian = <f64>(<u32>total);
  store<f64>(root + GRADIENT, gradient);
  store<f64>(root + HESSIAN, hessian);
  store<f64>(root + LOWEST, -Infinity);
  store<f64>(root + HIGHEST, Infinity);
  store<f64>(root + OUTPUT, -gradient / (hessian + l2));
  store<i32>(root + ROWS, allRows);
  leafCount = 1;
  findSplit(0, usedCount);
}

/**
 * Makes the best split of all leaves and sums the child with the smaller hessian.
 * Returns the slot whose sums of all workers `finishSplit` needs, or -1 when the tree is finished.
 */
export function splitNext(): i32 {
  if (leafCount >= maxLeaves) return DONE;
  parting = 0;
  for (let index = 1; index < leafCount; index++) {
    if (load<f64>(candidate(index) + GAIN) > load<f64>(candidate(parting) + GAIN)) parting = index;
  }
  const split = candidate(parting);
  const gain = load<f64>(split + GAIN);
  if (!(gain > 0) || !(gain * scale * gradientStep > 2 * minGain)) return DONE;
  completeMask(split);
  store<i32>(split + SPLIT_LEAF, parting);
  memory.copy(madeSplits + <usize>(leafCount - 1) * SPLIT_BYTES, split, SPLIT_BYTES);
  openChildren(split);
  if (leafCount + 1 == maxLeaves) {
    leafCount++;
    return DONE;
  }
  const left = leaf(parting);
  const right = leaf(leafCount);
  const smaller = load<f64>(left + HESSIAN) <= load<f64>(right + HESSIAN) ? left : right;
  const parentSlot = load<i32>(left + SLOT);
  store<i32>(right + SLOT, smaller == left ? parentSlot : leafCount);
  store<i32>(left + SLOT, smaller == left ? leafCount : parentSlot);
  buildHistogram(leafCount, load<i32>(smaller + START), load<i32>(smaller + END));
  return leafCount;
}

/** Rows of the left child that this worker holds. */
export function leftRows(): i32 {
  return load<i32>(leaf(parting) + END) - load<i32>(leaf(parting) + START);
}

/** Subtracts the sibling and finds the splits of both children. */
export function finishSplit(allLeftRows: i32): void {
  const left = leaf(parting);
  const right = leaf(leafCount);
  const parentSlot = load<i32>(left + SLOT) == leafCount ? load<i32>(right + SLOT) : load<i32>(left + SLOT);
  subtractHistogram(parentSlot, leafCount);
  store<i32>(right + ROWS, load<i32>(left + ROWS) - allLeftRows);
  store<i32>(left + ROWS, allLeftRows);
  findSplit(parting, usedCount);
  findSplit(leafCount, usedCount);
  leafCount++;
}

/** Writes the leaf of every row. Returns the number of leaves. */
export function finishTree(): i32 {
  writeLeaves(leafCount);
  return leafCount;
}

function completeMask(split: usize): void {
  const kind = load<i32>(split + KIND);
  if (kind == NAMED_LEFT) return;
  clearMask(split);
  const threshold = load<i32>(split + THRESHOLD);
  for (let bin = kind == MISSING_RIGHT ? 1 : 0; bin <= threshold; bin++) addToMask(split, bin);
}

/** The left child takes the place of its parent, the right one is new; monotone splits bound what lies below them. */
function openChildren(split: usize): void {
  const left = leaf(parting);
  const right = leaf(leafCount);
  memory.copy(right, left, 64);
  const middle = partition(split, load<i32>(left + START), load<i32>(left + END));
  store<i32>(left + END, middle);
  store<i32>(right + START, middle);
  store<i32>(left + DEPTH, load<i32>(left + DEPTH) + 1);
  store<i32>(right + DEPTH, load<i32>(right + DEPTH) + 1);
  const g = load<f64>(split + LEFT_GRADIENT);
  const h = load<f64>(split + LEFT_HESSIAN);
  store<f64>(right + GRADIENT, load<f64>(left + GRADIENT) - g);
  store<f64>(right + HESSIAN, load<f64>(left + HESSIAN) - h);
  store<f64>(left + GRADIENT, g);
  store<f64>(left + HESSIAN, h);
  const leftOutput = load<f64>(split + LEFT_OUTPUT);
  const rightOutput = load<f64>(split + RIGHT_OUTPUT);
  store<f64>(left + OUTPUT, leftOutput);
  store<f64>(right + OUTPUT, rightOutput);
  if (!constrained || load<i32>(split + KIND) == NAMED_LEFT) return;
  const direction = load<i8>(monotone + <usize>load<i32>(split + FEATURE));
  const bound = (leftOutput + rightOutput) / 2;
  if (direction != 0) store<f64>((direction > 0 ? left : right) + HIGHEST, bound);
  if (direction != 0) store<f64>((direction > 0 ? right : left) + LOWEST, bound);
}
