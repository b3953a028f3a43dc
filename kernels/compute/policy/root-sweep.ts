/**
 * What the best tree of depth two is worth for every level of a first split.
 *
 * Units are added to one side of the first split in the order of its feature, once from below and once from above; meanwhile a prefix tree
 * over each second feature knows the best stump of that side. A sweep costs n log(levels) for each second feature, instead of n for each level.
 */
import {
  actions, features, levelCounts, levels, minLeaf, order, rootValues, scores, sideTotals, units, worthAbove, worthBelow,
} from './workspace';
import { addUnit, bestPrefixes, clearTree, isManyChanges, renewAll } from './prefix-tree';

const feature = (matrix: usize, index: i32): usize => matrix + ((<usize>index * <usize>units) << 2);
const levelOf = (column: usize, unit: i32): i32 => load<i32>(column + (<usize>unit << 2));

/** Fills `rootValues` for a first split on feature `root`. */
export function sweepRoot(root: i32): void {
  const count = levelCountOf(root);
  sweepSide(root, false, worthBelow);
  sweepSide(root, true, worthAbove);
  for (let level = 0; level < count; level++) {
    const at = <usize>level << 3;
    store<f64>(rootValues + at, load<f64>(worthBelow + at) + load<f64>(worthAbove + at));
  }
}

function levelCountOf(index: i32): i32 {
  return load<i32>(levelCounts + (<usize>index << 2));
}

/** The i-th unit of a sweep from below or from above. */
function unitAt(sequence: usize, i: i32, fromAbove: bool): i32 {
  return load<i32>(sequence + (<usize>(fromAbove ? units - 1 - i : i) << 2));
}

/** The cut that a side ends at once all units of a level have joined it: units above a cut are those of higher levels. */
function cutAfter(level: i32, fromAbove: bool): i32 {
  return fromAbove ? level - 1 : level;
}

function sweepSide(root: i32, fromAbove: bool, worth: usize): void {
  totalSides(root, fromAbove, worth);
  for (let second = 0; second < features; second++) sweepSecond(root, second, fromAbove, worth);
}

/** Sums of each side, and the worth of giving all of it one action; -Infinity where it has too few units, or leaves too few. */
function totalSides(root: i32, fromAbove: bool, worth: usize): void {
  const column = feature(levels, root);
  const sequence = feature(order, root);
  const count = levelCountOf(root);
  for (let level = 0; level < count; level++) store<f64>(worth + (<usize>level << 3), -Infinity);
  const rowBytes = <usize>actions << 3;
  const running = sideTotals + <usize>(count - 1) * rowBytes; // no cut is above the highest level
  memory.fill(running, 0, rowBytes);
  for (let i = 0; i < units; i++) {
    const unit = unitAt(sequence, i, fromAbove);
    const own = scores + <usize>unit * rowBytes;
    for (let action: usize = 0; action < rowBytes; action += 8) store<f64>(running + action, load<f64>(running + action) + load<f64>(own + action));
    const level = levelOf(column, unit);
    if (i + 1 == units || levelOf(column, unitAt(sequence, i + 1, fromAbove)) == level) continue;
    const cut = cutAfter(level, fromAbove);
    const totals = sideTotals + <usize>cut * rowBytes;
    memory.copy(totals, running, rowBytes);
    if (i + 1 < minLeaf || units - i - 1 < minLeaf) continue;
    let best = load<f64>(totals);
    for (let action: usize = 8; action < rowBytes; action += 8) best = max(best, load<f64>(totals + action));
    store<f64>(worth + (<usize>cut << 3), best);
  }
}

function sweepSecond(root: i32, second: i32, fromAbove: bool, worth: usize): void {
  const column = feature(levels, root);
  const sequence = feature(order, root);
  const secondColumn = feature(levels, second);
  clearTree(levelCountOf(second));
  let i = 0;
  while (i < units) {
    const level = levelOf(column, unitAt(sequence, i, fromAbove));
    let end = i + 1;
    while (end < units && levelOf(column, unitAt(sequence, end, fromAbove)) == level) end++;
    if (end == units) return;
    const renewsAll = isManyChanges(end - i);
    for (; i < end; i++) {
      const unit = unitAt(sequence, i, fromAbove);
      addUnit(unit, levelOf(secondColumn, unit), renewsAll);
    }
    if (renewsAll) renewAll();
    const cut = cutAfter(level, fromAbove);
    const place = worth + (<usize>cut << 3);
    const known = load<f64>(place);
    if (known != -Infinity) store<f64>(place, max(known, bestStumpWorth(cut)));
  }
}

/** Worth of the best stump of a side that the prefix tree holds. */
function bestStumpWorth(cut: i32): f64 {
  const totals = sideTotals + ((<usize>cut * <usize>actions) << 3);
  let best: f64 = -Infinity;
  let pair = 0;
  for (let a: usize = 0; a < <usize>actions; a++) {
    const totalA = load<f64>(totals + (a << 3));
    for (let b = a + 1; b < <usize>actions; b++, pair++) {
      const prefixes = bestPrefixes(pair);
      best = max(best, max(load<f64>(totals + (b << 3)) + f64x2.extract_lane(prefixes, 0), totalA + f64x2.extract_lane(prefixes, 1)));
    }
  }
  return best;
}
