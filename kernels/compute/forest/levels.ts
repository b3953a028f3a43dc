/**
 * Splitting by a feature without order: its levels are ordered by their mean label in the node, and the best cut of that order is a subset
 * of the levels. For one label no other subset has a higher gain (Fisher 1958); with several, each label's order is tried in turn.
 *
 * Missing values are a level. Levels that the node does not have go to its larger child; see growing.ts.
 */
import { wideOrdered, wideSums } from './workspace';
import { SPLIT_LABELS, SPLIT_STABILISED, judgedByWeight, splitting } from './options';
import { failureHistogram, gradientHistogram, labelHistogram, weightHistogram } from './histogram';
import { PACKED_LIMIT, countTotal } from './cells';
import { bestGain, keepSubset } from './best-split';
import { scanLabels } from './splitting';
import { scanGradients } from './stabilised-splitting';
import { scanSeveral } from './several-splitting';
import { cellWidth, labelCount } from './several-labels';

/** levels in the order of their means, and the means in that order */
const order: usize = memory.data(4 * 256, 16);
const means: usize = memory.data(8 * 256, 16);
const orderedGradients: usize = memory.data(16 * 256, 64);
const orderedLabels: usize = memory.data(8 * 256, 64);
const orderedWeights: usize = memory.data(4 * 256, 64);
const orderedFailures: usize = memory.data(4 * 256, 64);
let found = 0;

/** Offers the best subset of levels of one feature, whose histogram stands in `lane`; clears it. */
export function scanLevels(lane: i32, feature: i32, last: i32): void {
  if (splitting == SPLIT_LABELS) scanLabelLevels(lane, feature, last);
  else if (splitting == SPLIT_STABILISED) scanGradientLevels(lane, feature, last);
  else scanSeveralLevels(feature, last);
}

/** Puts a level behind those of a lower mean, and of the same mean. */
function insert(level: i32, rho: i32, weight: i32): void {
  const mean = weight > 0 ? <f64>rho / <f64>weight : 0;
  let place = found++;
  for (; place > 0 && load<f64>(means + (<usize>(place - 1) << 3)) > mean; place--) {
    store<f64>(means + (<usize>place << 3), load<f64>(means + (<usize>(place - 1) << 3)));
    store<i32>(order + (<usize>place << 2), load<i32>(order + (<usize>(place - 1) << 2)));
  }
  store<f64>(means + (<usize>place << 3), mean);
  store<i32>(order + (<usize>place << 2), level);
}

/** Moves i32 sums into the order, clearing them. */
function moveWords(from: usize, to: usize): void {
  for (let place = 0; place < found; place++) {
    const at = from + (<usize>load<i32>(order + (<usize>place << 2)) << 2);
    store<i32>(to + (<usize>place << 2), load<i32>(at));
    store<i32>(at, 0);
  }
}

function scanLabelLevels(lane: i32, feature: i32, last: i32): void {
  const sums = labelHistogram(lane);
  const weights = weightHistogram(lane);
  found = 0;
  for (let level = 0; level <= last; level++) {
    const cell = load<i64>(sums + (<usize>level << 3));
    const weight = judgedByWeight ? load<i32>(weights + (<usize>level << 2)) : <i32>cell;
    if (cell != 0 || weight != 0) insert(level, <i32>(cell >> 32), weight);
  }
  for (let place = 0; place < found; place++) {
    const at = sums + (<usize>load<i32>(order + (<usize>place << 2)) << 3);
    store<i64>(orderedLabels + (<usize>place << 3), load<i64>(at));
    store<i64>(at, 0);
  }
  if (judgedByWeight) moveWords(weights, orderedWeights);
  const before = bestGain;
  scanLabels(orderedLabels, orderedWeights, feature, 0, found - 1, 0, false, false);
  if (bestGain > before) keepSubset(order, found);
}

function scanGradientLevels(lane: i32, feature: i32, last: i32): void {
  const sums = gradientHistogram(lane);
  const weights = weightHistogram(lane);
  const upperHalf = countTotal < PACKED_LIMIT ? 16 : 31;
  const countMask = countTotal < PACKED_LIMIT ? 0xffff : -1;
  found = 0;
  for (let level = 0; level <= last; level++) {
    const at = sums + (<usize>level << 4);
    const units = load<i32>(at, 12);
    if (units != 0) insert(level, load<i32>(at), judgedByWeight ? load<i32>(weights + (<usize>level << 2)) : (units & countMask) + (units >> upperHalf));
  }
  for (let place = 0; place < found; place++) {
    const at = sums + (<usize>load<i32>(order + (<usize>place << 2)) << 4);
    v128.store(orderedGradients + (<usize>place << 4), v128.load(at));
    v128.store(at, i32x4.splat(0));
  }
  if (judgedByWeight) moveWords(weights, orderedWeights);
  moveWords(failureHistogram, orderedFailures);
  const before = bestGain;
  scanGradients(orderedGradients, orderedWeights, orderedFailures, feature, 0, found - 1, 0, false, false);
  if (bestGain > before) keepSubset(order, found);
}

function scanSeveralLevels(feature: i32, last: i32): void {
  const bytes = <usize>cellWidth() << 2;
  const count = labelCount();
  for (let label = 0; label < count; label++) {
    found = 0;
    for (let level = 0; level <= last; level++) {
      const at = wideSums + <usize>level * bytes;
      if (load<i32>(at + (<usize>count << 2)) != 0) insert(level, load<i32>(at + (<usize>label << 2)), load<i32>(at + (<usize>(count + 1) << 2)));
    }
    for (let place = 0; place < found; place++) {
      memory.copy(wideOrdered + <usize>place * bytes, wideSums + <usize>load<i32>(order + (<usize>place << 2)) * bytes, bytes);
    }
    const before = bestGain;
    scanSeveral(wideOrdered, feature, 0, found - 1, 0, false, true);
    if (bestGain > before) keepSubset(order, found);
  }
  memory.fill(wideSums, 0, bytes << 8);
}
