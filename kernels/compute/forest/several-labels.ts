/**
 * Labels of forests with several outcomes and treatments: the influence of a unit on every effect of the node, or, without treatments,
 * each outcome less its mean in the node. Treatments are not scaled, so that contrasts with one control weigh alike.
 *
 * A cell is `cellWidth()` int32: { a label for each outcome and treatment, units, weight, then for each treatment G z, G z^2, units with
 * z < 0 }, z = W - wBar. All labels share one scale, as their squares are added.
 */
import { cells, furtherOfSplit, records, weightCells } from './workspace';
import { alpha, minNodeSize, outcomes, treatments, weighted } from './options';
import { splitCount } from './sampling';
import { FIXED_ONE, MIN_LABEL, MIN_TREATMENT_VARIANCE, fillWeightCells, setCounts } from './cells';

export const MAX_TREATMENTS = 16;
export const MAX_OUTCOMES = 16;

/** f64 of the node: means of outcomes and treatments, variation and its inverse (K, K), slopes (K, M), G-norms and residuals */
const yBar: usize = memory.data(8 * 16, 16);
const wBar: usize = memory.data(8 * 16, 16);
const variance: usize = memory.data(8 * 16 * 16, 16);
const inverse: usize = memory.data(8 * 16 * 16, 16);
const slopes: usize = memory.data(8 * 16 * 16, 16);
const zOf: usize = memory.data(8 * 16, 16);
const norms: usize = memory.data(8 * 16 * 16, 16);

/** for each treatment: variation of the node, the least of it that a child keeps, one step of G z and of G z^2 (f64), units below the mean (i32) */
export const variationOf: usize = memory.data(8 * 16, 16);
export const leastVariationOf: usize = memory.data(8 * 16, 16);
export const treatmentStepOf: usize = memory.data(8 * 16, 16);
export const squareStepOf: usize = memory.data(8 * 16, 16);
export const smallCountOf: usize = memory.data(4 * 16, 16);

export function labelCount(): i32 {
  return treatments > 0 ? treatments * outcomes : outcomes;
}

/** i32 words of a cell, a multiple of four. */
export function cellWidth(): i32 {
  return (labelCount() + 2 + 3 * treatments + 3) & ~3;
}

function d(base: usize, index: i32): f64 {
  return load<f64>(base + (<usize>index << 3));
}

function setD(base: usize, index: i32, value: f64): void {
  store<f64>(base + (<usize>index << 3), value);
}

function column(index: i32, record: usize): f64 {
  return <f64>load<f32>(furtherOfSplit + (<usize>(index * splitCount + load<i32>(record)) << 2));
}

export function labelBySeveral(start: i32, end: i32): bool {
  const sumG = findMeans(start, end);
  if (!(sumG > 0)) return false;
  if (treatments > 0 && !findSlopes(start, end, sumG)) return false;
  const norm = writeLabels(start, end);
  if (norm <= MIN_LABEL * sumG) return false;
  fillWeightCells(start, end, sumG, norm);
  setCounts(end - start, end - start);
  return fixCells(start, end, <f32>(FIXED_ONE / norm));
}

function findMeans(start: i32, end: i32): f64 {
  const first = records + (<usize>start << 4);
  const last = records + (<usize>end << 4);
  let sumG: f64 = 0;
  for (let record = first; record < last; record += 16) sumG += <f64>load<f32>(record, 12);
  if (!(sumG > 0)) return 0;
  for (let i = 0; i < treatments + outcomes; i++) {
    let sum: f64 = 0;
    for (let record = first; record < last; record += 16) sum += <f64>load<f32>(record, 12) * column(i, record);
    if (i < treatments) setD(wBar, i, sum / sumG);
    else setD(yBar, i - treatments, sum / sumG);
  }
  return sumG;
}

/** The variance A of the treatments, its inverse, and the slopes beta = A^-1 cov(W, Y); false when A is singular. */
function findSlopes(start: i32, end: i32, sumG: f64): bool {
  const k = treatments;
  memory.fill(variance, 0, <usize>(k * k) << 3);
  memory.fill(slopes, 0, <usize>(k * outcomes) << 3);
  const last = records + (<usize>end << 4);
  for (let record = records + (<usize>start << 4); record < last; record += 16) {
    const g = <f64>load<f32>(record, 12);
    for (let i = 0; i < k; i++) setD(zOf, i, column(i, record) - d(wBar, i));
    for (let i = 0; i < k; i++) {
      const gz = g * d(zOf, i);
      for (let j = 0; j < k; j++) setD(variance, i * k + j, d(variance, i * k + j) + gz * d(zOf, j));
      for (let j = 0; j < outcomes; j++) {
        const at = i * outcomes + j;
        setD(slopes, at, d(slopes, at) + gz * (column(k + j, record) - d(yBar, j)));
      }
    }
  }
  for (let i = 0; i < k; i++) setD(variationOf, i, d(variance, i * k + i));
  for (let i = 0; i < k * k; i++) setD(variance, i, d(variance, i) / sumG);
  for (let i = 0; i < k * outcomes; i++) setD(slopes, i, d(slopes, i) / sumG);
  return invert(k) && multiplySlopes(k);
}

/** Gauss-Jordan without pivoting, which a positive definite matrix does not need. */
function invert(k: i32): bool {
  memory.fill(inverse, 0, <usize>(k * k) << 3);
  for (let i = 0; i < k; i++) setD(inverse, i * k + i, 1);
  for (let i = 0; i < k; i++) {
    const pivot = d(variance, i * k + i);
    if (!(pivot > MIN_TREATMENT_VARIANCE)) return false;
    for (let j = 0; j < k; j++) {
      setD(variance, i * k + j, d(variance, i * k + j) / pivot);
      setD(inverse, i * k + j, d(inverse, i * k + j) / pivot);
    }
    for (let row = 0; row < k; row++) {
      if (row == i) continue;
      const factor = d(variance, row * k + i);
      for (let j = 0; j < k; j++) {
        setD(variance, row * k + j, d(variance, row * k + j) - factor * d(variance, i * k + j));
        setD(inverse, row * k + j, d(inverse, row * k + j) - factor * d(inverse, i * k + j));
      }
    }
  }
  return true;
}

function multiplySlopes(k: i32): bool {
  for (let j = 0; j < outcomes; j++) {
    for (let i = 0; i < k; i++) setD(zOf, i, d(slopes, i * outcomes + j));
    for (let i = 0; i < k; i++) {
      let sum: f64 = 0;
      for (let l = 0; l < k; l++) sum += d(inverse, i * k + l) * d(zOf, l);
      setD(slopes, i * outcomes + j, sum);
    }
  }
  return true;
}

/** Writes labels as f32 where the cells will stand; returns the largest L1 norm of one. */
function writeLabels(start: i32, end: i32): f64 {
  const k = treatments;
  const count = labelCount();
  const bytes = <usize>cellWidth() << 2;
  memory.fill(norms, 0, <usize>count << 3);
  let cell = cells + <usize>start * bytes;
  const last = records + (<usize>end << 4);
  for (let record = records + (<usize>start << 4); record < last; record += 16, cell += bytes) {
    const g = <f64>load<f32>(record, 12);
    for (let i = 0; i < k; i++) setD(zOf, i, column(i, record) - d(wBar, i));
    for (let j = 0; j < outcomes; j++) {
      let residual = column(k + j, record) - d(yBar, j);
      for (let i = 0; i < k; i++) residual -= d(zOf, i) * d(slopes, i * outcomes + j);
      if (k == 0) writeLabel(cell, j, g * residual);
      for (let i = 0; i < k; i++) {
        let direction: f64 = 0;
        for (let l = 0; l < k; l++) direction += d(inverse, i * k + l) * d(zOf, l);
        writeLabel(cell, j * k + i, g * direction * residual);
      }
    }
  }
  let largest: f64 = 0;
  for (let i = 0; i < count; i++) largest = max(largest, d(norms, i));
  return largest;
}

function writeLabel(cell: usize, index: i32, value: f64): void {
  const label = <f32>value;
  store<f32>(cell + (<usize>index << 2), label);
  setD(norms, index, d(norms, index) + <f64>abs(label));
}

/** Turns labels into fixed point and fills the rest of the cells; false when a treatment has too few units on a side of its mean. */
function fixCells(start: i32, end: i32, scale: f32): bool {
  const count = labelCount();
  const bytes = <usize>cellWidth() << 2;
  const first = cells + <usize>start * bytes;
  let cell = first;
  for (let i = start; i < end; i++, cell += bytes) {
    for (let label = 0; label < count; label++) {
      const at = cell + (<usize>label << 2);
      store<i32>(at, <i32>(load<f32>(at) * scale));
    }
    memory.fill(cell + (<usize>count << 2), 0, bytes - (<usize>count << 2));
    store<i32>(cell + (<usize>count << 2), 1);
    store<i32>(cell + (<usize>count << 2), weightOf(i), 4);
  }
  for (let i = 0; i < treatments; i++) if (!fixTreatment(i, start, end, first + (<usize>(count + 2 + 3 * i) << 2), bytes)) return false;
  return true;
}

function weightOf(record: i32): i32 {
  return weighted ? load<i32>(weightCells + (<usize>record << 2)) : 1;
}

function fixTreatment(index: i32, start: i32, end: i32, first: usize, bytes: usize): bool {
  const mean = <f32>d(wBar, index);
  const last = records + (<usize>end << 4);
  let norm: f64 = 0;
  let small = 0;
  for (let record = records + (<usize>start << 4); record < last; record += 16) {
    const z = <f32>column(index, record) - mean;
    norm += <f64>abs(load<f32>(record, 12) * z);
    small += <i32>(z < 0);
  }
  if (small < 2 * minNodeSize || end - start - small < 2 * minNodeSize) return false;
  store<i32>(smallCountOf + (<usize>index << 2), small);
  const treatmentScale = <f32>(FIXED_ONE / norm);
  const squareScale = <f32>(FIXED_ONE / d(variationOf, index));
  setD(leastVariationOf, index, alpha * d(variationOf, index));
  setD(treatmentStepOf, index, 1.0 / <f64>treatmentScale);
  setD(squareStepOf, index, 1.0 / <f64>squareScale);
  let cell = first;
  for (let record = records + (<usize>start << 4); record < last; record += 16, cell += bytes) {
    const z = <f32>column(index, record) - mean;
    const gz = load<f32>(record, 12) * z;
    store<i32>(cell, <i32>(gz * treatmentScale));
    store<i32>(cell, <i32>(gz * z * squareScale), 4);
    store<i32>(cell, <i32>(z < 0), 8);
  }
  return true;
}
