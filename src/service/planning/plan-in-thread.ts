import { Worker } from 'node:worker_threads';
import type { Planning, PlanningSpec } from '../../sdk/power.js';

export type PlanningMessage =
  | { readonly planning: Planning }
  | { readonly fault: { readonly name: string; readonly sentence: string; readonly path: string } };

/** The built worker; the same place from the sources and from dist. */
const SCRIPT = new URL('../../../dist/service/planning/planning-worker.js', import.meta.url);

/** @returns null when it took longer than `limitMs` and was ended */
export function planInThread(spec: PlanningSpec, limitMs: number): Promise<PlanningMessage | null> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(SCRIPT, { workerData: spec, execArgv: [] });
    const timer = setTimeout(() => { resolve(null); void worker.terminate(); }, limitMs);
    const settled = (act: () => void) => { clearTimeout(timer); act(); };
    worker.once('message', (message: PlanningMessage) => settled(() => resolve(message)));
    worker.once('error', (error) => settled(() => reject(error)));
    worker.once('exit', (code) => settled(() => reject(new Error(`planning worker ended with ${code} before it answered`))));
  });
}
