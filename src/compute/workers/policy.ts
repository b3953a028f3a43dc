/**
 * One worker of the policy engine: drives one instance of the policy kernel. Built to kernels/compute/build/policy.cjs.
 *
 * Only type imports: this file runs alone.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { PolicyProblem } from '../../stats/policy/policy-problem.js';

/** Exports of kernels/compute/policy/index.ts. */
interface PolicyKernel {
  readonly memory: WebAssembly.Memory;
  layOut(units: number, features: number, actions: number, minLeaf: number, mostLevels: number): void;
  prepareDifferences(): void;
  sweepRoot(feature: number): void;
  levelCountsPointer(): number;
  levelsPointer(): number;
  orderPointer(): number;
  scoresPointer(): number;
  rootValuesPointer(): number;
}

/** First splits on features from .. to - 1 are this worker's. */
export interface PolicyTask {
  readonly problem: PolicyProblem;
  readonly from: number;
  readonly to: number;
  readonly control: Int32Array;
}

/** Positions in `control`: set to cancel; features done. */
const CANCELLED = 0;
const DONE = 1;

const { exports } = new WebAssembly.Instance((workerData as { module: WebAssembly.Module }).module, {
  env: { abort: () => { throw new Error('policy kernel ran out of memory'); } },
});
const kernel = exports as unknown as PolicyKernel;

parentPort!.on('message', (task: PolicyTask) => {
  try {
    parentPort!.postMessage({ result: rootValues(task) });
  } catch (error) {
    parentPort!.postMessage({ error: error instanceof Error ? error.message : String(error) });
  }
});

const wordsAt = (pointer: number, length: number) => new Int32Array(kernel.memory.buffer, pointer >>> 0, length);
const doublesAt = (pointer: number, length: number) => new Float64Array(kernel.memory.buffer, pointer >>> 0, length);

function rootValues({ problem, from, to, control }: PolicyTask): Float64Array[] | null {
  load(problem);
  const parts: Float64Array[] = [];
  for (let feature = from; feature < to; feature++) {
    if (Atomics.load(control, CANCELLED)) return null;
    kernel.sweepRoot(feature);
    parts.push(doublesAt(kernel.rootValuesPointer(), problem.features[feature]!.values.length).slice());
    Atomics.add(control, DONE, 1);
  }
  return parts;
}

function load({ n, actions, minLeaf, features, scores }: PolicyProblem): void {
  kernel.layOut(n, features.length, actions, minLeaf, Math.max(...features.map(({ values }) => values.length)));
  wordsAt(kernel.levelCountsPointer(), features.length).set(features.map(({ values }) => values.length));
  features.forEach(({ levels, order }, feature) => {
    wordsAt(kernel.levelsPointer() + feature * n * 4, n).set(levels);
    wordsAt(kernel.orderPointer() + feature * n * 4, n).set(order);
  });
  doublesAt(kernel.scoresPointer(), n * actions).set(scores);
  kernel.prepareDifferences();
}
