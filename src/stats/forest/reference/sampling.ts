import type { BinnedRows } from '../binning.js';
import type { GrowthPlan } from '../growth-plan.js';
import { openStream, type WordStream } from './random.js';

/** What the draws of a forest depend on: nothing of its labels. */
export type DrawnRows = Pick<BinnedRows, 'rows' | 'features' | 'bins' | 'clusters'>;
export type DrawingPlan = Pick<GrowthPlan, 'seed' | 'forest' | 'bagTrees' | 'bagSize' | 'treeSize' | 'splitSize' | 'rowsPerUnit'>;

/** Who takes part in a tree. Twin of kernels/compute/forest/sampling.ts. */
export interface DrawnTree {
  /** rows that place splits, and rows that estimate leaves, ascending */
  readonly splitRows: Int32Array;
  readonly estimateRows: Int32Array;
  /** one byte a unit: 0 not drawn by the tree */
  readonly role: Uint8Array;
  readonly stream: WordStream;
}

const PLACES_SPLITS = 1;
const ESTIMATES_LEAVES = 2;

/** Units of a little bag, ascending. */
export function drawBag(rows: DrawnRows, plan: DrawingPlan, bag: number): Int32Array {
  const units = rows.clusters ? rows.clusters.sizes.length : rows.rows;
  const all = Int32Array.from({ length: units }, (_, unit) => unit);
  return select(openStream(plan.seed, plan.forest, bag, 0), all, plan.bagSize).chosen;
}

export function drawTree(rows: DrawnRows, plan: DrawingPlan, bag: number, bagUnits: Int32Array, indexInBag: number): DrawnTree {
  const stream = openStream(plan.seed, plan.forest, bag, indexInBag + 1);
  const treeUnits = plan.treeSize < plan.bagSize ? select(stream, bagUnits, plan.treeSize).chosen : bagUnits;
  const isHonest = plan.splitSize < plan.treeSize;
  const halves = isHonest ? select(stream, treeUnits, plan.splitSize) : { chosen: treeUnits, rest: treeUnits };
  const role = new Uint8Array(rows.clusters ? rows.clusters.sizes.length : rows.rows);
  for (const unit of halves.chosen) role[unit]! |= PLACES_SPLITS;
  for (const unit of halves.rest) role[unit]! |= ESTIMATES_LEAVES;
  if (!rows.clusters) return { splitRows: halves.chosen, estimateRows: halves.rest, role, stream };
  return { ...rowsOfClusters(rows.clusters.codes, rows.clusters.sizes, plan.rowsPerUnit, role, stream), role, stream };
}

/** Knuth's selection sampling (algorithm S). */
function select(stream: WordStream, from: Int32Array, need: number): { chosen: Int32Array; rest: Int32Array } {
  const chosen: number[] = [];
  const rest: number[] = [];
  for (let i = 0; i < from.length; i++) {
    const isChosen = stream.nextBelow(from.length - i) < need - chosen.length;
    (isChosen ? chosen : rest).push(from[i]!);
  }
  return { chosen: Int32Array.from(chosen), rest: Int32Array.from(rest) };
}

function rowsOfClusters(codes: Int32Array, sizes: Int32Array, rowsPerUnit: number, role: Uint8Array, stream: WordStream) {
  const left = Int32Array.from(sizes);
  const need = sizes.map((size) => Math.min(size, rowsPerUnit));
  const splitRows: number[] = [];
  const estimateRows: number[] = [];
  for (let row = 0; row < codes.length; row++) {
    const unit = codes[row]!;
    const part = role[unit]!;
    if (part === 0) continue;
    const takes = need[unit] === left[unit] || stream.nextBelow(left[unit]!) < need[unit]!;
    left[unit]!--;
    if (!takes) continue;
    need[unit]!--;
    if (part & PLACES_SPLITS) splitRows.push(row);
    if (part & ESTIMATES_LEAVES) estimateRows.push(row);
  }
  return { splitRows: Int32Array.from(splitRows), estimateRows: Int32Array.from(estimateRows) };
}
