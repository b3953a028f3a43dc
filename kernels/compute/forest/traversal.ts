/**
 * Finding the leaves of many units: they go down a tree together and part at its nodes, so that a node reads one column of bins. A unit goes
 * right when (bin - shift) & 255 exceeds the threshold, or, in a node whose feature has the CATEGORY bit, when its bin is in the node's subset.
 */
import { SUBSET_BYTES, TREE_HEADER } from './workspace';
import { hasLevel } from './best-split';

/** Bit of a node's left child: the node is a leaf, and the rest is its number. */
export const LEAF: u32 = 0x80000000;
/** Bit of a node's feature: its last two bytes are the number of a subset of levels. */
export const CATEGORY: u16 = 0x8000;

/** Units that go down together: more of them share the work at a node, fewer leave their bins in cache. */
const BLOCK: usize = 65536;

/** The larger part waits, so that at most log2(units) parts do: { node, start, end, list }. */
const waiting: usize = memory.data(16 * 34, 16);

/**
 * Writes the number of the leaf of each listed unit at `leaves`, u32 by unit.
 *
 * @param subsets those of the tree
 * @param columns bins of all units, column-major, `height` to a column
 * @param list u32 units, `count` of them; @param room for twice as many
 */
export function findLeaves(nodes: usize, subsets: usize, columns: usize, height: usize, list: usize, count: usize, room: usize, leaves: usize): void {
  for (let first: usize = 0; first < count; first += BLOCK) {
    findLeavesOfBlock(nodes, subsets, columns, height, list + (first << 2), min(BLOCK, count - first), room, leaves);
  }
}

function findLeavesOfBlock(nodes: usize, subsets: usize, columns: usize, height: usize, list: usize, count: usize, room: usize, leaves: usize): void {
  const half = count << 2;
  let parts = 0;
  let node: u32 = 0;
  let start: usize = 0;
  let end = half;
  let here = list;
  while (start < end) {
    const at = nodes + (<usize>node << 3);
    const left = load<u32>(at);
    if (left >= LEAF) {
      for (let unit = here + start; unit < here + end; unit += 4) store<u32>(leaves + (<usize>load<u32>(unit) << 2), left & ~LEAF);
      if (--parts < 0) return;
      const part = waiting + (<usize>parts << 4);
      node = load<u32>(part);
      start = load<usize>(part, 4);
      end = load<usize>(part, 8);
      here = load<usize>(part, 12);
      continue;
    }
    const there = here == room ? room + half : room;
    const feature = load<u16>(at, 4);
    const column = columns + <usize>(feature & ~CATEGORY) * height;
    const middle = (feature & CATEGORY
      ? partByLevels(subsets + <usize>load<u16>(at, 6) * SUBSET_BYTES, column, here + start, here + end, there + start)
      : part(load<u8>(at, 6), load<u8>(at, 7), column, here + start, here + end, there + start)) - there;
    here = there;
    const isLeftLarger = middle - start > end - middle;
    if (middle > start && middle < end) {
      const larger = waiting + (<usize>parts << 4);
      store<u32>(larger, isLeftLarger ? left : left + 1);
      store<usize>(larger, isLeftLarger ? start : middle, 4);
      store<usize>(larger, isLeftLarger ? middle : end, 8);
      store<usize>(larger, there, 12);
      parts++;
    }
    const goesLeft = middle == end || (!isLeftLarger && middle > start);
    node = goesLeft ? left : left + 1;
    if (goesLeft) end = middle;
    else start = middle;
  }
}

/**
 * Units that go left are copied to `left`, those that go right behind them, last first; returns where these start.
 *
 * Branch-free: each unit is written at both ends of the room that is left. `right`, at most 0, counts those that went right.
 */
function part(threshold: u8, shift: u8, column: usize, from: usize, end: usize, left: usize): usize {
  const most = <i32>threshold;
  const less = <i32>shift;
  const last = left + (end - from) - 4;
  let right = 0;
  for (; from < end; from += 4, left += 4) {
    const unit = load<u32>(from);
    store<u32>(left + <usize>(right << 2), unit);
    store<u32>(last + <usize>(right << 2), unit);
    right += (most - ((<i32>load<u8>(column + <usize>unit) - less) & 255)) >> 31;
  }
  return left + <usize>(right << 2);
}

function partByLevels(rightLevels: usize, column: usize, from: usize, end: usize, left: usize): usize {
  const last = left + (end - from) - 4;
  let right = 0;
  for (; from < end; from += 4, left += 4) {
    const unit = load<u32>(from);
    store<u32>(left + <usize>(right << 2), unit);
    store<u32>(last + <usize>(right << 2), unit);
    right -= <i32>hasLevel(rightLevels, load<u8>(column + <usize>unit));
  }
  return left + <usize>(right << 2);
}

/** Where a packed tree's subsets lie. */
export function subsetsOf(packed: usize): usize {
  return packed + TREE_HEADER + (<usize>load<u32>(packed) << 3);
}

/** Where a packed tree's leaf values lie. */
export function valuesOf(packed: usize): usize {
  return subsetsOf(packed) + <usize>load<u32>(packed, 8) * SUBSET_BYTES;
}
