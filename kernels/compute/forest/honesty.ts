/**
 * Honesty: the half that did not place the splits estimates the leaves. Leaves that it leaves empty are pruned.
 */
import { bins, estimateRows, features, leafSums, nodes, subsets } from './workspace';
import { estimateCount } from './sampling';
import { LEAF, nodeCount, subsetCount } from './growing';
import { addUnit, leafSumBytes } from './leaf-values';
import { findLeaves } from './traversal';

const found: usize = memory.data(16, 16);

/** Sums over the units of each leaf, in the order of the rows. */
export function sumOverLeaves(): void {
  const bytes = leafSumBytes();
  memory.fill(leafSums, 0, <usize>nodeCount * bytes);
  const p = <usize>features;
  const sets = subsetCount > 0 ? subsets : 0;
  for (let i = 0; i < estimateCount; i += 4) {
    const some = min(4, estimateCount - i);
    const at = estimateRows + (<usize>i << 2);
    const row0 = bins + <usize>load<i32>(at) * p;
    const row1 = some > 1 ? bins + <usize>load<i32>(at, 4) * p : row0;
    const row2 = some > 2 ? bins + <usize>load<i32>(at, 8) * p : row0;
    const row3 = some > 3 ? bins + <usize>load<i32>(at, 12) * p : row0;
    findLeaves(nodes, sets, row0, row1, row2, row3, found);
    for (let j = 0; j < some; j++) {
      addUnit(leafSums + <usize>load<u32>(found + (<usize>j << 2)) * bytes, <usize>load<i32>(at + (<usize>j << 2)));
    }
  }
}

/** A leaf without weight is empty: its parent becomes its sibling. Children come after parents, so one pass from the end does it. */
export function pruneEmptyLeaves(): void {
  const bytes = leafSumBytes();
  for (let node = nodeCount - 1; node >= 0; node--) {
    const at = nodes + (<usize>node << 3);
    const left = load<u32>(at);
    if (left >= LEAF) continue;
    const isLeftEmpty = isEmptyLeaf(left, bytes);
    if (!isLeftEmpty && !isEmptyLeaf(left + 1, bytes)) continue;
    const heir = isLeftEmpty ? left + 1 : left;
    store<u64>(at, load<u64>(nodes + (<usize>heir << 3)));
    memory.copy(leafSums + <usize>node * bytes, leafSums + <usize>heir * bytes, bytes);
  }
}

function isEmptyLeaf(node: u32, bytes: usize): bool {
  return load<u32>(nodes + (<usize>node << 3)) >= LEAF && !(load<f64>(leafSums + <usize>node * bytes, 8) > 0);
}
