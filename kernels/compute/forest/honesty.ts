/**
 * Honesty: the half that did not place the splits estimates the leaves. Leaves that it leaves empty are pruned.
 *
 * A node of the tree under construction that is a leaf has its sums at its number: its own, or that of the leaf that took its place.
 */
import { bins, estimateRows, leafOfRow, leafSums, nodes, partRoom, rows, subsets } from './workspace';
import { estimateCount } from './sampling';
import { nodeCount } from './growing';
import { addUnit, leafSumBytes } from './leaf-values';
import { LEAF, findLeaves } from './traversal';

/** Sums over the units of each leaf, in the order of the rows. */
export function sumOverLeaves(): void {
  const bytes = leafSumBytes();
  memory.fill(leafSums, 0, <usize>nodeCount * bytes);
  findLeaves(nodes, subsets, bins, rows, estimateRows, estimateCount, partRoom, leafOfRow);
  const last = estimateRows + (<usize>estimateCount << 2);
  for (let at = estimateRows; at < last; at += 4) {
    const row = <usize>load<u32>(at);
    addUnit(leafSums + <usize>load<u32>(leafOfRow + (row << 2)) * bytes, row);
  }
}

/** A leaf without weight is empty: its parent becomes its sibling. Children come after parents, so one pass from the end does it. */
export function pruneEmptyLeaves(): void {
  for (let node = nodeCount - 1; node >= 0; node--) {
    const at = nodes + (<usize>node << 3);
    const left = load<u32>(at);
    if (left >= LEAF) continue;
    const isLeftEmpty = isEmptyLeaf(left);
    if (isLeftEmpty || isEmptyLeaf(left + 1)) store<u64>(at, load<u64>(nodes + (<usize>(isLeftEmpty ? left + 1 : left) << 3)));
  }
}

function isEmptyLeaf(node: u32): bool {
  const leaf = load<u32>(nodes + (<usize>node << 3));
  return leaf >= LEAF && !(load<f64>(leafSums + <usize>(leaf & ~LEAF) * leafSumBytes(), 8) > 0);
}
