/**
 * A segment tree over the levels of one feature, for each pair of actions a < b: the sum of (a - b) over its levels, and the largest sum over
 * a prefix of them; and the same for (b - a) in the other lane. Giving a to a prefix and b to the rest is worth total(b) + prefix(a - b), so
 * the root knows the best cut.
 *
 * A cut at a level that would leave too few units on a side is masked: its sum counts, its prefix does not.
 */
import { differences, levelUnits, minLeaf, pairs, prefixTree } from './workspace';

const NOTHING: v128 = f64x2.splat(-Infinity);

/** leaves of the tree: a power of two */
let leaves: i32 = 0;
let height: i32 = 0;
let nodeBytes: usize = 0;
/** cuts at levels lowest .. highest leave enough units on both sides */
let lowest: i32 = 0;
let highest: i32 = 0;
/** units below `lowest`, and above `highest` + 1 */
let unitsBelow: i32 = 0;
let unitsAbove: i32 = 0;
let levelCount: i32 = 0;

/** Empties the tree and gives it `count` levels. */
export function clearTree(count: i32): void {
  levelCount = count;
  leaves = 1;
  height = 0;
  while (leaves < count) {
    leaves <<= 1;
    height++;
  }
  nodeBytes = <usize>pairs << 5;
  memory.fill(prefixTree, 0, <usize>leaves * 2 * nodeBytes);
  if (minLeaf == 1) return;
  memory.fill(levelUnits, 0, <usize>count << 2);
  lowest = count;
  highest = -1;
  unitsBelow = 0;
  unitsAbove = 0;
  const last = prefixTree + <usize>leaves * 2 * nodeBytes;
  for (let at = prefixTree; at < last; at += 32) v128.store(at, NOTHING, 16);
}

/** Whether so many changed levels are cheaper to work in by renewing all nodes than path by path. */
export function isManyChanges(changes: i32): bool {
  return changes * height > leaves;
}

/** Adds a unit at its level; its path is renewed at once unless all nodes will be. */
export function addUnit(unit: i32, level: i32, renewsAll: bool): void {
  const leaf = leaves + level;
  const isOpen = minLeaf == 1 || (level >= lowest && level <= highest);
  let from = differences + ((<usize>unit * <usize>pairs) << 4);
  let at = prefixTree + <usize>leaf * nodeBytes;
  for (let pair = 0; pair < pairs; pair++, from += 16, at += 32) {
    const sum = f64x2.add(v128.load(at), v128.load(from));
    v128.store(at, sum);
    if (isOpen) v128.store(at, sum, 16);
  }
  if (!renewsAll) renewPath(leaf);
  if (minLeaf > 1) openCuts(level, renewsAll);
}

/** A side only grows, so that cuts open and never close. */
function openCuts(level: i32, renewsAll: bool): void {
  const place = levelUnits + (<usize>level << 2);
  store<i32>(place, load<i32>(place) + 1);
  if (level < lowest) unitsBelow++;
  if (level > highest + 1) unitsAbove++;
  while (unitsBelow >= minLeaf) {
    lowest--;
    unitsBelow -= load<i32>(levelUnits + (<usize>lowest << 2));
    if (lowest <= highest) openCut(lowest, renewsAll);
  }
  while (unitsAbove >= minLeaf) {
    highest++;
    if (highest + 1 < levelCount) unitsAbove -= load<i32>(levelUnits + (<usize>(highest + 1) << 2));
    if (highest >= lowest) openCut(highest, renewsAll);
  }
}

function openCut(level: i32, renewsAll: bool): void {
  const leaf = leaves + level;
  let at = prefixTree + <usize>leaf * nodeBytes;
  for (let pair = 0; pair < pairs; pair++, at += 32) v128.store(at, v128.load(at), 16);
  if (!renewsAll) renewPath(leaf);
}

function renewPath(leaf: i32): void {
  for (let node = leaf >> 1; node > 0; node >>= 1) renewNode(node);
}

export function renewAll(): void {
  for (let node = leaves - 1; node > 0; node--) renewNode(node);
}

function renewNode(node: i32): void {
  let at = prefixTree + <usize>node * nodeBytes;
  let left = prefixTree + <usize>(node << 1) * nodeBytes;
  let right = left + nodeBytes;
  for (let pair = 0; pair < pairs; pair++, at += 32, left += 32, right += 32) {
    const leftSum = v128.load(left);
    v128.store(at, f64x2.add(leftSum, v128.load(right)));
    v128.store(at, f64x2.pmax(v128.load(left, 16), f64x2.add(leftSum, v128.load(right, 16))), 16);
  }
}

/** The largest prefix sums { a - b, b - a } of a pair over all open cuts. */
export function bestPrefixes(pair: i32): v128 {
  return v128.load(prefixTree + nodeBytes + (<usize>pair << 5), 16);
}
