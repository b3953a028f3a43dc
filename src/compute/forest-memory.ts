import { totalmem } from 'node:os';
import { momentStride } from '../stats/forest/forest-engine.js';
import type { BinnedRows } from '../stats/forest/binning.js';
import { isBalanced } from '../stats/forest/forest-kinds.js';
import { SAMPLED, capacityOf, type GrowthPlan } from '../stats/forest/growth-plan.js';
import type { PackedTrees } from '../stats/forest/packed-trees.js';
import { refuse, type Refusal } from '../stats/refusal.js';

/** A WebAssembly memory ends here, whatever the machine has. */
const INSTANCE_LIMIT = 2 ** 32 - 2 ** 26;
const SHARE_OF_MACHINE = 0.75;
/** Rows whose bins are turned into columns at once. */
const TRANSPOSED = 4096;

/** Bytes that may be used unless told: three quarters of the machine, or of the container that holds the process. */
export function defaultMemoryLimit(): number {
  const constrained = process.constrainedMemory?.() ?? 0;
  const machine = totalmem();
  return SHARE_OF_MACHINE * (constrained > 0 && constrained < machine ? constrained : machine);
}

/** Refuses to grow a forest that would need more than `limit` bytes, or more than one instance can hold. */
export function checkGrowthMemory(rows: BinnedRows, plan: GrowthPlan, keepTrees: boolean, workers: number, limit: number): Refusal | null {
  const instance = instanceBytes(rows, plan);
  const results = rows.rows * (plan.leafValues * 8 + 4) * (workers + 1);
  const trees = keepTrees ? plan.bags * plan.bagTrees * mostTreeBytes(rows, plan) : 0;
  return check('a forest', instance, rows.bins.byteLength + instance * workers + results + trees, limit);
}

/** Refuses to predict for more units than fit. */
export function checkMomentsMemory(trees: PackedTrees, units: number, features: number, workers: number, limit: number): Refusal | null {
  const stride = momentStride(trees.leafValues);
  const segment = trees.segments.reduce((most, { byteLength }) => Math.max(most, byteLength), 0);
  const instance = Math.ceil(units / workers) * (features + 20 + stride * 8) + segment;
  const held = trees.segments.reduce((sum, { byteLength }) => sum + byteLength, 0);
  return check('a prediction', instance, held + instance * workers + units * stride * 16, limit);
}

/** What `layOut` of the kernel allocates. */
function instanceBytes(rows: BinnedRows, plan: GrowthPlan): number {
  const { split, estimate, furtherColumns, cell, leafValues } = capacityOf(rows, plan);
  const units = rows.clusters ? rows.clusters.sizes.length : rows.rows;
  const hasCategories = rows.categorical.some((isLevels) => isLevels === 1);
  const perRow = rows.features + 12 + 4 * furtherColumns + (rows.clusters ? 4 : 0) + leafValues * 8 + 4 + 16;
  const perNode = 8 + 16 + leafValues * 8 + 8 + 4;
  const perSplitRow = rows.features + 16 + 16 + 4 * furtherColumns + 4 + cell + 4 + 2 * perNode + leafValues * 4;
  const perUnit = 5 * 4 + 1 + (rows.clusters ? 12 : 0);
  const subsets = hasCategories ? 2 * 32 * Math.min(split, 65_535) : 0;
  return rows.rows * perRow + split * perSplitRow + estimate * 4 + units * perUnit + rows.features * (100 + TRANSPOSED) + subsets + SAMPLED * (24 + cell) + 512 * cell + 2 ** 20;
}

/** A tree has at most one leaf for each row of the smaller honest half, or for each `minNodeSize` that a balanced split leaves. */
function mostTreeBytes(rows: BinnedRows, plan: GrowthPlan): number {
  const { split, estimate } = capacityOf(rows, plan);
  const smallest = isBalanced(plan.kind) ? 2 * plan.minNodeSize : 1;
  const leaves = Math.min(split / smallest, estimate);
  const subsets = rows.categorical.some((isLevels) => isLevels === 1) ? 32 : 0;
  return 16 + leaves * (16 + subsets + plan.leafValues * 4);
}

function check(what: string, instance: number, total: number, limit: number): Refusal | null {
  if (instance > INSTANCE_LIMIT) {
    return refuse('unsupported_combination',
      `${what} of this size needs ${gigabytes(instance)} GB in one worker; one holds at most ${gigabytes(INSTANCE_LIMIT)} GB`,
      'Use fewer rows or columns.');
  }
  if (total > limit) {
    return refuse('unsupported_combination',
      `${what} of this size needs up to ${gigabytes(total)} GB; ${gigabytes(limit)} GB are allowed`,
      'Use fewer rows, columns, trees or workers, a larger minimum node size, or a machine with more memory.');
  }
  return null;
}

const gigabytes = (bytes: number): string => (bytes / 2 ** 30).toFixed(1);
