/**
 * One worker of the boosting engine: drives one instance of the boosting kernel a run. Built to kernels/compute/build/boosting.cjs.
 *
 * Only type imports: this file runs alone.
 */
import { parentPort, workerData } from 'node:worker_threads';

/** Exports of kernels/compute/boosting/index.ts. */
interface BoostingKernel {
  readonly memory: WebAssembly.Memory;
  layOut(rows: number, features: number, stride: number, maxLeaves: number): void;
  setShape(leaves: number, depth: number, rows: number, gain: number, categories: number, categoryRows: number, usedCategoryRows: number, constrained: number): void;
  setLimits(l2: number, categoryL2: number, smoothing: number, minHessian: number, scale: number, step: number): void;
  beginTree(features: number, groups: number): number;
  finishRoot(rows: number): void;
  splitNext(): number;
  leftRows(): number;
  finishSplit(leftRows: number): void;
  finishTree(): number;
  addReceived(slot: number): void;
  outputOf(leaf: number): number;
  binsPointer(): number;
  kindsPointer(): number;
  monotonePointer(): number;
  usedPointer(): number;
  groupsPointer(): number;
  gradientsPointer(): number;
  inBagPointer(): number;
  leafOfPointer(): number;
  histogramPointer(slot: number): number;
  histogramLength(): number;
  receivedPointer(): number;
  splitsPointer(): number;
}

/** Where workers meet; all in shared memory. */
export interface Meeting {
  readonly workers: number;
  /** arrived, generation, failed */
  readonly control: Int32Array;
  /** sums of each worker for an even and an odd meeting, shape (2, workers, histogram bytes) */
  readonly sums: Uint8Array;
  /** rows of each worker, shape (2, workers) */
  readonly rows: Int32Array;
}

/** Rows from .. to - 1 are this worker's. */
export interface OpenTask {
  readonly op: 'open'; readonly run: number; readonly index: number; readonly from: number; readonly to: number; readonly meeting: Meeting;
  readonly features: number; readonly stride: number; readonly bins: Uint8Array; readonly kinds: Uint8Array; readonly monotone: Int8Array;
  readonly gradients: Int32Array; readonly inBag: Uint8Array; readonly leafOf: Uint16Array;
  readonly shape: Parameters<BoostingKernel['setShape']>; readonly maxLeaves: number;
}
export interface GrowTask {
  readonly op: 'grow'; readonly run: number; readonly used: Int32Array; readonly groups: Int32Array; readonly limits: Parameters<BoostingKernel['setLimits']>;
}
export type BoostingTask = OpenTask | GrowTask | { readonly op: 'close'; readonly run: number };
/** Splits as the kernel keeps them (leaves.ts), and outputs in fixed-point units; from the first worker alone. */
export interface GrownPart { readonly splits: Uint8Array; readonly outputs: Float64Array }

const ARRIVED = 0;
const GENERATION = 1;
const FAILED = 2;
/** Looks at a counter before a worker sleeps: a meeting is usually over within microseconds. */
const LOOKS = 2000;
const SPLIT_BYTES = 96;

const compiled = (workerData as { module: WebAssembly.Module }).module;
const runs = new Map<number, { readonly kernel: BoostingKernel; readonly task: OpenTask }>();

parentPort!.on('message', (task: BoostingTask) => {
  try {
    parentPort!.postMessage({ result: task.op === 'open' ? open(task) : task.op === 'grow' ? grow(task) : runs.delete(task.run) });
  } catch (error) {
    fail(runs.get(task.run)?.task.meeting);
    parentPort!.postMessage({ error: error instanceof Error ? error.message : String(error) });
  }
});

const bytesAt = ({ memory }: BoostingKernel, pointer: number, length: number) => new Uint8Array(memory.buffer, pointer >>> 0, length);
const bytesOf = ({ buffer, byteOffset, byteLength }: Int32Array | Uint16Array | Int8Array) => new Uint8Array(buffer, byteOffset, byteLength);

function open(task: OpenTask): null {
  const { exports } = new WebAssembly.Instance(compiled, { env: { abort: () => { throw new Error('boosting kernel ran out of memory'); } } });
  const kernel = exports as unknown as BoostingKernel;
  const { from, to, features, stride } = task;
  kernel.layOut(to - from, features, stride, task.maxLeaves);
  bytesAt(kernel, kernel.binsPointer(), (to - from) * stride).set(task.bins.subarray(from * stride, to * stride));
  bytesAt(kernel, kernel.kindsPointer(), features).set(task.kinds);
  bytesAt(kernel, kernel.monotonePointer(), features).set(bytesOf(task.monotone));
  kernel.setShape(...task.shape);
  runs.set(task.run, { kernel, task });
  return null;
}

function grow({ run, used, groups, limits }: GrowTask): GrownPart | null {
  const opened = runs.get(run);
  if (!opened) throw new Error('the boosting run ended when a compute worker did');
  const { kernel, task } = opened;
  const { from, to } = task;
  bytesAt(kernel, kernel.usedPointer(), used.byteLength).set(bytesOf(used));
  bytesAt(kernel, kernel.groupsPointer(), groups.byteLength).set(bytesOf(groups));
  bytesAt(kernel, kernel.gradientsPointer(), (to - from) * 8).set(bytesOf(task.gradients.subarray(2 * from, 2 * to)));
  bytesAt(kernel, kernel.inBagPointer(), to - from).set(task.inBag.subarray(from, to));
  kernel.setLimits(...limits);
  kernel.finishRoot(addOthers(kernel, task, 0, kernel.beginTree(used.length, groups.length)));
  for (let slot = kernel.splitNext(); slot >= 0; slot = kernel.splitNext()) kernel.finishSplit(addOthers(kernel, task, slot, kernel.leftRows()));
  const leaves = kernel.finishTree();
  bytesOf(task.leafOf).set(bytesAt(kernel, kernel.leafOfPointer(), (to - from) * 2), from * 2);
  if (task.index > 0) return null;
  return {
    splits: bytesAt(kernel, kernel.splitsPointer(), (leaves - 1) * SPLIT_BYTES).slice(),
    outputs: Float64Array.from({ length: leaves }, (_, leaf) => kernel.outputOf(leaf)),
  };
}

/** Adds the sums of the other workers to a slot. Returns the rows of all. */
function addOthers(kernel: BoostingKernel, { index, meeting }: OpenTask, slot: number, rows: number): number {
  const { workers, control, sums } = meeting;
  if (workers === 1) return rows;
  const length = kernel.histogramLength();
  const parity = Atomics.load(control, GENERATION) & 1;
  const place = (worker: number) => (parity * workers + worker) * length;
  sums.set(bytesAt(kernel, kernel.histogramPointer(slot), length), place(index));
  meeting.rows[parity * workers + index] = rows;
  meet(meeting);
  let all = rows;
  for (let other = 0; other < workers; other++) {
    if (other === index) continue;
    bytesAt(kernel, kernel.receivedPointer(), length).set(sums.subarray(place(other), place(other) + length));
    kernel.addReceived(slot);
    all += meeting.rows[parity * workers + other]!;
  }
  return all;
}

/** Waits until every worker is here. */
function meet({ workers, control }: Meeting): void {
  const generation = Atomics.load(control, GENERATION);
  if (Atomics.add(control, ARRIVED, 1) + 1 === workers) {
    Atomics.store(control, ARRIVED, 0);
    Atomics.add(control, GENERATION, 1);
    Atomics.notify(control, GENERATION);
  } else {
    for (let look = 0; look < LOOKS && Atomics.load(control, GENERATION) === generation; look++);
    while (Atomics.load(control, GENERATION) === generation) Atomics.wait(control, GENERATION, generation);
  }
  if (Atomics.load(control, FAILED)) throw new Error('another boosting worker failed');
}

/** Lets workers that wait go on, to fail as well. */
function fail(meeting: Meeting | undefined): void {
  if (!meeting) return;
  Atomics.store(meeting.control, FAILED, 1);
  Atomics.add(meeting.control, GENERATION, 1);
  Atomics.notify(meeting.control, GENERATION);
}
