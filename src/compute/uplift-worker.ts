import { parentPort } from 'node:worker_threads';
import { growPart } from '../stats/uplift/forest/uplift-engine.js';
import type { UpliftPlan, UpliftRows } from '../stats/uplift/forest/uplift-forest.js';
import { CANCELLED, DONE } from './run-parts.js';

/** Trees from .. to - 1 are this worker's. */
export interface UpliftTask {
  readonly rows: UpliftRows;
  readonly plan: UpliftPlan;
  readonly from: number;
  readonly to: number;
  readonly control: Int32Array;
}

parentPort!.on('message', ({ rows, plan, from, to, control }: UpliftTask) => {
  growPart(rows, plan, from, to, (done) => {
    if (done > 0) Atomics.add(control, DONE, 1);
    return Atomics.load(control, CANCELLED) === 0;
  }).then((result) => parentPort!.postMessage({ result }), (error: unknown) => parentPort!.postMessage({ error: error instanceof Error ? error.message : String(error) }));
});
