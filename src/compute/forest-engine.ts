import { availableParallelism } from 'node:os';
import type { BinnedRows } from '../stats/forest/binning.js';
import { momentStride, type BagMoments, type EngineOptions, type ForestEngine, type Growth } from '../stats/forest/forest-engine.js';
import { kindNumbers } from '../stats/forest/forest-kinds.js';
import { capacityOf, type GrowthPlan } from '../stats/forest/growth-plan.js';
import type { PackedTrees } from '../stats/forest/packed-trees.js';
import type { Refusal } from '../stats/refusal.js';
import { checkGrowthMemory, checkMomentsMemory, defaultMemoryLimit } from './forest-memory.js';
import { loadKernel, workerScript } from './kernels.js';
import { runParts } from './run-parts.js';
import { createWorkerPool } from './worker-pool.js';
import type { ForestTask, GrownPart, Grove, MomentsPart } from './workers/forest.js';

export interface ForestEngineOptions {
  /** worker threads; the cores of the machine unless told. The result does not depend on it. */
  readonly workers?: number;
  /** bytes that may be used; three quarters of the machine unless told */
  readonly memoryLimit?: number;
}

export interface WorkerForestEngine extends ForestEngine {
  close(): Promise<void>;
}

/**
 * Grows forests in worker threads, one kernel instance a worker, with private memory; only the bins and the trees are shared.
 *
 * Little bags are split over the workers by index, and so are the units of a prediction: every sum is either exact or taken in the order
 * of the bags, so the bytes do not depend on the number of workers.
 */
export async function createForestEngine(options: ForestEngineOptions = {}): Promise<WorkerForestEngine> {
  const workers = Math.max(1, options.workers ?? availableParallelism());
  const memoryLimit = options.memoryLimit ?? defaultMemoryLimit();
  const pool = createWorkerPool<ForestTask>(workerScript('forest'), workers, { module: await loadKernel('forest') });
  return {
    name: `workers(${workers})`,
    close: () => pool.close(),

    async grow(rows, plan, keepTrees, engineOptions) {
      const refusal = checkGrowthMemory(rows, plan, keepTrees, workers, memoryLimit);
      if (refusal) return refusal;
      const parts = await runParts<ForestTask, GrownPart>(pool, plan.bags, { every: 1 }, engineOptions, (from, to, control) => ({
        op: 'grow', grove: groveOf(rows, plan), keepTrees, from, to, control,
      }));
      return mergeGrowth(plan, parts);
    },

    async moments(trees, bins, features, engineOptions) {
      return gatherMoments(trees, bins.length / features, features, engineOptions, (from, to, control) => ({
        op: 'moments', trees, bins, features, stride: momentStride(trees.leafValues), from, to, control,
      }));
    },

    async outOfBagMoments(trees, rows, plan, engineOptions) {
      return gatherMoments(trees, rows.rows, rows.features, engineOptions, (from, to, control) => ({
        op: 'moments', trees, bins: rows.bins, features: rows.features, stride: momentStride(trees.leafValues), from, to, control,
        outOfBag: groveOf(rows, plan),
      }));
    },
  };

  async function gatherMoments(
    trees: PackedTrees, units: number, features: number, engineOptions: EngineOptions | undefined, task: TaskOf,
  ): Promise<BagMoments | Refusal> {
    const refusal = checkMomentsMemory(trees, units, features, workers, memoryLimit);
    if (refusal) return refusal;
    const parts = await runParts<ForestTask, MomentsPart>(pool, units, { eachWorker: trees.trees / 2 }, engineOptions, task);
    const stride = momentStride(trees.leafValues);
    const values = new Float64Array(units * stride);
    const bags = new Int32Array(units);
    parts.reduce((unit, part) => {
      values.set(part.values, unit * stride);
      bags.set(part.bags, unit);
      return unit + part.bags.length;
    }, 0);
    return { values, stride, bags };
  }
}

type TaskOf = (from: number, to: number, control: Int32Array) => ForestTask;

function mergeGrowth(plan: GrowthPlan, parts: readonly GrownPart[]): Growth {
  const [first, ...others] = parts;
  const { sums, trees } = first!;
  for (const part of others) {
    part.sums.forEach((sum, i) => { sums[i]! += sum; });
    part.trees.forEach((count, i) => { trees[i]! += count; });
  }
  return {
    outOfBag: { sums, trees },
    trees: {
      segments: parts.flatMap((part) => part.segments),
      trees: parts.reduce((count, part) => count + part.treeCount, 0),
      bagTrees: plan.bagTrees,
      leafValues: plan.leafValues,
    },
  };
}

const groveOf = (rows: BinnedRows, plan: GrowthPlan): Grove => ({ rowsId: idOf(rows), rows, capacity: capacityOf(rows, plan), plan, kind: kindNumbers(plan.kind) });

const ids = new WeakMap<BinnedRows, number>();
let nextId = 0;

/** Tells a worker whether it already holds these rows. */
function idOf(rows: BinnedRows): number {
  const known = ids.get(rows);
  if (known !== undefined) return known;
  ids.set(rows, nextId);
  return nextId++;
}
