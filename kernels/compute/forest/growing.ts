/**
 * Growing: the honest half that places splits is relabelled, split and partitioned, node by node, depth first.
 *
 * The node range of each feature is tracked so that histograms use no more bins than the node is worth. A node under construction is
 * { left child u32, feature u16, threshold u8, shift u8 }: a unit goes right when (bin - shift) & 255 exceeds the threshold, so that with
 * shift 1 the missing bin 0 becomes 255 and goes right. A leaf is { LEAF, 0, 0, 0 }.
 */
import {
  MAX_PENDING, bins, candidates, columns, featureOrder, features, hasMissing, highestBin, mtryCutoffs, nodes, outcome, pending, ranges, records, shifts, spill,
  splitRows, treatment, weight,
} from './workspace';
import { CAUSAL, alpha, kind, minNodeSize, mtryCutoffCount, weighted } from './options';
import { splitCount } from './sampling';
import { nextBelow, nextWord } from './random';
import { relabel } from './relabelling';
import {
  BINS, LANES, buildFourGradientHistograms, buildFourLabelHistograms, buildGradientHistogram, buildLabelHistogram, buildWeightHistogram, gradientHistogram,
  labelHistogram, weightHistogram,
} from './histogram';
import { bestFeature, bestGain, bestMissingRight, bestThreshold, forgetBest } from './best-split';
import { scanLabels } from './splitting';
import { scanGradients } from './stabilised-splitting';

export const LEAF: u32 = 0x80000000;

/** nodes of the tree just grown */
export let nodeCount: i32 = 0;

/** Grows the tree whose rows were drawn last; its nodes are in `nodes`. */
export function growTree(): void {
  gatherSplitRows();
  nodeCount = 1;
  let waiting = 1;
  store<i32>(pending, 0);
  store<i32>(pending, splitCount, 4);
  store<i32>(pending, 0, 8);
  memory.fill(lowestBins(0), 0, features);
  memory.copy(highestBins(0), highestBin, features);
  for (let feature = 0; feature < features; feature++) store<i32>(featureOrder + (<usize>feature << 2), feature);
  while (waiting > 0) {
    waiting--;
    const place = pending + (<usize>waiting << 4);
    const start = load<i32>(place);
    const end = load<i32>(place, 4);
    const node = load<i32>(place, 8);
    if (findSplit(start, end, waiting)) {
      const middle = partition(start, end);
      openChildren(node, start, middle, end, waiting);
      waiting += 2;
    } else store<u64>(nodes + (<usize>node << 3), LEAF);
  }
}

function lowestBins(place: i32): usize {
  return ranges + <usize>place * 2 * <usize>features;
}

function highestBins(place: i32): usize {
  return lowestBins(place) + <usize>features;
}

/** Copies the split half into records and contiguous columns: all later passes are nearly sequential. */
function gatherSplitRows(): void {
  const count = <usize>splitCount;
  const p = <usize>features;
  for (let i: usize = 0; i < count; i++) {
    const row = <usize>load<i32>(splitRows + (i << 2));
    const from = bins + row * p;
    let to = columns + i;
    for (let feature: usize = 0; feature < p; feature++, to += count) store<u8>(to, load<u8>(from + feature));
    const record = records + (i << 4);
    store<i32>(record, <i32>i);
    store<f32>(record, load<f32>(treatment + (row << 2)), 4);
    store<f32>(record, load<f32>(outcome + (row << 2)), 8);
    store<f32>(record, load<f32>(weight + (row << 2)), 12);
  }
}

function findSplit(start: i32, end: i32, place: i32): bool {
  const count = end - start;
  if (count <= minNodeSize || (kind == CAUSAL && count < 4 * minNodeSize)) return false;
  if (!relabel(start, end)) return false;
  const found = drawCandidates(place, binLimit(count));
  forgetBest();
  let index = 0;
  for (; index + LANES <= found; index += LANES) {
    if (kind == CAUSAL) buildFourGradientHistograms(candidates, index, start, end, splitCount);
    else buildFourLabelHistograms(candidates, index, start, end, splitCount);
    for (let lane = 0; lane < LANES; lane++) scanCandidate(index + lane, lane, start, end, place);
  }
  for (; index < found; index++) {
    if (kind == CAUSAL) buildGradientHistogram(candidates, index, start, end, splitCount);
    else buildLabelHistogram(candidates, index, start, end, splitCount);
    scanCandidate(index, 0, start, end, place);
  }
  return bestGain > 0;
}

/** How many bins a node of this many units is worth; finer ones do not predict better (measured), coarser ones do worse. */
function binLimit(count: i32): i32 {
  if (kind == CAUSAL) return count >= 768 ? BINS : count >= 256 ? 128 : count >= 80 ? 64 : 32;
  return count >= 512 ? BINS : count >= 128 ? 128 : count >= 40 ? 64 : count >= 12 ? 32 : 16;
}

/** Poisson(mtry) features without replacement, at least one; those that are constant in the node are dropped. */
function drawCandidates(place: i32, limit: i32): i32 {
  const draws = max(1, min(poissonDraw(), features));
  const lowest = lowestBins(place);
  const highest = highestBins(place);
  let found = 0;
  for (let i = 0; i < draws; i++) {
    const here = featureOrder + (<usize>i << 2);
    const there = featureOrder + (<usize>(i + nextBelow(features - i)) << 2);
    const feature = load<i32>(there);
    store<i32>(there, load<i32>(here));
    store<i32>(here, feature);
    const low = <i32>load<u8>(lowest + <usize>feature);
    const high = <i32>load<u8>(highest + <usize>feature);
    if (low == high) continue;
    let shift = 0;
    while ((high >> shift) - (low >> shift) >= limit) shift++;
    store<i32>(candidates + (<usize>found << 2), feature);
    store<i32>(shifts + (<usize>found << 2), shift);
    found++;
  }
  return found;
}

function poissonDraw(): i32 {
  const word = nextWord();
  let value = 0;
  while (value < mtryCutoffCount && word >= load<u32>(mtryCutoffs + (<usize>value << 2))) value++;
  return value;
}

/** Judges the cuts of one candidate; with missing values in the node both with them on the left and with them on the right. */
function scanCandidate(index: i32, lane: i32, start: i32, end: i32, place: i32): void {
  const at = <usize>index << 2;
  const feature = load<i32>(candidates + at);
  const shift = load<i32>(shifts + at);
  const low = <i32>load<u8>(lowestBins(place) + <usize>feature);
  const first = low >> shift;
  const last = <i32>load<u8>(highestBins(place) + <usize>feature) >> shift;
  const weights = weightHistogram(lane);
  if (weighted) buildWeightHistogram(candidates, index, lane, start, end, splitCount);
  const mayMiss = low == 0 && load<u8>(hasMissing + <usize>feature) == 1;
  if (kind == CAUSAL) {
    const sums = gradientHistogram(lane);
    const misses = mayMiss && load<i32>(sums, 12) != 0;
    scanGradients(sums, weights, feature, first, last, shift, end - start, false, misses);
    if (!misses) return;
    v128.store(sums, i32x4.splat(0));
    store<i32>(weights, 0);
    scanGradients(sums, weights, feature, first, last, shift, end - start, true, false);
    return;
  }
  const sums = labelHistogram(lane);
  const count = end - start;
  const minChild = max(1, <i32>Math.ceil(<f64>count * alpha));
  const misses = mayMiss && load<i32>(sums) != 0;
  scanLabels(sums, weights, feature, first, last, shift, count, minChild, false, misses);
  if (!misses) return;
  store<i64>(sums, 0);
  store<i32>(weights, 0);
  scanLabels(sums, weights, feature, first, last, shift, count, minChild, true, false);
}

/** Stable and branch-free: records that go left stay in front, in their order. */
function partition(start: i32, end: i32): i32 {
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

/** Writes the split and queues its children, the larger below the smaller. */
function openChildren(node: i32, start: i32, middle: i32, end: i32, place: i32): void {
  const leftNode = nodeCount;
  nodeCount += 2;
  const shift = <u8>bestMissingRight;
  const threshold = <u8>min(bestThreshold, 255);
  const at = nodes + (<usize>node << 3);
  store<u32>(at, leftNode);
  store<u16>(at, <u16>bestFeature, 4);
  store<u8>(at, threshold - shift, 6);
  store<u8>(at, shift, 7);

  const isLeftLarger = middle - start >= end - middle;
  const leftPlace = isLeftLarger ? place : place + 1;
  const rightPlace = isLeftLarger ? place + 1 : place;
  if (place + 1 >= MAX_PENDING) unreachable();
  memory.copy(lowestBins(place + 1), lowestBins(place), 2 * <usize>features);
  store<u8>(highestBins(leftPlace) + <usize>bestFeature, threshold);
  const leftLowest = lowestBins(leftPlace) + <usize>bestFeature;
  const rightLowest = lowestBins(rightPlace) + <usize>bestFeature;
  if (bestMissingRight) store<u8>(leftLowest, max<u8>(load<u8>(leftLowest), 1));
  else store<u8>(rightLowest, threshold + 1);
  queue(leftPlace, start, middle, leftNode);
  queue(rightPlace, middle, end, leftNode + 1);
}

function queue(place: i32, start: i32, end: i32, node: i32): void {
  const at = pending + (<usize>place << 4);
  store<i32>(at, start);
  store<i32>(at, end, 4);
  store<i32>(at, node, 8);
}
