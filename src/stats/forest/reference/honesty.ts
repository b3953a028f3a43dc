import type { BinnedRows } from '../binning.js';
import type { GrowthPlan } from '../growth-plan.js';
import { LEAF } from '../packed-trees.js';
import { isRight, type GrownNode } from './growing.js';

interface LeafSums { count: number; g: number; wy: number; ww: number; w: number; y: number }

/** Estimates the leaves with the other half, prunes empty ones and packs the tree. Twin of kernels/compute/forest/honesty.ts. */
export function estimateLeaves(rows: BinnedRows, plan: GrowthPlan, nodes: GrownNode[], estimateRows: Int32Array): Uint8Array {
  const sums = nodes.map((): LeafSums => ({ count: 0, g: 0, wy: 0, ww: 0, w: 0, y: 0 }));
  for (const row of estimateRows) addUnit(sums[leafOf(rows, nodes, row)]!, plan, row);
  pruneEmptyLeaves(nodes, sums);
  return packTree(plan, nodes, sums);
}

function leafOf(rows: BinnedRows, nodes: readonly GrownNode[], row: number): number {
  let node = 0;
  for (let here = nodes[0]!; here.split; here = nodes[node]!) {
    const bin = rows.bins[row * rows.features + here.split.feature]!;
    node = here.left + (isRight(bin, here.split.threshold, here.split.missingRight) ? 1 : 0);
  }
  return node;
}

function addUnit(sums: LeafSums, plan: GrowthPlan, row: number): void {
  const g = plan.weight[row]!;
  const w = plan.treatment[row]!;
  const y = plan.outcome[row]!;
  sums.count += 1;
  sums.g += g;
  sums.wy += g * w * y;
  sums.ww += g * w * w;
  sums.w += g * w;
  sums.y += g * y;
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
  const words: { left: number; feature: number; threshold: number; shift: number }[] = [];
  for (let node = 0; node < order.length; node++) {
    const from = nodes[order[node]!]!;
    if (!from.split) {
      words.push({ left: (LEAF | leaves.length) >>> 0, feature: 0, threshold: 0, shift: 0 });
      leaves.push(order[node]!);
      continue;
    }
    const shift = from.split.missingRight ? 1 : 0;
    words.push({ left: order.length, feature: from.split.feature, threshold: from.split.threshold - shift, shift });
    order.push(from.left, from.left + 1);
  }
  const packed = new Uint8Array(8 + order.length * 8 + leaves.length * plan.leafValues * 4);
  const view = new DataView(packed.buffer);
  view.setUint32(0, order.length, true);
  view.setUint32(4, leaves.length, true);
  words.forEach(({ left, feature, threshold, shift }, node) => {
    view.setUint32(8 + node * 8, left, true);
    view.setUint16(12 + node * 8, feature, true);
    view.setUint8(14 + node * 8, threshold);
    view.setUint8(15 + node * 8, shift);
  });
  leaves.forEach((leaf, ordinal) => {
    leafValues(plan, sums[leaf]!).forEach((value, k) => {
      const grid = plan.leafGrid[k]!;
      view.setFloat32(8 + order.length * 8 + (ordinal * plan.leafValues + k) * 4, value + grid - grid, true);
    });
  });
  return packed;
}

/** Averages over the units of a leaf. */
function leafValues(plan: GrowthPlan, { count, g, wy, ww, w, y }: LeafSums): number[] {
  const perUnit = count > 0 ? 1 / count : 0;
  const values = plan.kind === 'regression' ? [y, g] : plan.weighted ? [wy, ww, w, y, g, 0] : [wy, ww, w, y];
  return values.map((sum) => sum * perUnit);
}
