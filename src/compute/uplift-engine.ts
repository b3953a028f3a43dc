import { availableParallelism } from 'node:os';
import { referenceUpliftEngine, type UpliftEngine, type UpliftGrowth } from '../stats/uplift/forest/uplift-engine.js';
import { runParts } from './run-parts.js';
import type { UpliftTask } from './uplift-worker.js';
import { createWorkerPool } from './worker-pool.js';

export interface WorkerUpliftEngine extends UpliftEngine {
  close(): Promise<void>;
}

/** Rows times trees below which a forest is grown before threads have started. */
const LEAST_WORK = 500_000;

/** Grows uplift forests in worker threads, trees spread over them by index; the bytes do not depend on how many there are. */
export function createUpliftEngine({ workers = availableParallelism() }: { readonly workers?: number } = {}): WorkerUpliftEngine {
  // the same place from the sources and from dist
  const pool = createWorkerPool<UpliftTask>(new URL('../../dist/compute/uplift-worker.js', import.meta.url), Math.max(1, workers), null);
  return {
    name: `workers(${pool.size})`,
    close: () => pool.close(),
    async grow(rows, plan, options = {}) {
      if (rows.codes.length * plan.trees < LEAST_WORK) return referenceUpliftEngine.grow(rows, plan, options);
      return merged(await runParts<UpliftTask, UpliftGrowth>(pool, plan.trees, { every: 1 }, options, (from, to, control) => ({ rows, plan, from, to, control })));
    },
  };
}

function merged(parts: readonly UpliftGrowth[]): UpliftGrowth {
  const [{ sums, counts }, ...others] = parts as [UpliftGrowth, ...UpliftGrowth[]];
  for (const part of others) {
    for (let i = 0; i < sums.length; i++) sums[i]! += part.sums[i]!;
    for (let row = 0; row < counts.length; row++) counts[row]! += part.counts[row]!;
  }
  const gains = new Float64Array(parts.reduce((length, part) => length + part.gains.length, 0));
  parts.reduce((at, part) => { gains.set(part.gains, at); return at + part.gains.length; }, 0);
  return { trees: parts.flatMap(({ trees }) => trees), gains, sums, counts };
}
