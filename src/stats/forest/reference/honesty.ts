import type { BinnedRows } from '../binning.js';
import type { GrowthPlan } from '../growth-plan.js';
import { valuesOfRow } from '../leaf-values.js';
import { CATEGORY, LEAF, SUBSET_BYTES, TREE_HEADER } from '../packed-trees.js';
import { leafOf, type GrownNode } from './growing.js';

interface LeafSums { count: number; g: number; readonly values: number[] }

/** Estimates the leaves with the other half, prunes empty ones and packs the tree. Twin of honesty.ts and packing.ts in kernels/compute/forest. */
export function estimateLeaves(rows: BinnedRows, plan: GrowthPlan, nodes: GrownNode[], estimateRows: Int32Array): Uint8Array {
  const sums = nodes.map((): LeafSums => ({ count: 0, g: 0, values: new Array<number>(plan.leafValues).fill(0) }));
  for (const row of estimateRows) {
    const leaf = sums[leafOf(rows, nodes, row)]!;
    leaf.count += 1;
    leaf.g += plan.weight[row]!;
    const values = valuesOfRow(plan.kind, plan, row);
    leaf.values.forEach((sum, k) => { leaf.values[k] = sum + (values[k] ?? 0); });
  }
  pruneEmptyLeaves(nodes, sums);
  return packTree(plan, nodes, sums);
}

function pruneEmptyLeaves(nodes: GrownNode[], sums: LeafSums[]): void {
  const isEmptyLeaf = (node: number) => !nodes[node]!.split && !(sums[node]!.g > 0);
  for (let node = nodes.length - 1; node >= 0; node--) {
    const { left, split } = nodes[node]!;
    if (!split) continue;
    const isLeftEmpty = isEmptyLeaf(left);
    if (!isLeftEmpty && !isEmptyLeaf(left + 1)) continue;
    const heir = isLeftEmpty ? left + 1 : left;
    nodes[node] = nodes[heir]!;
    sums[node] = sums[heir]!;
  }
}

function packTree(plan: GrowthPlan, nodes: readonly GrownNode[], sums: readonly LeafSums[]): Uint8Array {
  const order = [0];
  const leaves: number[] = [];
  const subsets: Uint8Array[] = [];
  const words: { left: number; feature: number; cut: number }[] = [];
  for (let node = 0; node < order.length; node++) {
    const { left, split, rightLevels } = nodes[order[node]!]!;
    if (!split) {
      words.push({ left: (LEAF | leaves.length) >>> 0, feature: 0, cut: 0 });
      leaves.push(order[node]!);
      continue;
    }
    const shift = split.missingRight ? 1 : 0;
    const cut = rightLevels ? subsets.length : (shift << 8) | (split.threshold - shift);
    words.push({ left: order.length, feature: rightLevels ? CATEGORY | split.feature : split.feature, cut });
    if (rightLevels) subsets.push(bitsOf(rightLevels));
    order.push(left, left + 1);
  }
  const nodesEnd = TREE_HEADER + order.length * 8;
  const valuesStart = nodesEnd + subsets.length * SUBSET_BYTES;
  const packed = new Uint8Array(valuesStart + leaves.length * plan.leafValues * 4);
  const view = new DataView(packed.buffer);
  [order.length, leaves.length, subsets.length].forEach((value, i) => view.setUint32(4 * i, value, true));
  words.forEach(({ left, feature, cut }, node) => {
    const at = TREE_HEADER + node * 8;
    view.setUint32(at, left, true);
    view.setUint16(at + 4, feature, true);
    view.setUint16(at + 6, cut, true);
  });
  subsets.forEach((bits, i) => packed.set(bits, nodesEnd + i * SUBSET_BYTES));
  leaves.forEach((leaf, ordinal) => {
    const { count, values } = sums[leaf]!;
    const perUnit = count > 0 ? 1 / count : 0;
    values.forEach((sum, k) => {
      const grid = plan.leafGrid[k]!;
      view.setFloat32(valuesStart + (ordinal * plan.leafValues + k) * 4, sum * perUnit + grid - grid, true);
    });
  });
  return packed;
}

function bitsOf(levels: Uint8Array): Uint8Array {
  const bits = new Uint8Array(SUBSET_BYTES);
  levels.forEach((isRight, bin) => { bits[bin >> 3]! |= isRight << (bin & 7); });
  return bits;
}
