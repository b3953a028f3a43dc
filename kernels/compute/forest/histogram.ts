/**
 * Histograms of a node: the sums of its cells in each bin of a feature.
 *
 * Four features share one pass over the node. A node that needs fewer bins than 256 reads them through a shift, chosen for the range of
 * bins that the node spans. Values of a feature with missing ones start at bin 16, so that no shift up to 4 mixes the two.
 */
import { cells, columns, furtherOfSplit, records, shifts, weightCells } from './workspace';

export const BINS = 256;
/** features that are read in one pass */
export const LANES = 4;

/** 16-byte cells (stabilised splits) or 8-byte cells (others) of each lane, i32 weights of each lane, and i32 failures */
const gradientSums: usize = memory.data(16 * 256 * 4, 64);
const labelSums: usize = memory.data(8 * 256 * 4, 64);
const weightSums: usize = memory.data(4 * 256 * 4, 64);
export const failureHistogram: usize = memory.data(256 * 4, 64);

export function gradientHistogram(lane: i32): usize {
  return gradientSums + (<usize>lane << 12);
}

export function labelHistogram(lane: i32): usize {
  return labelSums + (<usize>lane << 11);
}

export function weightHistogram(lane: i32): usize {
  return weightSums + (<usize>lane << 10);
}

function column(feature: i32, splitCount: i32): usize {
  return columns + <usize>feature * <usize>splitCount;
}

function addGradient(sums: usize, bin: i32, cell: v128): void {
  const slot = sums + (<usize>bin << 4);
  v128.store(slot, i32x4.add(v128.load(slot), cell));
}

function addLabel(sums: usize, bin: i32, cell: i64): void {
  const slot = sums + (<usize>bin << 3);
  store<i64>(slot, load<i64>(slot) + cell);
}

/** Adds the records start .. end - 1 to the histograms of the four candidates from `first` on. */
export function buildFourGradientHistograms(list: usize, first: i32, start: i32, end: i32, splitCount: i32): void {
  const at = <usize>first << 2;
  const column0 = column(load<i32>(list + at), splitCount);
  const column1 = column(load<i32>(list + at, 4), splitCount);
  const column2 = column(load<i32>(list + at, 8), splitCount);
  const column3 = column(load<i32>(list + at, 12), splitCount);
  const shift0 = load<i32>(shifts + at);
  const shift1 = load<i32>(shifts + at, 4);
  const shift2 = load<i32>(shifts + at, 8);
  const shift3 = load<i32>(shifts + at, 12);
  const last = records + (<usize>end << 4);
  let cell = cells + (<usize>start << 4);
  for (let record = records + (<usize>start << 4); record < last; record += 16, cell += 16) {
    const position = <usize>load<i32>(record);
    const value = v128.load(cell);
    addGradient(gradientSums, <i32>load<u8>(column0 + position) >> shift0, value);
    addGradient(gradientSums + 4096, <i32>load<u8>(column1 + position) >> shift1, value);
    addGradient(gradientSums + 8192, <i32>load<u8>(column2 + position) >> shift2, value);
    addGradient(gradientSums + 12288, <i32>load<u8>(column3 + position) >> shift3, value);
  }
}

export function buildGradientHistogram(list: usize, index: i32, start: i32, end: i32, splitCount: i32): void {
  const at = <usize>index << 2;
  const column0 = column(load<i32>(list + at), splitCount);
  const shift = load<i32>(shifts + at);
  const last = records + (<usize>end << 4);
  let cell = cells + (<usize>start << 4);
  for (let record = records + (<usize>start << 4); record < last; record += 16, cell += 16) {
    addGradient(gradientSums, <i32>load<u8>(column0 + <usize>load<i32>(record)) >> shift, v128.load(cell));
  }
}

export function buildFourLabelHistograms(list: usize, first: i32, start: i32, end: i32, splitCount: i32): void {
  const at = <usize>first << 2;
  const column0 = column(load<i32>(list + at), splitCount);
  const column1 = column(load<i32>(list + at, 4), splitCount);
  const column2 = column(load<i32>(list + at, 8), splitCount);
  const column3 = column(load<i32>(list + at, 12), splitCount);
  const shift0 = load<i32>(shifts + at);
  const shift1 = load<i32>(shifts + at, 4);
  const shift2 = load<i32>(shifts + at, 8);
  const shift3 = load<i32>(shifts + at, 12);
  const last = records + (<usize>end << 4);
  let cell = cells + (<usize>start << 3);
  for (let record = records + (<usize>start << 4); record < last; record += 16, cell += 8) {
    const position = <usize>load<i32>(record);
    const value = load<i64>(cell);
    addLabel(labelSums, <i32>load<u8>(column0 + position) >> shift0, value);
    addLabel(labelSums + 2048, <i32>load<u8>(column1 + position) >> shift1, value);
    addLabel(labelSums + 4096, <i32>load<u8>(column2 + position) >> shift2, value);
    addLabel(labelSums + 6144, <i32>load<u8>(column3 + position) >> shift3, value);
  }
}

export function buildLabelHistogram(list: usize, index: i32, start: i32, end: i32, splitCount: i32): void {
  const at = <usize>index << 2;
  const column0 = column(load<i32>(list + at), splitCount);
  const shift = load<i32>(shifts + at);
  const last = records + (<usize>end << 4);
  let cell = cells + (<usize>start << 3);
  for (let record = records + (<usize>start << 4); record < last; record += 16, cell += 8) {
    addLabel(labelSums, <i32>load<u8>(column0 + <usize>load<i32>(record)) >> shift, load<i64>(cell));
  }
}

/** Weights by bin, for rules that judge by weight. */
export function buildWeightHistogram(list: usize, index: i32, lane: i32, start: i32, end: i32, splitCount: i32): void {
  const at = <usize>index << 2;
  const column0 = column(load<i32>(list + at), splitCount);
  const shift = load<i32>(shifts + at);
  const sums = weightHistogram(lane);
  for (let i = start; i < end; i++) {
    const position = <usize>load<i32>(records + (<usize>i << 4));
    const slot = sums + (<usize>(<i32>load<u8>(column0 + position) >> shift) << 2);
    store<i32>(slot, load<i32>(slot) + load<i32>(weightCells + (<usize>i << 2)));
  }
}

/** Failures by bin, for forests over censored times; they are told by the second further column. */
export function buildFailureHistogram(list: usize, index: i32, start: i32, end: i32, splitCount: i32): void {
  const at = <usize>index << 2;
  const column0 = column(load<i32>(list + at), splitCount);
  const failed = furtherOfSplit + (<usize>splitCount << 2);
  const shift = load<i32>(shifts + at);
  for (let i = start; i < end; i++) {
    const position = <usize>load<i32>(records + (<usize>i << 4));
    const slot = failureHistogram + (<usize>(<i32>load<u8>(column0 + position) >> shift) << 2);
    store<i32>(slot, load<i32>(slot) + <i32>(load<f32>(failed + (position << 2)) > 0));
  }
}

/** Cells of several labels by bin: `width` i32, a multiple of four. */
export function buildWideHistogram(list: usize, index: i32, start: i32, end: i32, splitCount: i32, sums: usize, width: i32): void {
  const at = <usize>index << 2;
  const column0 = column(load<i32>(list + at), splitCount);
  const shift = load<i32>(shifts + at);
  const bytes = <usize>width << 2;
  let cell = cells + <usize>start * bytes;
  for (let i = start; i < end; i++, cell += bytes) {
    const position = <usize>load<i32>(records + (<usize>i << 4));
    const slot = sums + <usize>(<i32>load<u8>(column0 + position) >> shift) * bytes;
    for (let part: usize = 0; part < bytes; part += 16) {
      v128.store(slot + part, i32x4.add(v128.load(slot + part), v128.load(cell + part)));
    }
  }
}
