import { availableParallelism } from 'node:os';
import type { BoostingColumns, BoostingEngine, BoostingRows, BoostingSession, GrownTree, TreeInput, TreeShape } from '../stats/learners/boosting/growth.js';
import { refuse, type Refusal } from '../stats/refusal.js';
import { defaultMemoryLimit } from './forest-memory.js';
import { loadKernel, workerScript } from './kernels.js';
import { createWorkerPool, type WorkerPool } from './worker-pool.js';
import type { BoostingTask, GrownPart, Meeting } from './workers/boosting.js';

export interface BoostingEngineOptions {
  /** worker threads; the cores of the machine unless told. The result does not depend on it. */
  readonly workers?: number;
  /** bytes that may be used; three quarters of the machine unless told */
  readonly memoryLimit?: number;
  /** rows below which a further worker costs more than it saves */
  readonly rowsPerWorker?: number;
}

export interface WorkerBoostingEngine extends BoostingEngine {
  close(): Promise<void>;
}

const ROWS_PER_WORKER = 10_000;
const BIN_BYTES = 8;
const BINS = 256;
/** A WebAssembly memory ends here, whatever the machine has. */
const INSTANCE_LIMIT = 2 ** 32 - 2 ** 26;

/**
 * Grows boosted trees in worker threads: every worker sums its own rows, sums are added as integers, and each then makes the same split.
 *
 * Trees are the same bytes for any number of workers.
 */
export async function createBoostingEngine(options: BoostingEngineOptions = {}): Promise<WorkerBoostingEngine> {
  const most = Math.max(1, options.workers ?? availableParallelism());
  const memoryLimit = options.memoryLimit ?? defaultMemoryLimit();
  const pool = createWorkerPool<BoostingTask>(workerScript('boosting'), most, { module: await loadKernel('boosting') });
  let runs = 0;
  return {
    name: `workers(${most})`,
    close: () => pool.close(),
    async open(rows, shape, columns) {
      const workers = Math.max(1, Math.min(most, Math.floor(rows.rows / (options.rowsPerWorker ?? ROWS_PER_WORKER))));
      const refusal = checkMemory(rows, shape, workers, memoryLimit);
      if (refusal) return refusal;
      const run = runs++;
      await pool.run(openTasks(rows, shape, columns, workers, run));
      return session(pool, rows, shape, workers, run);
    },
  };
}

function session(pool: WorkerPool<BoostingTask>, rows: BoostingRows, shape: TreeShape, workers: number, run: number): BoostingSession {
  const all = <Task extends BoostingTask>(task: Task) => Array.from({ length: workers }, () => task);
  return {
    async grow(input) {
      const groups = Int32Array.from(new Set(Array.from(input.features, (feature) => feature >> 2)));
      const [first] = await pool.run<GrownPart | null>(all({ op: 'grow', run, used: input.features, groups, limits: limitsOf(shape, input) }));
      return readTree(first!, input);
    },
    close: () => { void pool.run(all({ op: 'close', run })); },
  };
}

/** Limits in fixed-point units: twin of `limitsOf` in the reference. */
function limitsOf(shape: TreeShape, { gradientStep, hessianStep }: TreeInput): [number, number, number, number, number, number] {
  return [
    shape.l2 / hessianStep, shape.categoryL2 / hessianStep, shape.categorySmoothing / hessianStep, Math.max(1, shape.minHessian / hessianStep),
    gradientStep / hessianStep, gradientStep,
  ];
}

function openTasks(rows: BoostingRows, shape: TreeShape, columns: BoostingColumns, workers: number, run: number): BoostingTask[] {
  const meeting: Meeting = {
    workers,
    control: new Int32Array(new SharedArrayBuffer(12)),
    sums: new Uint8Array(new SharedArrayBuffer(workers > 1 ? 2 * workers * histogramBytes(rows) : 0)),
    rows: new Int32Array(new SharedArrayBuffer(8 * workers)),
  };
  const isConstrained = rows.monotone.some((direction) => direction !== 0);
  return Array.from({ length: workers }, (_, index) => ({
    op: 'open', run, index, meeting, ...columns,
    from: Math.floor((index * rows.rows) / workers), to: Math.floor(((index + 1) * rows.rows) / workers),
    features: rows.features, stride: rows.stride, bins: rows.bins, kinds: rows.kinds, monotone: rows.monotone, maxLeaves: shape.maxLeaves,
    shape: [shape.maxLeaves, shape.maxDepth, shape.minRows, shape.minGain, shape.maxCategories, shape.minCategoryRows, shape.categorySmoothing, isConstrained ? 1 : 0],
  }));
}

const SPLIT_WORDS = 24;

/** Splits as the kernel keeps them: { gain, .. f64 x 4, feature, kind, threshold, leaf i32, 8 words of mask }. */
function readTree({ splits, outputs }: GrownPart, { gradientStep, hessianStep }: TreeInput): GrownTree {
  const scale = gradientStep / hessianStep;
  const count = outputs.length - 1;
  const words = new Int32Array(splits.buffer, splits.byteOffset, count * SPLIT_WORDS);
  const doubles = new Float64Array(splits.buffer, splits.byteOffset, (count * SPLIT_WORDS) / 2);
  const word = (at: number) => Int32Array.from({ length: count }, (_, s) => words[s * SPLIT_WORDS + at]!);
  const masks = new Uint32Array(count * 8);
  for (let s = 0; s < count; s++) for (let w = 0; w < 8; w++) masks[s * 8 + w] = words[s * SPLIT_WORDS + 14 + w]!;
  return {
    feature: word(10), kind: Uint8Array.from(word(11)), threshold: Uint8Array.from(word(12)), leaf: word(13), masks,
    gain: Float64Array.from({ length: count }, (_, s) => (doubles[(s * SPLIT_WORDS) / 2]! * scale * gradientStep) / 2),
    outputs: outputs.map((output) => output * scale),
  };
}

const histogramBytes = ({ stride }: BoostingRows): number => stride * BINS * BIN_BYTES;

/** What `layOut` of the kernel allocates, and what the workers share. */
function checkMemory(rows: BoostingRows, shape: TreeShape, workers: number, limit: number): Refusal | null {
  const instance = Math.ceil(rows.rows / workers) * (rows.stride + 8 + 1 + 2 + 32) + histogramBytes(rows) * (shape.maxLeaves + 1) + 2 ** 21;
  const total = workers * instance + rows.bins.byteLength + rows.rows * 11 + 2 * workers * histogramBytes(rows);
  if (instance <= INSTANCE_LIMIT && total <= limit) return null;
  const gigabytes = (bytes: number) => (bytes / 2 ** 30).toFixed(1);
  return refuse('unsupported_combination',
    `boosting of this size needs ${gigabytes(total)} GB, ${gigabytes(instance)} in one worker; ${gigabytes(limit)} GB are allowed, ${gigabytes(INSTANCE_LIMIT)} in one worker`,
    'Use fewer rows, columns or leaves, or a machine with more memory.');
}
