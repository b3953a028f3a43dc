/**
 * Histograms of a leaf: the sums of its { hessian, gradient } pairs in each bin of each feature.
 *
 * A pair is one i64, so one addition sums both; sums are of integers, so neither the order of rows nor their split over workers matters,
 * and a sibling is exactly its parent less the other child. Four features are read at once.
 */
import { bins, gradients, groups, histogram, histogramBytes, HISTOGRAM_SHIFT, inBag, received, RECORD_SHIFT, records, rows, stride } from './workspace';

let groupCount: i32 = 0;

export function setGroupCount(count: i32): void {
  groupCount = count;
}

/** Lists the rows of the bag. Returns how many there are. */
export function listBag(): i32 {
  let record = records;
  for (let row = 0; row < rows; row++) {
    store<i32>(record, row);
    store<i64>(record, load<i64>(gradients + (<usize>row << 3)), 8);
    record += <usize>load<u8>(inBag + <usize>row) << RECORD_SHIFT;
  }
  return <i32>((record - records) >> RECORD_SHIFT);
}

function add(sums: usize, bin: u32, pair: i64): void {
  const cell = sums + (<usize>bin << 3);
  store<i64>(cell, load<i64>(cell) + pair);
}

function addFour(sums: usize, four: u32, pair: i64): void {
  add(sums, four & 0xff, pair);
  add(sums + 2048, (four >> 8) & 0xff, pair);
  add(sums + 4096, (four >> 16) & 0xff, pair);
  add(sums + 6144, four >> 24, pair);
}

/** Sums the records start .. end - 1. */
export function buildHistogram(slot: i32, start: i32, end: i32): void {
  const sums = histogram(slot);
  memory.fill(sums, 0, histogramBytes);
  const first = records + (<usize>start << RECORD_SHIFT);
  const last = records + (<usize>end << RECORD_SHIFT);
  let g = 0;
  for (; g + 4 <= groupCount; g += 4) addFourGroups(sums, g, first, last);
  for (; g < groupCount; g++) addGroup(sums, g, first, last);
}

function group(index: i32): usize {
  return <usize>load<i32>(groups + (<usize>index << 2)) << 2;
}

function addFourGroups(sums: usize, index: i32, first: usize, last: usize): void {
  const group0 = group(index);
  const group1 = group(index + 1);
  const group2 = group(index + 2);
  const group3 = group(index + 3);
  const sums0 = sums + (group0 << HISTOGRAM_SHIFT);
  const sums1 = sums + (group1 << HISTOGRAM_SHIFT);
  const sums2 = sums + (group2 << HISTOGRAM_SHIFT);
  const sums3 = sums + (group3 << HISTOGRAM_SHIFT);
  for (let record = first; record < last; record += 16) {
    const row = bins + <usize>load<i32>(record) * <usize>stride;
    const pair = load<i64>(record, 8);
    addFour(sums0, load<u32>(row + group0), pair);
    addFour(sums1, load<u32>(row + group1), pair);
    addFour(sums2, load<u32>(row + group2), pair);
    addFour(sums3, load<u32>(row + group3), pair);
  }
}

function addGroup(sums: usize, index: i32, first: usize, last: usize): void {
  const group0 = group(index);
  const sums0 = sums + (group0 << HISTOGRAM_SHIFT);
  for (let record = first; record < last; record += 16) {
    addFour(sums0, load<u32>(bins + <usize>load<i32>(record) * <usize>stride + group0), load<i64>(record, 8));
  }
}

/** Adds the sums of another worker. */
export function addReceived(slot: i32): void {
  const sums = histogram(slot);
  for (let at: usize = 0; at < histogramBytes; at += 16) {
    v128.store(sums + at, i64x2.add(v128.load(sums + at), v128.load(received + at)));
  }
}

/** Parent less one child is the other child, in place of the parent. */
export function subtractHistogram(parent: i32, child: i32): void {
  const from = histogram(parent);
  const sums = histogram(child);
  for (let at: usize = 0; at < histogramBytes; at += 16) {
    v128.store(from + at, i64x2.sub(v128.load(from + at), v128.load(sums + at)));
  }
}
