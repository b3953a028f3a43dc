/**
 * Finding the leaf of a unit: from the root until a node is a leaf, right when (bin - shift) & 255 exceeds the threshold, or, in a node
 * whose feature has the CATEGORY bit, when the bin is in the node's subset.
 */
import { SUBSET_BYTES, TREE_HEADER } from './workspace';
import { hasLevel } from './best-split';

/** Bit of a node's feature: its last two bytes are the number of a subset of levels. */
export const CATEGORY: u16 = 0x8000;

/** One step; a leaf steps to itself. */
function step(nodes: usize, node: u32, row: usize): u32 {
  const at = nodes + (<usize>node << 3);
  const left = load<u32>(at);
  const bin = (<u32>load<u8>(row + <usize>load<u16>(at, 4)) - <u32>load<u8>(at, 7)) & 255;
  return select(left + <u32>(bin > <u32>load<u8>(at, 6)), node, <i32>left >= 0);
}

/** The leaf of one unit in a tree with subsets. */
function findLeafByLevels(nodes: usize, subsets: usize, row: usize): u32 {
  let node: u32 = 0;
  let at = nodes;
  for (let left = load<u32>(at); <i32>left >= 0; left = load<u32>(at)) {
    const feature = load<u16>(at, 4);
    if (feature & CATEGORY) {
      const bin = load<u8>(row + <usize>(feature & ~CATEGORY));
      node = left + <u32>hasLevel(subsets + <usize>load<u16>(at, 6) * SUBSET_BYTES, bin);
    } else node = step(nodes, node, row);
    at = nodes + (<usize>node << 3);
  }
  return node;
}

/**
 * The leaves of four units at once, to overlap the waits for memory; written as four u32 node numbers.
 * @param subsets those of the tree, 0 when it has none
 */
export function findLeaves(nodes: usize, subsets: usize, row0: usize, row1: usize, row2: usize, row3: usize, leaves: usize): void {
  if (subsets != 0) {
    store<u32>(leaves, findLeafByLevels(nodes, subsets, row0));
    store<u32>(leaves, findLeafByLevels(nodes, subsets, row1), 4);
    store<u32>(leaves, findLeafByLevels(nodes, subsets, row2), 8);
    store<u32>(leaves, findLeafByLevels(nodes, subsets, row3), 12);
    return;
  }
  let a: u32 = 0;
  let b: u32 = 0;
  let c: u32 = 0;
  let d: u32 = 0;
  for (;;) {
    const nextA = step(nodes, a, row0);
    const nextB = step(nodes, b, row1);
    const nextC = step(nodes, c, row2);
    const nextD = step(nodes, d, row3);
    if (((nextA ^ a) | (nextB ^ b) | (nextC ^ c) | (nextD ^ d)) == 0) break;
    a = nextA;
    b = nextB;
    c = nextC;
    d = nextD;
  }
  store<u32>(leaves, a);
  store<u32>(leaves, b, 4);
  store<u32>(leaves, c, 8);
  store<u32>(leaves, d, 12);
}

/** Where a packed tree's subsets lie; 0 when it has none. */
export function subsetsOf(packed: usize): usize {
  return load<u32>(packed, 8) == 0 ? 0 : packed + TREE_HEADER + (<usize>load<u32>(packed) << 3);
}

/** Where a packed tree's leaf values lie. */
export function valuesOf(packed: usize): usize {
  return packed + TREE_HEADER + (<usize>load<u32>(packed) << 3) + <usize>load<u32>(packed, 8) * SUBSET_BYTES;
}
