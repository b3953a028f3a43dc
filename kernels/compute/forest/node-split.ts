/**
 * The best split of a node: candidates are drawn, their histograms built and their cuts judged.
 *
 * The node range of each feature is tracked so that histograms use no more bins than the node is worth.
 */
import { SAMPLED, candidateColumns, candidates, columns, factors, featureOrder, features, hasMissing, highestBin, isCategorical, mtryCutoffs, ranges, records, sampleStart, shifts, subsetCapacity, wideSums } from './workspace';
import { LABEL_RATIO, SPLIT_LABELS, SPLIT_SEVERAL, SPLIT_STABILISED, judgedByWeight, labelling, minNodeSize, mtryCutoffCount, splitting, treatments } from './options';
import { splitCount } from './sampling';
import { nextBelow, nextWord } from './random';
import { relabel } from './labels';
import {
  BINS, LANES, buildFailureHistogram, buildFourGradientHistograms, buildFourLabelHistograms, buildGradientHistogram, buildLabelHistogram, buildWeightHistogram,
  buildWideHistogram, failureHistogram, gradientHistogram, labelHistogram, weightHistogram,
} from './histogram';
import { bestGain, forgetBest } from './best-split';
import { scanLabels } from './splitting';
import { scanGradients } from './stabilised-splitting';
import { dropMissingUnits, hasMissingUnits, scanSeveral } from './several-splitting';
import { cellWidth } from './several-labels';
import { scanLevels } from './levels';

/** Ranges of the features in the node that waits at a place; those of the root are all that the features have. */
export function openRanges(): void {
  memory.fill(lowestBins(0), 0, features);
  memory.copy(highestBins(0), highestBin, features);
  for (let feature = 0; feature < features; feature++) store<i32>(featureOrder + (<usize>feature << 2), feature);
}

export function lowestBins(place: i32): usize {
  return ranges + <usize>place * 2 * <usize>features;
}

export function highestBins(place: i32): usize {
  return lowestBins(place) + <usize>features;
}

/** Finds the best split of a node, which becomes that of best-split.ts; false when there is none. */
export function findSplit(start: i32, end: i32, place: i32, hasRoomForSubset: bool): bool {
  const count = end - start;
  if (count <= minNodeSize || (isBalanced() && count < 4 * minNodeSize)) return false;
  // a level that the sample lacks would go to the wrong side, and a child that must be large would have to be larger
  if (count > SAMPLED && 32 * minNodeSize <= SAMPLED && subsetCapacity == 0) {
    sampleRecords(start, count);
    if (findSplitAmong(sampleStart, sampleStart + SAMPLED, place, hasRoomForSubset)) return true;
  }
  return findSplitAmong(start, end, place, hasRoomForSubset);
}

/** Copies records at equal distances in the order of their rows. */
function sampleRecords(start: i32, count: i32): void {
  let to = records + (<usize>sampleStart << 4);
  for (let i = 0; i < SAMPLED; i++, to += 16) {
    v128.store(to, v128.load(records + (<usize>(start + <i32>(<i64>i * <i64>count / <i64>SAMPLED)) << 4)));
  }
}

function findSplitAmong(start: i32, end: i32, place: i32, hasRoomForSubset: bool): bool {
  const count = end - start;
  if (!relabel(start, end)) return false;
  const found = drawCandidates(place, binLimit(count), hasRoomForSubset);
  forgetBest();
  let index = 0;
  if (splitting == SPLIT_SEVERAL) {
    for (; index < found; index++) {
      buildWideHistogram(index, start, end, wideSums, cellWidth());
      scanCandidate(index, 0, start, end, place);
    }
  }
  for (; index + LANES <= found; index += LANES) {
    if (splitting == SPLIT_STABILISED) buildFourGradientHistograms(index, start, end);
    else buildFourLabelHistograms(index, start, end);
    for (let lane = 0; lane < LANES; lane++) scanCandidate(index + lane, lane, start, end, place);
  }
  for (; index < found; index++) {
    if (splitting == SPLIT_STABILISED) buildGradientHistogram(index, start, end);
    else buildLabelHistogram(index, start, end);
    scanCandidate(index, 0, start, end, place);
  }
  return bestGain > 0;
}

/** Each child keeps units below and above the mean treatment. */
function isBalanced(): bool {
  return splitting == SPLIT_STABILISED || (splitting == SPLIT_SEVERAL && treatments > 0);
}

/** How many bins a node of this many units is worth; finer ones do not predict better (measured), coarser ones do worse. */
function binLimit(count: i32): i32 {
  if (isBalanced()) return count >= 768 ? BINS : count >= 256 ? 128 : count >= 80 ? 64 : 32;
  return count >= 512 ? BINS : count >= 128 ? 128 : count >= 40 ? 64 : count >= 12 ? 32 : 16;
}

/** Poisson(mtry) features without replacement, at least one; those that are constant in the node are dropped. */
function drawCandidates(place: i32, limit: i32, hasRoomForSubset: bool): i32 {
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
    const isLevels = load<u8>(isCategorical + <usize>feature) == 1;
    if (isLevels && !hasRoomForSubset) continue;
    let shift = 0;
    while (!isLevels && (high >> shift) - (low >> shift) >= limit) shift++;
    store<i32>(candidates + (<usize>found << 2), feature);
    store<usize>(candidateColumns + (<usize>found << 2), columns + <usize>feature * <usize>splitCount);
    store<i32>(shifts + (<usize>found << 2), shift);
    store<i32>(factors + (<usize>found << 2), 16 >> shift);
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
  if (judgedByWeight && splitting != SPLIT_SEVERAL) buildWeightHistogram(index, lane, start, end);
  if (labelling == LABEL_RATIO) buildFailureHistogram(index, start, end);
  if (load<u8>(isCategorical + <usize>feature) == 1) {
    scanLevels(lane, feature, last);
    return;
  }
  const mayMiss = low == 0 && load<u8>(hasMissing + <usize>feature) == 1;
  if (splitting == SPLIT_STABILISED) scanByGradients(lane, feature, first, last, shift, mayMiss);
  else if (splitting == SPLIT_LABELS) scanByLabels(lane, feature, first, last, shift, mayMiss);
  else {
    const misses = mayMiss && hasMissingUnits();
    scanSeveral(wideSums, feature, first, last, shift, false, misses);
    if (!misses) return;
    dropMissingUnits();
    scanSeveral(wideSums, feature, first, last, shift, true, false);
  }
}

function scanByGradients(lane: i32, feature: i32, first: i32, last: i32, shift: i32, mayMiss: bool): void {
  const sums = gradientHistogram(lane);
  const weights = weightHistogram(lane);
  const misses = mayMiss && load<i32>(sums, 12) != 0;
  scanGradients(sums, weights, failureHistogram, feature, first, last, shift, false, misses);
  if (!misses) return;
  v128.store(sums, i32x4.splat(0));
  store<i32>(weights, 0);
  store<i32>(failureHistogram, 0);
  scanGradients(sums, weights, failureHistogram, feature, first, last, shift, true, false);
}

function scanByLabels(lane: i32, feature: i32, first: i32, last: i32, shift: i32, mayMiss: bool): void {
  const sums = labelHistogram(lane);
  const weights = weightHistogram(lane);
  const misses = mayMiss && load<i64>(sums) != 0;
  scanLabels(sums, weights, feature, first, last, shift, false, misses);
  if (!misses) return;
  store<i64>(sums, 0);
  store<i32>(weights, 0);
  scanLabels(sums, weights, feature, first, last, shift, true, false);
}
