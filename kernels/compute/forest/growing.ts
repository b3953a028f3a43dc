/**
 * Growing: the honest half that places splits is relabelled, split and partitioned, node by node, depth first.
 *
 * A node under construction is { left child u32, feature u16, threshold u8, shift u8 }: a unit goes right when (bin - shift) & 255 exceeds the threshold, so that with
 * shift 1 the missing bin 0 becomes 255 and goes right. With the CATEGORY bit in its feature it is { left child u32, feature u16,
 * number of its subset u16 }: a unit goes right when its level is in the subset. A leaf is { LEAF | its number, 0, 0, 0 }.
 */
import {
  MAX_PENDING, SUBSET_BYTES, bins, columns, features, further, furtherOfSplit, nodes, outcome, pending, records, rows, spill, splitRows, subsetCapacity, subsets,
  treatment, weight,
} from './workspace';
import { furtherColumns } from './options';
import { splitCount } from './sampling';
import { bestFeature, bestIsSubset, bestMissingRight, bestThreshold, hasLevel, presentLevels, rightLevels } from './best-split';
import { findSplit, highestBins, lowestBins, openRanges } from './node-split';
import { CATEGORY, LEAF } from './traversal';

/** nodes and subsets of the tree just grown */
export let nodeCount: i32 = 0;
export let subsetCount: i32 = 0;

/** Grows the tree whose rows were drawn last; its nodes are in `nodes`. */
export function growTree(): void {
  gatherSplitRows();
  nodeCount = 1;
  subsetCount = 0;
  let waiting = 1;
  store<i32>(pending, 0);
  store<i32>(pending, splitCount, 4);
  store<i32>(pending, 0, 8);
  openRanges();
  while (waiting > 0) {
    waiting--;
    const place = pending + (<usize>waiting << 4);
    const start = load<i32>(place);
    const end = load<i32>(place, 4);
    const node = load<i32>(place, 8);
    if (findSplit(start, end, waiting, subsetCount < subsetCapacity)) {
      const middle = partition(start, end);
      openChildren(node, start, middle, end, waiting);
      waiting += 2;
    } else store<u64>(nodes + (<usize>node << 3), LEAF | node);
  }
}

/** Copies the split half into records and contiguous columns: all later passes are nearly sequential. */
function gatherSplitRows(): void {
  const count = <usize>splitCount;
  for (let feature: usize = 0; feature < <usize>features; feature++) {
    const from = bins + feature * <usize>rows;
    const to = columns + feature * count;
    for (let i: usize = 0; i < count; i++) store<u8>(to + i, load<u8>(from + <usize>load<i32>(splitRows + (i << 2))));
  }
  for (let i: usize = 0; i < count; i++) {
    const row = <usize>load<i32>(splitRows + (i << 2));
    const record = records + (i << 4);
    store<i32>(record, <i32>i);
    store<f32>(record, load<f32>(treatment + (row << 2)), 4);
    store<f32>(record, load<f32>(outcome + (row << 2)), 8);
    store<f32>(record, load<f32>(weight + (row << 2)), 12);
  }
  for (let index: usize = 0; index < <usize>furtherColumns; index++) {
    const from = further + index * (<usize>rows << 2);
    const to = furtherOfSplit + index * (count << 2);
    for (let i: usize = 0; i < count; i++) store<f32>(to + (i << 2), load<f32>(from + (<usize>load<i32>(splitRows + (i << 2)) << 2)));
  }
}

/** Stable and branch-free: records that go left stay in front, in their order. */
function partition(start: i32, end: i32): i32 {
  if (bestIsSubset) return partitionByLevels(start, end);
  const column = columns + <usize>bestFeature * <usize>splitCount;
  const shift = <i32>bestMissingRight;
  const threshold = min(bestThreshold, 255) - shift;
  const first = records + (<usize>start << 4);
  const last = records + (<usize>end << 4);
  let left = first;
  let right = spill;
  for (let record = first; record < last; record += 16) {
    const value = v128.load(record);
    const bin = <i32>load<u8>(column + <usize>i32x4.extract_lane(value, 0));
    const goesRight = <usize>(((bin - shift) & 255) > threshold);
    v128.store(left, value);
    v128.store(right, value);
    left += (1 - goesRight) << 4;
    right += goesRight << 4;
  }
  memory.copy(left, spill, right - spill);
  return <i32>((left - records) >> 4);
}

function partitionByLevels(start: i32, end: i32): i32 {
  const column = columns + <usize>bestFeature * <usize>splitCount;
  const first = records + (<usize>start << 4);
  const last = records + (<usize>end << 4);
  let left = first;
  let right = spill;
  for (let record = first; record < last; record += 16) {
    const value = v128.load(record);
    const goesRight = <usize>hasLevel(rightLevels, load<u8>(column + <usize>i32x4.extract_lane(value, 0)));
    v128.store(left, value);
    v128.store(right, value);
    left += (1 - goesRight) << 4;
    right += goesRight << 4;
  }
  memory.copy(left, spill, right - spill);
  return <i32>((left - records) >> 4);
}

/** Writes the split and queues its children, the larger below the smaller. */
function openChildren(node: i32, start: i32, middle: i32, end: i32, place: i32): void {
  const leftNode = nodeCount;
  nodeCount += 2;
  const isLeftLarger = middle - start >= end - middle;
  const leftPlace = isLeftLarger ? place : place + 1;
  const rightPlace = isLeftLarger ? place + 1 : place;
  if (place + 1 >= MAX_PENDING) unreachable();
  memory.copy(lowestBins(place + 1), lowestBins(place), 2 * <usize>features);
  const at = nodes + (<usize>node << 3);
  store<u32>(at, leftNode);
  if (bestIsSubset) {
    store<u16>(at, CATEGORY | <u16>bestFeature, 4);
    store<u16>(at, <u16>subsetCount, 6);
    storeSubset(subsets + <usize>subsetCount * SUBSET_BYTES, isLeftLarger);
    subsetCount++;
  } else {
    const shift = <u8>bestMissingRight;
    const threshold = <u8>min(bestThreshold, 255);
    store<u16>(at, <u16>bestFeature, 4);
    store<u8>(at, threshold - shift, 6);
    store<u8>(at, shift, 7);
    store<u8>(highestBins(leftPlace) + <usize>bestFeature, threshold);
    const leftLowest = lowestBins(leftPlace) + <usize>bestFeature;
    if (bestMissingRight) store<u8>(leftLowest, max<u8>(load<u8>(leftLowest), 1));
    else store<u8>(lowestBins(rightPlace) + <usize>bestFeature, threshold + 1);
  }
  queue(leftPlace, start, middle, leftNode);
  queue(rightPlace, middle, end, leftNode + 1);
}

/** Levels that the node does not have go to its larger child. */
function storeSubset(at: usize, isLeftLarger: bool): void {
  for (let part: usize = 0; part < SUBSET_BYTES; part += 8) {
    const right = load<u64>(rightLevels + part);
    store<u64>(at + part, isLeftLarger ? right : right | ~load<u64>(presentLevels + part));
  }
}

function queue(place: i32, start: i32, end: i32, node: i32): void {
  const at = pending + (<usize>place << 4);
  store<i32>(at, start);
  store<i32>(at, end, 4);
  store<i32>(at, node, 8);
}
