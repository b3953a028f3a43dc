/**
 * Histograms of a node: the sums of its cells in each bin of a feature.
 *
 * Four features share one pass over the node. A node that needs fewer bins than 256 reads them through a shift, chosen for the range of
 * bins that the node spans. Values of a feature with missing ones start at bin 16, so that no shift up to 4 mixes the two.
 */
import { candidateColumns, cells, factors, furtherOfSplit, records, shifts, weightCells } from './workspace';
import { splitCount } from './sampling';

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

/** The bins of a candidate in the split half, by position. */
function columnOf(candidate: i32): usize {
  return load<usize>(candidateColumns + (<usize>candidate << 2));
}

function shiftOf(candidate: i32): i32 {
  return load<i32>(shifts + (<usize>candidate << 2));
}

/** Moves a bin so that bits 4 to 11 of the product are its slot: a shift by a variable costs three times as much. */
function factorOf(candidate: i32): i32 {
  return load<i32>(factors + (<usize>candidate << 2));
}

const SLOT_BITS = 0xff0;

function addGradient(sums: usize, bin: i32, factor: i32, cell: v128): void {
  const slot = sums + <usize>(bin * factor & SLOT_BITS);
  v128.store(slot, i32x4.add(v128.load(slot), cell));
}

function addLabel(sums: usize, bin: i32, factor: i32, cell: i64): void {
  const slot = sums + (<usize>(bin * factor & SLOT_BITS) >> 1);
  store<i64>(slot, load<i64>(slot) + cell);
}

/** Adds the records start .. end - 1 to the histograms of the four candidates from `first` on. */
export function buildFourGradientHistograms(first: i32, start: i32, end: i32): void {
  const column0 = columnOf(first);
  const column1 = columnOf(first + 1);
  const column2 = columnOf(first + 2);
  const column3 = columnOf(first + 3);
  const factor0 = factorOf(first);
  const factor1 = factorOf(first + 1);
  const factor2 = factorOf(first + 2);
  const factor3 = factorOf(first + 3);
  const last = records + (<usize>end << 4);
  let cell = cells + (<usize>start << 4);
  for (let record = records + (<usize>start << 4); record < last; record += 16, cell += 16) {
    const position = <usize>load<i32>(record);
    const value = v128.load(cell);
    addGradient(gradientSums, load<u8>(column0 + position), factor0, value);
    addGradient(gradientSums + 4096, load<u8>(column1 + position), factor1, value);
    addGradient(gradientSums + 8192, load<u8>(column2 + position), factor2, value);
    addGradient(gradientSums + 12288, load<u8>(column3 + position), factor3, value);
  }
}

export function buildGradientHistogram(candidate: i32, start: i32, end: i32): void {
  const column = columnOf(candidate);
  const factor = factorOf(candidate);
  const last = records + (<usize>end << 4);
  let cell = cells + (<usize>start << 4);
  for (let record = records + (<usize>start << 4); record < last; record += 16, cell += 16) {
    addGradient(gradientSums, load<u8>(column + <usize>load<i32>(record)), factor, v128.load(cell));
  }
}

export function buildFourLabelHistograms(first: i32, start: i32, end: i32): void {
  const column0 = columnOf(first);
  const column1 = columnOf(first + 1);
  const column2 = columnOf(first + 2);
  const column3 = columnOf(first + 3);
  const factor0 = factorOf(first);
  const factor1 = factorOf(first + 1);
  const factor2 = factorOf(first + 2);
  const factor3 = factorOf(first + 3);
  const last = records + (<usize>end << 4);
  let cell = cells + (<usize>start << 3);
  for (let record = records + (<usize>start << 4); record < last; record += 16, cell += 8) {
    const position = <usize>load<i32>(record);
    const value = load<i64>(cell);
    addLabel(labelSums, load<u8>(column0 + position), factor0, value);
    addLabel(labelSums + 2048, load<u8>(column1 + position), factor1, value);
    addLabel(labelSums + 4096, load<u8>(column2 + position), factor2, value);
    addLabel(labelSums + 6144, load<u8>(column3 + position), factor3, value);
  }
}

export function buildLabelHistogram(candidate: i32, start: i32, end: i32): void {
  const column = columnOf(candidate);
  const factor = factorOf(candidate);
  const last = records + (<usize>end << 4);
  let cell = cells + (<usize>start << 3);
  for (let record = records + (<usize>start << 4); record < last; record += 16, cell += 8) {
    addLabel(labelSums, load<u8>(column + <usize>load<i32>(record)), factor, load<i64>(cell));
  }
}

/** Weights by bin, for rules that judge by weight. */
export function buildWeightHistogram(candidate: i32, lane: i32, start: i32, end: i32): void {
  const column = columnOf(candidate);
  const shift = shiftOf(candidate);
  const sums = weightHistogram(lane);
  for (let i = start; i < end; i++) {
    const position = <usize>load<i32>(records + (<usize>i << 4));
    const slot = sums + (<usize>(<i32>load<u8>(column + position) >> shift) << 2);
    store<i32>(slot, load<i32>(slot) + load<i32>(weightCells + (<usize>i << 2)));
  }
}

/** Failures by bin, for forests over censored times; they are told by the second further column. */
export function buildFailureHistogram(candidate: i32, start: i32, end: i32): void {
  const column = columnOf(candidate);
  const shift = shiftOf(candidate);
  const failed = furtherOfSplit + (<usize>splitCount << 2);
  for (let i = start; i < end; i++) {
    const position = <usize>load<i32>(records + (<usize>i << 4));
    const slot = failureHistogram + (<usize>(<i32>load<u8>(column + position) >> shift) << 2);
    store<i32>(slot, load<i32>(slot) + <i32>(load<f32>(failed + (position << 2)) > 0));
  }
}

/** Cells of several labels by bin: `width` i32, a multiple of four. */
export function buildWideHistogram(candidate: i32, start: i32, end: i32, sums: usize, width: i32): void {
  const column = columnOf(candidate);
  const shift = shiftOf(candidate);
  const bytes = <usize>width << 2;
  let cell = cells + <usize>start * bytes;
  for (let i = start; i < end; i++, cell += bytes) {
    const position = <usize>load<i32>(records + (<usize>i << 4));
    const slot = sums + <usize>(<i32>load<u8>(column + position) >> shift) * bytes;
    for (let part: usize = 0; part < bytes; part += 16) {
      v128.store(slot + part, i32x4.add(v128.load(slot + part), v128.load(cell + part)));
    }
  }
}
