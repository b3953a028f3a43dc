/**
 * Honesty: the half that did not place the splits estimates the leaves. Leaves that it leaves empty are pruned, and the tree is packed.
 *
 * A packed tree is { nodes u32, leaves u32 }, the nodes (8 bytes each, children adjacent, a leaf's left is LEAF | its ordinal) and the
 * values of the leaves (f32, `leafValues` each). Values are averages over the units of a leaf, as in the prediction step of Athey,
 * Tibshirani, Wager (2019): the forest averages them over trees before it solves for the effect.
 */
import { LEAF_SUM_BYTES, bins, estimateRows, features, leafGrid, leafSums, nodes, order, outcome, treatment, tree, weight } from './workspace';
import { REGRESSION, kind, leafValues } from './options';
import { estimateCount } from './sampling';
import { LEAF, nodeCount } from './growing';
import { findLeaves } from './traversal';

const found: usize = memory.data(16, 16);

/** Estimates, prunes and packs the tree just grown; returns its bytes, which start at `tree`. */
export function estimateLeaves(): usize {
  sumOverLeaves();
  pruneEmptyLeaves();
  return packTree();
}

/** Sums of { 1, G, WY, WW, W, Y } in each leaf, in the order of the rows. */
function sumOverLeaves(): void {
  memory.fill(leafSums, 0, <usize>nodeCount * LEAF_SUM_BYTES);
  const p = <usize>features;
  for (let i = 0; i < estimateCount; i += 4) {
    const some = min(4, estimateCount - i);
    const at = estimateRows + (<usize>i << 2);
    const row0 = bins + <usize>load<i32>(at) * p;
    const row1 = some > 1 ? bins + <usize>load<i32>(at, 4) * p : row0;
    const row2 = some > 2 ? bins + <usize>load<i32>(at, 8) * p : row0;
    const row3 = some > 3 ? bins + <usize>load<i32>(at, 12) * p : row0;
    findLeaves(nodes, row0, row1, row2, row3, found);
    for (let j = 0; j < some; j++) {
      addUnit(leafSums + <usize>load<u32>(found + (<usize>j << 2)) * LEAF_SUM_BYTES, <usize>load<i32>(at + (<usize>j << 2)) << 2);
    }
  }
}

function addUnit(sums: usize, at: usize): void {
  const g = <f64>load<f32>(weight + at);
  const w = <f64>load<f32>(treatment + at);
  const y = <f64>load<f32>(outcome + at);
  const gw = g * w;
  store<f64>(sums, load<f64>(sums) + 1);
  store<f64>(sums, load<f64>(sums, 8) + g, 8);
  store<f64>(sums, load<f64>(sums, 16) + gw * y, 16);
  store<f64>(sums, load<f64>(sums, 24) + gw * w, 24);
  store<f64>(sums, load<f64>(sums, 32) + gw, 32);
  store<f64>(sums, load<f64>(sums, 40) + g * y, 40);
}

/** A leaf without weight is empty: its parent becomes its sibling. Children come after parents, so one pass from the end does it. */
function pruneEmptyLeaves(): void {
  for (let node = nodeCount - 1; node >= 0; node--) {
    const at = nodes + (<usize>node << 3);
    const left = load<u32>(at);
    if (left >= LEAF) continue;
    const isLeftEmpty = isEmptyLeaf(left);
    if (!isLeftEmpty && !isEmptyLeaf(left + 1)) continue;
    const heir = isLeftEmpty ? left + 1 : left;
    store<u64>(at, load<u64>(nodes + (<usize>heir << 3)));
    memory.copy(leafSums + <usize>node * LEAF_SUM_BYTES, leafSums + <usize>heir * LEAF_SUM_BYTES, LEAF_SUM_BYTES);
  }
}

function isEmptyLeaf(node: u32): bool {
  return load<u32>(nodes + (<usize>node << 3)) >= LEAF && !(load<f64>(leafSums + <usize>node * LEAF_SUM_BYTES, 8) > 0);
}

/** Renumbers what is left breadth first, so that the levels that every unit passes lie together. */
function packTree(): usize {
  const packed = tree + 8;
  store<u32>(order, 0);
  let count: u32 = 1;
  let leaves: u32 = 0;
  for (let node: u32 = 0; node < count; node++) {
    const from = load<u32>(order + (<usize>node << 2));
    const split = load<u64>(nodes + (<usize>from << 3));
    const left = <u32>split;
    const at = packed + (<usize>node << 3);
    if (left >= LEAF) {
      store<u64>(at, <u64>(LEAF | leaves));
      leaves++;
      continue;
    }
    store<u64>(at, (split & 0xffffffff00000000) | <u64>count);
    store<u32>(order + (<usize>count << 2), left);
    store<u32>(order + (<usize>count << 2), left + 1, 4);
    count += 2;
  }
  store<u32>(tree, count);
  store<u32>(tree, leaves, 4);
  const values = packed + (<usize>count << 3);
  for (let node: u32 = 0; node < count; node++) {
    const left = load<u32>(packed + (<usize>node << 3));
    if (left < LEAF) continue;
    const sums = leafSums + <usize>load<u32>(order + (<usize>node << 2)) * LEAF_SUM_BYTES;
    writeLeaf(values + <usize>(left & ~LEAF) * (<usize>leafValues << 2), sums);
  }
  return 8 + (<usize>count << 3) + <usize>leaves * (<usize>leafValues << 2);
}

function writeLeaf(at: usize, sums: usize): void {
  const count = load<f64>(sums);
  const perUnit = count > 0 ? 1 / count : 0;
  if (kind == REGRESSION) {
    writeValue(at, 0, load<f64>(sums, 40) * perUnit);
    writeValue(at, 1, load<f64>(sums, 8) * perUnit);
    return;
  }
  writeValue(at, 0, load<f64>(sums, 16) * perUnit);
  writeValue(at, 1, load<f64>(sums, 24) * perUnit);
  writeValue(at, 2, load<f64>(sums, 32) * perUnit);
  writeValue(at, 3, load<f64>(sums, 40) * perUnit);
  if (leafValues == 4) return;
  writeValue(at, 4, load<f64>(sums, 8) * perUnit);
  writeValue(at, 5, 0);
}

/** On its grid, sums of leaf values over trees are exact in f64: their order, hence the number of workers, cannot matter. */
function writeValue(at: usize, index: i32, value: f64): void {
  const grid = load<f64>(leafGrid + (<usize>index << 3));
  store<f32>(at + (<usize>index << 2), <f32>(value + grid - grid));
}
