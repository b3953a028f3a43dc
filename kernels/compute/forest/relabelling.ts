/**
 * Relabelling: the pseudo-outcome rho of each unit in a node, as fixed-point histogram cells.
 *
 * Regression: rho = G (Y - yBar). Causal: rho = G (W - wBar) (Y - yBar - tau (W - wBar)), the influence of a unit on the effect tau of
 * the node (Athey, Tibshirani, Wager 2019, section 2.3); recomputed in every node. Rho sums to zero over a node, so a child's sum tells
 * its sibling's. G are sample weights.
 *
 * Cells are int32, scaled per node by 2^30 over the L1 norm: sums cannot overflow and do not depend on their order.
 */
import { cells, records, rho, weightCells } from './workspace';
import { CAUSAL, REGRESSION, alpha, imbalancePenalty, kind, minNodeSize, weighted } from './options';

const FIXED_ONE: f64 = 1073741824.0;
/** Variance of the (standardised) treatment below which a node has no effect to speak of. */
const MIN_TREATMENT_VARIANCE: f64 = 1e-10;
/** Mean absolute label below which a node is constant. */
const MIN_LABEL: f64 = 1e-12;
/** Counts of both kinds fit one int32 cell up to here; in larger nodes alpha alone bounds the children. */
export const PACKED_LIMIT = 32768;
const ONE_UNIT = 1;
const ONE_SMALL_UNIT = 0x10001;

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

/** Labels the records start .. end - 1 of a node; false when they cannot be split. */
export function relabel(start: i32, end: i32): bool {
  return kind == REGRESSION ? labelByOutcome(start, end) : labelByGradient(start, end);
}

function labelByOutcome(start: i32, end: i32): bool {
  const first = records + (<usize>start << 4);
  const last = records + (<usize>end << 4);
  let sumG: f64 = 0;
  let sumY: f64 = 0;
  for (let record = first; record < last; record += 16) {
    const g = <f64>load<f32>(record, 12);
    sumG += g;
    sumY += g * <f64>load<f32>(record, 8);
  }
  if (!(sumG > 0)) return false;
  const yBar = <f32>(sumY / sumG);
  let norm: f64 = 0;
  let label = rho + (<usize>start << 2);
  for (let record = first; record < last; record += 16, label += 4) {
    const value = load<f32>(record, 12) * (load<f32>(record, 8) - yBar);
    store<f32>(label, value);
    norm += <f64>abs(value);
  }
  if (norm <= MIN_LABEL * sumG) return false;
  fillLabelCells(start, end, <f32>(FIXED_ONE / norm));
  fillWeightCells(start, end, sumG, norm);
  return true;
}

function labelByGradient(start: i32, end: i32): bool {
  const first = records + (<usize>start << 4);
  const last = records + (<usize>end << 4);
  let sumG: f64 = 0;
  let sumW: f64 = 0;
  let sumY: f64 = 0;
  let sumWY: f64 = 0;
  let sumWW: f64 = 0;
  for (let record = first; record < last; record += 16) {
    const w = <f64>load<f32>(record, 4);
    const y = <f64>load<f32>(record, 8);
    const g = <f64>load<f32>(record, 12);
    const gw = g * w;
    sumG += g;
    sumW += gw;
    sumY += g * y;
    sumWY += gw * y;
    sumWW += gw * w;
  }
  if (!(sumG > 0)) return false;
  const wBar = sumW / sumG;
  const yBar = sumY / sumG;
  const variation = sumWW - sumW * wBar;
  if (variation <= MIN_TREATMENT_VARIANCE * sumG) return false;
  const tau = <f32>((sumWY - sumW * yBar) / variation);
  const wBar32 = <f32>wBar;
  const yBar32 = <f32>yBar;

  let norm: f64 = 0;
  let treatmentNorm: f64 = 0;
  let small = 0;
  let label = rho + (<usize>start << 2);
  for (let record = first; record < last; record += 16, label += 4) {
    const z = load<f32>(record, 4) - wBar32;
    const gz = load<f32>(record, 12) * z;
    const value = gz * (load<f32>(record, 8) - yBar32 - tau * z);
    store<f32>(label, value);
    norm += <f64>abs(value);
    treatmentNorm += <f64>abs(gz);
    small += <i32>(z < 0);
  }
  if (norm <= MIN_LABEL * sumG) return false;
  const scale = <f32>(FIXED_ONE / norm);
  if (kind == CAUSAL) {
    if (small < 2 * minNodeSize || end - start - small < 2 * minNodeSize) return false;
    smallCount = small;
    treatmentVariation = variation;
    leastVariation = alpha * variation;
    fillGradientCells(start, end, wBar32, scale, <f32>(FIXED_ONE / treatmentNorm), <f32>(FIXED_ONE / variation));
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
function fillGradientCells(start: i32, end: i32, wBar: f32, scale: f32, treatmentScale: f32, squareScale: f32): void {
  treatmentStep = 1.0 / <f64>treatmentScale;
  squareStep = 1.0 / <f64>squareScale;
  const smallUnit = end - start < PACKED_LIMIT ? ONE_SMALL_UNIT : ONE_UNIT;
  const scales = f32x4(scale, treatmentScale, squareScale, 0);
  let record = records + (<usize>start << 4);
  let cell = cells + (<usize>start << 4);
  const last = rho + (<usize>end << 2);
  for (let label = rho + (<usize>start << 2); label < last; label += 4, record += 16, cell += 16) {
    const z = load<f32>(record, 4) - wBar;
    const gz = load<f32>(record, 12) * z;
    const parts = f32x4.replace_lane(f32x4.replace_lane(f32x4.splat(load<f32>(label)), 1, gz), 2, gz * z);
    v128.store(cell, i32x4.replace_lane(i32x4.trunc_sat_f32x4_s(f32x4.mul(parts, scales)), 3, z < 0 ? smallUnit : ONE_UNIT));
  }
}

/** Fixed-point weights, and what depends on their scale. Without weights a unit is one step. */
function fillWeightCells(start: i32, end: i32, sumG: f64, norm: f64): void {
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
