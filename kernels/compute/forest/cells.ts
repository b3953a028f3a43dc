/**
 * Labels as fixed-point histogram cells: int32, scaled per node by 2^30 over the L1 norm, so that sums cannot overflow and do not depend
 * on their order; and what a rule needs to know of the node.
 */
import { cells, records, rho, weightCells } from './workspace';
import { addFirst, addLast, firstField, lastField, totalOf, treatmentAndWeight, upTo } from './four-units';
import { SPLIT_STABILISED, alpha, imbalancePenalty, minNodeSize, splitting, weighted } from './options';

export const FIXED_ONE: f64 = 1073741824.0;
/** Variance of the (standardised) treatment below which a node has no effect to speak of. */
export const MIN_TREATMENT_VARIANCE: f64 = 1e-10;
/** Mean absolute label below which a node is constant. */
export const MIN_LABEL: f64 = 1e-12;
/** Counts of both kinds fit one word up to here; in larger nodes alpha alone bounds the children. */
export const PACKED_LIMIT = 32768;
const ONE_UNIT = 1;
/** a unit with treatment below the mean, in the upper half of the cell's last word */
const ONE_BELOW = 0x10000;

/** what the label rule counts (units, or failures), in the node and at least in a child */
export let countTotal: i32 = 0;
export let leastCount: i32 = 1;
/** units with treatment below the node's mean */
export let smallCount: i32 = 0;
/** sum of the fixed-point weights of the node */
export let weightTotal: i32 = 0;
/** sum of G (W - wBar)^2, and the least of it that a child must keep */
export let treatmentVariation: f64 = 0;
export let leastVariation: f64 = 0;
/** real value of one fixed-point step in the cells of G (W - wBar), G (W - wBar)^2 and G */
export let treatmentStep: f64 = 0;
export let squareStep: f64 = 0;
export let weightStep: f64 = 0;
/** the imbalance penalty in units of the splitting gain */
export let penalty: f64 = 0;

/** A child keeps a share alpha of the node's units, at least one; of `total` things that count. */
export function setCounts(units: i32, total: i32): void {
  countTotal = total;
  leastCount = max(1, <i32>Math.ceil(<f64>units * alpha));
}

/**
 * Cells of the node's labels, which stand in `rho`, for the rule in force; false when a stabilised split has too few units on a side.
 *
 * @param norm sum of |rho|; @param variation sum of G (W - wBar)^2, for stabilised splits
 */
export function fillCells(start: i32, end: i32, sumG: f64, norm: f64, wBar: f32, variation: f64): bool {
  const scale = <f32>(FIXED_ONE / norm);
  setCounts(end - start, end - start);
  if (splitting == SPLIT_STABILISED) {
    if (!fillGradientCells(start, end, wBar, scale, variation)) return false;
  } else fillLabelCells(start, end, scale);
  fillWeightCells(start, end, sumG, norm);
  return true;
}

/** Cells of 8 bytes { count, rho }. */
function fillLabelCells(start: i32, end: i32, scale: f32): void {
  let cell = cells + (<usize>start << 3);
  const one = i32x4.splat(ONE_UNIT);
  const last = rho + (<usize>end << 2);
  for (let label = rho + (<usize>start << 2); label < last; label += 16, cell += 32) {
    const fixed = i32x4.trunc_sat_f32x4_s(f32x4.mul(v128.load(label), f32x4.splat(scale)));
    v128.store(cell, v128.shuffle<i32>(one, fixed, 0, 4, 1, 5));
    v128.store(cell, v128.shuffle<i32>(one, fixed, 2, 6, 3, 7), 16);
  }
}

/** Cells of 16 bytes { rho, G z, G z^2, units below the mean << 16 | units above }, z = W - wBar. */
function fillGradientCells(start: i32, end: i32, wBar: f32, scale: f32, variation: f64): bool {
  const treatmentScale = <f32>(FIXED_ONE / countSmall(start, end, wBar));
  if (smallCount < 2 * minNodeSize || end - start - smallCount < 2 * minNodeSize) return false;
  treatmentVariation = variation;
  leastVariation = alpha * variation;
  const squareScale = <f32>(FIXED_ONE / variation);
  treatmentStep = 1.0 / <f64>treatmentScale;
  squareStep = 1.0 / <f64>squareScale;
  const one = i32x4.splat(ONE_UNIT);
  const below = i32x4.splat(end - start < PACKED_LIMIT ? ONE_BELOW : ONE_UNIT);
  let record = records + (<usize>start << 4);
  let cell = cells + (<usize>start << 4);
  const last = rho + (<usize>end << 2);
  for (let label = rho + (<usize>start << 2); label < last; label += 16, record += 64, cell += 64) {
    const treatments01 = treatmentAndWeight(v128.load(record), v128.load(record, 16));
    const treatments23 = treatmentAndWeight(v128.load(record, 32), v128.load(record, 48));
    const z = f32x4.sub(firstField(treatments01, treatments23), f32x4.splat(wBar));
    const gz = f32x4.mul(lastField(treatments01, treatments23), z);
    const rhoCells = i32x4.trunc_sat_f32x4_s(f32x4.mul(v128.load(label), f32x4.splat(scale)));
    const treatmentCells = i32x4.trunc_sat_f32x4_s(f32x4.mul(gz, f32x4.splat(treatmentScale)));
    const squareCells = i32x4.trunc_sat_f32x4_s(f32x4.mul(f32x4.mul(gz, z), f32x4.splat(squareScale)));
    const unitCells = v128.bitselect(below, one, f32x4.lt(z, f32x4.splat(0)));
    const outer01 = v128.shuffle<i32>(rhoCells, treatmentCells, 0, 4, 1, 5);
    const inner01 = v128.shuffle<i32>(squareCells, unitCells, 0, 4, 1, 5);
    const outer23 = v128.shuffle<i32>(rhoCells, treatmentCells, 2, 6, 3, 7);
    const inner23 = v128.shuffle<i32>(squareCells, unitCells, 2, 6, 3, 7);
    v128.store(cell, v128.shuffle<i64>(outer01, inner01, 0, 2));
    v128.store(cell, v128.shuffle<i64>(outer01, inner01, 1, 3), 16);
    v128.store(cell, v128.shuffle<i64>(outer23, inner23, 0, 2), 32);
    v128.store(cell, v128.shuffle<i64>(outer23, inner23, 1, 3), 48);
  }
  return true;
}

/** Counts the units below the mean treatment; returns the sum of |G z|. */
function countSmall(start: i32, end: i32, wBar: f32): f64 {
  let small = 0;
  let sumFirst = f64x2.splat(0);
  let sumLast = f64x2.splat(0);
  let record = records + (<usize>start << 4);
  for (let unit = start; unit < end; unit += 4, record += 64) {
    const treatments01 = treatmentAndWeight(v128.load(record), v128.load(record, 16));
    const treatments23 = treatmentAndWeight(v128.load(record, 32), v128.load(record, 48));
    const z = f32x4.sub(firstField(treatments01, treatments23), f32x4.splat(wBar));
    const counts = upTo(end - unit);
    small += popcnt(i32x4.bitmask(v128.and(f32x4.lt(z, f32x4.splat(0)), counts)));
    const size = v128.and(f32x4.abs(f32x4.mul(lastField(treatments01, treatments23), z)), counts);
    sumFirst = addFirst(sumFirst, size);
    sumLast = addLast(sumLast, size);
  }
  smallCount = small;
  return totalOf(sumFirst, sumLast);
}

/** Fixed-point weights, and what depends on their scale. Without weights a unit is one step. */
export function fillWeightCells(start: i32, end: i32, sumG: f64, norm: f64): void {
  const count = end - start;
  weightTotal = count;
  weightStep = 1;
  if (weighted) {
    const scale = <f32>(FIXED_ONE / sumG);
    weightStep = 1.0 / <f64>scale;
    let total = 0;
    for (let i = start; i < end; i++) {
      const cell = <i32>(load<f32>(records + (<usize>i << 4), 12) * scale);
      store<i32>(weightCells + (<usize>i << 2), cell);
      total += cell;
    }
    weightTotal = total;
  }
  const labelStep = norm / FIXED_ONE;
  penalty = imbalancePenalty * weightStep / (labelStep * labelStep * <f64>weightTotal);
}

/** Says that weights were filled otherwise, with this sum; no penalty then. */
export function setWeightTotal(total: i32): void {
  weightTotal = total;
  weightStep = 1;
  penalty = 0;
}
