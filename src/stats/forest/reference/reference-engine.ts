import type { BinnedRows } from '../binning.js';
import { momentStride, type BagMoments, type EngineOptions, type ForestEngine, type OutOfBag } from '../forest-engine.js';
import type { GrowthPlan } from '../growth-plan.js';
import { concatenate, treesOf, type PackedTrees } from '../packed-trees.js';
import { growTree } from './growing.js';
import { estimateLeaves } from './honesty.js';
import { addBag, addTree, leafReader } from './prediction.js';
import { drawBag, drawTree } from './sampling.js';

/**
 * The forest in plain TypeScript: slow, readable, and the judge of the kernels. Runs on the calling thread.
 */
export const referenceEngine: ForestEngine = { name: 'reference', grow, moments, outOfBagMoments };

async function grow(rows: BinnedRows, plan: GrowthPlan, keepTrees: boolean, options: EngineOptions = {}) {
  const outOfBag: OutOfBag = { sums: new Float64Array(rows.rows * plan.leafValues), trees: new Int32Array(rows.rows) };
  const segments: Uint8Array[] = [];
  for (let bag = 0; bag < plan.bags; bag++) {
    options.signal?.throwIfAborted();
    const bagUnits = drawBag(rows, plan, bag);
    for (let index = 0; index < plan.bagTrees; index++) {
      const drawn = drawTree(rows, plan, bag, bagUnits, index);
      const tree = estimateLeaves(rows, plan, growTree(rows, plan, drawn), drawn.estimateRows);
      addOutOfBag(rows, plan, tree, drawn.role, outOfBag);
      if (keepTrees) segments.push(tree);
    }
    options.onProgress?.((bag + 1) / plan.bags);
  }
  const trees: PackedTrees = {
    segments: keepTrees ? [concatenate(segments)] : [], trees: segments.length, bagTrees: plan.bagTrees, leafValues: plan.leafValues,
  };
  return { outOfBag, trees };
}

function addOutOfBag(rows: BinnedRows, plan: GrowthPlan, tree: Uint8Array, role: Uint8Array, outOfBag: OutOfBag): void {
  const [only] = treesOf(tree, plan.leafValues);
  const read = leafReader(tree, only!, plan.leafValues);
  for (let row = 0; row < rows.rows; row++) {
    if (role[rows.clusters ? rows.clusters.codes[row]! : row] !== 0) continue;
    addTree(read, rows.bins, rows.features, row, plan.leafValues, outOfBag.sums);
    outOfBag.trees[row]!++;
  }
}

async function moments(trees: PackedTrees, bins: Uint8Array, features: number): Promise<BagMoments> {
  return momentsOver(trees, bins, features, bins.length / features, () => () => true);
}

async function outOfBagMoments(trees: PackedTrees, rows: BinnedRows, plan: GrowthPlan): Promise<BagMoments> {
  return momentsOver(trees, rows.bins, rows.features, rows.rows, (bag) => {
    const held = new Set(drawBag(rows, plan, bag));
    return (row) => !held.has(rows.clusters ? rows.clusters.codes[row]! : row);
  });
}

function momentsOver(
  trees: PackedTrees, bins: Uint8Array, features: number, units: number, includedBy: (bag: number) => (unit: number) => boolean,
): BagMoments {
  const stride = momentStride(trees.leafValues);
  const values = new Float64Array(units * stride);
  const bags = new Int32Array(units);
  let bag = 0;
  for (const segment of trees.segments) {
    const readers = [...treesOf(segment, trees.leafValues)].map((tree) => leafReader(segment, tree, trees.leafValues));
    for (let i = 0; i + 1 < readers.length; i += 2, bag++) {
      const isIncluded = includedBy(bag);
      for (let unit = 0; unit < units; unit++) {
        if (!isIncluded(unit)) continue;
        addBag(readers[i]!(bins, unit * features), readers[i + 1]!(bins, unit * features), values, unit * stride);
        bags[unit]!++;
      }
    }
  }
  return { values, stride, bags };
}
