/**
 * The best split of a leaf: all cuts of numeric features with missing values on either side, and categories in order of their gradients.
 *
 * Twin of src/stats/learners/boosting/reference/splitting.ts: the same float64 operations in the same order.
 */
import {
  addToMask, candidate, clearMask, DEPTH, FEATURE, GAIN, GRADIENT, HESSIAN, HIGHEST, KIND, leaf, LEFT_GRADIENT, LEFT_HESSIAN, LEFT_OUTPUT, LOWEST,
  OUTPUT, RIGHT_OUTPUT, ROWS, SLOT, THRESHOLD,
} from './leaves';
import { categoryL2, categorySmoothing, constrained, l2, maxCategories, maxDepth, minCategoryRows, minHessian, minRows, rowsOfCategory } from './options';
import { BINS, histogram, HISTOGRAM_SHIFT, kinds, monotone, used } from './workspace';

const COMPLETE = 0;
const CATEGORICAL = 2;
export const MISSING_RIGHT = 0;
export const MISSING_LEFT = 1;
export const NAMED_LEFT = 2;

/** of the leaf at hand */
let gradient: f64 = 0;
let hessian: f64 = 0;
let rowCount: i32 = 0;
let perHessian: f64 = 0;
let lowest: f64 = 0;
let highest: f64 = 0;
let parentTerm: f64 = 0;
let best: usize = 0;

/** categories in order, and what orders them */
const order: usize = memory.data(4 * 256, 16);
const orderValues: usize = memory.data(8 * 256, 16);

/** Leaves the best split of a leaf in its candidate; gain 0 when there is none. */
export function findSplit(index: i32, usedCount: i32): void {
  const at = leaf(index);
  best = candidate(index);
  store<f64>(best + GAIN, 0);
  gradient = load<f64>(at + GRADIENT);
  hessian = load<f64>(at + HESSIAN);
  rowCount = load<i32>(at + ROWS);
  if (load<i32>(at + DEPTH) >= maxDepth || hessian < 2 * minHessian || rowCount < 2 * minRows) return;
  perHessian = <f64>rowCount / hessian;
  lowest = load<f64>(at + LOWEST);
  highest = load<f64>(at + HIGHEST);
  parentTerm = constrained ? reduction(gradient, hessian + l2, load<f64>(at + OUTPUT)) : (gradient * gradient) / (hessian + l2);
  const sums = histogram(load<i32>(at + SLOT));
  for (let i = 0; i < usedCount; i++) {
    const feature = load<i32>(used + (<usize>i << 2));
    const ofFeature = sums + (<usize>feature << HISTOGRAM_SHIFT);
    const kind = <i32>load<u8>(kinds + <usize>feature);
    if (kind == CATEGORICAL) splitCategories(feature, ofFeature);
    else if (kind == COMPLETE) scanCuts(feature, ofFeature, MISSING_LEFT);
    else {
      scanCuts(feature, ofFeature, MISSING_RIGHT);
      if (load<i64>(ofFeature) != 0) scanCuts(feature, ofFeature, MISSING_LEFT);
    }
  }
}

function hessianOf(pair: i64): f64 {
  return <f64>(<u32>pair);
}

function gradientOf(pair: i64): f64 {
  return <f64>(<i32>(pair >> 32));
}

function rowsOf(h: f64): i32 {
  return <i32>Math.floor(h * perHessian + 0.5);
}

/** All cuts "bin <= threshold", missing values (bin 0) on one side. */
function scanCuts(feature: i32, sums: usize, kind: i32): void {
  let left: i64 = 0;
  for (let bin = kind == MISSING_RIGHT ? 1 : 0; bin < BINS - 1; bin++) {
    const cell = load<i64>(sums + (<usize>bin << 3));
    if (cell == 0) continue;
    left += cell;
    const h = hessianOf(left);
    const leftRows = rowsOf(h);
    if (leftRows < minRows || h < minHessian) continue;
    if (rowCount - leftRows < minRows || hessian - h < minHessian) break;
    keepBetter(feature, kind, bin, gradientOf(left), h, l2, constrained ? <i32>load<i8>(monotone + <usize>feature) : 0);
  }
}

/** Categories in order of gradient over hessian, the best few from either end against all others. */
function splitCategories(feature: i32, sums: usize): void {
  const count = orderCategories(sums);
  const most = min(maxCategories, (count + 1) >> 1);
  scanCategories(feature, sums, count, most, 0, 1);
  scanCategories(feature, sums, count, most, count - 1, -1);
}

function scanCategories(feature: i32, sums: usize, count: i32, most: i32, first: i32, step: i32): void {
  let left: i64 = 0;
  let added = 0;
  for (let i = 0; i < most && i < count; i++) {
    const cell = load<i64>(sums + (<usize>load<i32>(order + (<usize>(first + i * step) << 2)) << 3));
    left += cell;
    const h = hessianOf(left);
    added += rowsOf(hessianOf(cell));
    const leftRows = rowsOf(h);
    if (leftRows < minRows || h < minHessian) continue;
    if (rowCount - leftRows < minRows || rowCount - leftRows < minCategoryRows || hessian - h < minHessian) break;
    if (added < minCategoryRows) continue;
    added = 0;
    if (!keepBetter(feature, NAMED_LEFT, 0, gradientOf(left), h, l2 + categoryL2, 0)) continue;
    clearMask(best);
    for (let k = 0; k <= i; k++) addToMask(best, load<i32>(order + (<usize>(first + k * step) << 2)));
  }
}

/** Insertion sort of the categories with enough rows; the lower bin first among equals. */
function orderCategories(sums: usize): i32 {
  let count = 0;
  for (let bin = 1; bin < BINS; bin++) {
    const cell = load<i64>(sums + (<usize>bin << 3));
    const h = hessianOf(cell);
    if (!(h > 0 && <f64>rowsOf(h) >= rowsOfCategory)) continue;
    const value = gradientOf(cell) / (h + categorySmoothing);
    let at = count++;
    for (; at > 0 && load<f64>(orderValues + (<usize>(at - 1) << 3)) > value; at--) {
      store<f64>(orderValues + (<usize>at << 3), load<f64>(orderValues + (<usize>(at - 1) << 3)));
      store<i32>(order + (<usize>at << 2), load<i32>(order + (<usize>(at - 1) << 2)));
    }
    store<f64>(orderValues + (<usize>at << 3), value);
    store<i32>(order + (<usize>at << 2), bin);
  }
  return count;
}

/** Whether the split that sends (g, h) left is better than the best; the first of equals stays. */
function keepBetter(feature: i32, kind: i32, threshold: i32, g: f64, h: f64, ridge: f64, direction: i32): bool {
  const gRight = gradient - g;
  const hRight = hessian - h;
  let gain: f64;
  let leftOutput: f64 = 0;
  let rightOutput: f64 = 0;
  if (constrained) {
    leftOutput = clamp(-g / (h + ridge));
    rightOutput = clamp(-gRight / (hRight + ridge));
    if (<f64>direction * (rightOutput - leftOutput) < 0) return false;
    gain = reduction(g, h + ridge, leftOutput) + reduction(gRight, hRight + ridge, rightOutput) - parentTerm;
  } else {
    gain = (g * g) / (h + ridge) + (gRight * gRight) / (hRight + ridge) - parentTerm;
  }
  if (!(gain > load<f64>(best + GAIN))) return false;
  if (!constrained) {
    leftOutput = -g / (h + ridge);
    rightOutput = -gRight / (hRight + ridge);
  }
  store<f64>(best + GAIN, gain);
  store<f64>(best + LEFT_GRADIENT, g);
  store<f64>(best + LEFT_HESSIAN, h);
  store<f64>(best + LEFT_OUTPUT, leftOutput);
  store<f64>(best + RIGHT_OUTPUT, rightOutput);
  store<i32>(best + FEATURE, feature);
  store<i32>(best + KIND, kind);
  store<i32>(best + THRESHOLD, threshold);
  return true;
}

function clamp(output: f64): f64 {
  return Math.min(Math.max(output, lowest), highest);
}

/** Twice the reduction of the quadratic loss by an output. */
function reduction(g: f64, h: f64, output: f64): f64 {
  return -(2 * g * output + h * output * output);
}
