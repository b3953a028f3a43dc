/**
 * Labels as fixed-point histogram cells: int32, scaled per node by 2^30 over the L1 norm, so that sums cannot overflow and do not depend
 * on their order; and what a rule needs to know of the node.
 */
import { cells, records, rho, weightCells } from './workspace';
import { SPLIT_STABILISED, alpha, imbalancePenalty, minNodeSize, splitting, weighted } from './options';

export const FIXED_ONE: f64 = 1073741824.0;
/** Variance of the (standardised) treatment below which a node has no effect to speak of. */
export const MIN_TREATMENT_VARIANCE: f64 = 1e-10;
/** Mean absolute label below which a node is constant. */
export const MIN_LABEL: f64 = 1e-12;
/** Counts of both kinds fit one int32 cell up to here; in larger nodes alpha alone bounds the children. */
export const PACKED_LIMIT = 32768;
const ONE_UNIT = 1;
const ONE_SMALL_UNIT = 0x10001;

/** what the label rule counts (units, or failures), in the node and at least in a child */
export let countTotal: i32 = 0;
export let leastCount: i32 = 1;
/** units with treatment below the node's mean; counted only up to PACKED_LIMIT units */
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
  const last = rho + (<usize>end << 2);
  for (let label = rho + (<usize>start << 2); label < last; label += 4, cell += 8) {
    store<i64>(cell, (<i64><i32>(load<f32>(label) * scale) << 32) + ONE_UNIT);
  }
}

/** Cells of 16 bytes { rho, G (W - wBar), G (W - wBar)^2, units below the mean << 16 | units }. */
function fillGradientCells(start: i32, end: i32, wBar: f32, scale: f32, variation: f64): bool {
  const first = records + (<usize>start << 4);
  const lastRecord = records + (<usize>end << 4);
  let treatmentNorm: f64 = 0;
  let small = 0;
  for (let record = first; record < lastRecord; record += 16) {
    const z = load<f32>(record, 4) - wBar;
    treatmentNorm += <f64>abs(load<f32>(record, 12) * z);
    small += <i32>(z < 0);
  }
  if (small < 2 * minNodeSize || end - start - small < 2 * minNodeSize) return false;
  smallCount = small;
  treatmentVariation = variation;
  leastVariation = alpha * variation;
  const treatmentScale = <f32>(FIXED_ONE / treatmentNorm);
  const squareScale = <f32>(FIXED_ONE / variation);
  treatmentStep = 1.0 / <f64>treatmentScale;
  squareStep = 1.0 / <f64>squareScale;
  const smallUnit = end - start < PACKED_LIMIT ? ONE_SMALL_UNIT : ONE_UNIT;
  const scales = f32x4(scale, treatmentScale, squareScale, 0);
  let record = first;
  let cell = cells + (<usize>start << 4);
  const last = rho + (<usize>end << 2);
  for (let label = rho + (<usize>start << 2); label < last; label += 4, record += 16, cell += 16) {
    const z = load<f32>(record, 4) - wBar;
    const gz = load<f32>(record, 12) * z;
    const parts = f32x4.replace_lane(f32x4.replace_lane(f32x4.splat(load<f32>(label)), 1, gz), 2, gz * z);
    v128.store(cell, i32x4.replace_lane(i32x4.trunc_sat_f32x4_s(f32x4.mul(parts, scales)), 3, z < 0 ? smallUnit : ONE_UNIT));
  }
  return true;
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
