import { availableParallelism } from 'node:os';
import type { PolicyEngine } from '../stats/policy/policy-engine.js';
import { loadKernel, workerScript } from './kernels.js';
import { runParts } from './run-parts.js';
import { createWorkerPool } from './worker-pool.js';
import type { PolicyTask } from './workers/policy.js';

export interface WorkerPolicyEngine extends PolicyEngine {
  close(): Promise<void>;
}

/** Searches policy trees in worker threads, first splits spread over them by feature; the values are whole numbers and do not depend on how many there are. */
export async function createPolicyEngine({ workers = availableParallelism() }: { readonly workers?: number } = {}): Promise<WorkerPolicyEngine> {
  const pool = createWorkerPool<PolicyTask>(workerScript('policy'), Math.max(1, workers), { module: await loadKernel('policy') });
  return {
    name: `workers(${pool.size})`,
    close: () => pool.close(),
    async rootValues(problem, options = {}) {
      const parts = await runParts<PolicyTask, Float64Array[]>(pool, problem.features.length, { every: 1 }, options, (from, to, control) => ({ problem, from, to, control }));
      return parts.flat();
    },
  };
}
