/**
 * A tree as it is kept: { nodes u32, leaves u32, subsets u32, 0 }, the nodes (8 bytes each, children adjacent, a leaf's left is
 * LEAF | its ordinal), the subsets of levels (256 bits each) and the values of the leaves (f32, `leafValues` each).
 */
import { SUBSET_BYTES, TREE_HEADER, leafGrid, leafSums, nodes, order, subsets, tree } from './workspace';
import { leafValues } from './options';
import { SUM_HEADER, leafSumBytes } from './leaf-values';
import { CATEGORY, LEAF, subsetsOf, valuesOf } from './traversal';

/** Packs the tree just estimated; returns its bytes, which start at `tree`. Renumbers breadth first, so that the levels that every unit passes lie together. */
export function packTree(): usize {
  const packed = tree + TREE_HEADER;
  store<u32>(order, 0);
  let count: u32 = 1;
  let leafCount: u32 = 0;
  let sets: u32 = 0;
  for (let node: u32 = 0; node < count; node++) {
    const from = load<u32>(order + (<usize>node << 2));
    const split = load<u64>(nodes + (<usize>from << 3));
    const left = <u32>split;
    const at = packed + (<usize>node << 3);
    if (left >= LEAF) {
      store<u64>(at, <u64>(LEAF | leafCount));
      store<u32>(order + (<usize>leafCount << 2), left & ~LEAF);
      leafCount++;
      continue;
    }
    store<u64>(at, (split & 0xffffffff00000000) | <u64>count);
    sets += <u32>((load<u16>(at, 4) & CATEGORY) != 0);
    store<u32>(order + (<usize>count << 2), left);
    store<u32>(order + (<usize>count << 2), left + 1, 4);
    count += 2;
  }
  store<u32>(tree, count);
  store<u32>(tree, leafCount, 4);
  store<u32>(tree, sets, 8);
  store<u32>(tree, 0, 12);
  if (sets > 0) packSubsets(packed, count);
  const values = valuesOf(tree);
  const bytes = leafSumBytes();
  // places of nodes that are done hold the numbers of the leaves
  for (let leaf: u32 = 0; leaf < leafCount; leaf++) {
    writeLeaf(values + <usize>leaf * (<usize>leafValues << 2), leafSums + <usize>load<u32>(order + (<usize>leaf << 2)) * bytes);
  }
  return values - tree + <usize>leafCount * (<usize>leafValues << 2);
}

/** Numbers the subsets that are left in the order of their nodes. */
function packSubsets(packed: usize, count: u32): void {
  let to = subsetsOf(tree);
  let number: u16 = 0;
  for (let node: u32 = 0; node < count; node++) {
    const at = packed + (<usize>node << 3);
    if (load<u32>(at) >= LEAF || !(load<u16>(at, 4) & CATEGORY)) continue;
    memory.copy(to, subsets + <usize>load<u16>(at, 6) * SUBSET_BYTES, SUBSET_BYTES);
    store<u16>(at, number++, 6);
    to += SUBSET_BYTES;
  }
}

/** On its grid, sums of leaf values over trees are exact in f64: their order, hence the number of workers, cannot matter. */
function writeLeaf(at: usize, sums: usize): void {
  const count = load<f64>(sums);
  const perUnit = count > 0 ? 1 / count : 0;
  for (let i: usize = 0; i < <usize>leafValues; i++) {
    const grid = load<f64>(leafGrid + (i << 3));
    store<f32>(at + (i << 2), <f32>(load<f64>(sums + SUM_HEADER + (i << 3)) * perUnit + grid - grid));
  }
}
