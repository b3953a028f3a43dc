import type { EngineOptions } from '../stats/forest/forest-engine.js';
import type { WorkerPool } from './worker-pool.js';

/** Positions in `control`, which workers share: set to cancel; steps done. */
export const CANCELLED = 0;
export const DONE = 1;
const PROGRESS_INTERVAL_MS = 100;

/** How many steps are counted in `control`: some for every index, or some in each worker. */
export type Steps = { readonly every: number } | { readonly eachWorker: number };

/**
 * Splits 0 .. count - 1 over the workers by index; parts come back in that order.
 *
 * A worker answers null when it was cancelled. Rejects with the signal's reason when aborted.
 */
export async function runParts<Task, Part>(
  pool: WorkerPool<Task>, count: number, steps: Steps, { signal, onProgress }: EngineOptions = {},
  taskOf: (from: number, to: number, control: Int32Array) => Task,
): Promise<Part[]> {
  signal?.throwIfAborted();
  const control = new Int32Array(new SharedArrayBuffer(8));
  const cancel = () => { Atomics.store(control, CANCELLED, 1); };
  signal?.addEventListener('abort', cancel, { once: true });
  const used = Math.min(pool.size, count);
  const tasks = Array.from({ length: used }, (_, i) => taskOf(Math.floor((i * count) / used), Math.floor(((i + 1) * count) / used), control));
  const total = 'every' in steps ? steps.every * count : steps.eachWorker * used;
  const timer = onProgress && setInterval(() => onProgress(Atomics.load(control, DONE) / total), PROGRESS_INTERVAL_MS);
  try {
    const parts = await pool.run<Part | null>(tasks);
    signal?.throwIfAborted();
    onProgress?.(1);
    return parts.filter((part): part is Awaited<Part> & {} => part !== null) as Part[];
  } finally {
    clearInterval(timer);
    signal?.removeEventListener('abort', cancel);
  }
}
