/**
 * One worker of the forest engine: drives one instance of the forest kernel. Built to kernels/compute/build/forest.cjs.
 *
 * Only type imports: this file runs alone.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { BinnedRows } from '../../stats/forest/binning.js';
import type { KindNumbers } from '../../stats/forest/forest-kinds.js';
import type { Capacity, GrowthPlan } from '../../stats/forest/growth-plan.js';
import type { PackedTrees } from '../../stats/forest/packed-trees.js';

/** Exports of kernels/compute/forest/index.ts. */
interface ForestKernel {
  readonly memory: WebAssembly.Memory;
  layOut(
    rows: number, features: number, units: number, clustered: number, splitCapacity: number, estimateCapacity: number,
    furtherColumns: number, cellBytes: number, leafValues: number, hasCategories: number,
  ): void;
  setSampling(seed: number, forest: number, bagSize: number, treeSize: number, splitSize: number, rowsPerUnit: number): void;
  setKind(
    labels: number, splits: number, leaves: number, leafValues: number, furtherColumns: number, treatments: number, outcomes: number, reducedFormWeight: number,
  ): void;
  setGrowth(weighted: number, minNodeSize: number, alpha: number, imbalancePenalty: number, cutoffs: number): void;
  drawBag(bag: number): void;
  trainTree(bag: number, indexInBag: number): number;
  addOutOfBag(): void;
  clearOutOfBag(): void;
  listOutOfBag(from: number, to: number, list: number): number;
  addBag(
    first: number, second: number, columns: number, height: number, leafValues: number, list: number, count: number, room: number, moments: number, stride: number,
  ): void;
  transpose(from: number, count: number, features: number, to: number, height: number, first: number): void;
  allocate(bytes: number): number;
  mark(): number;
  releaseTo(top: number): void;
  binsPointer(): number;
  hasMissingPointer(): number;
  highestBinPointer(): number;
  isCategoricalPointer(): number;
  treatmentPointer(): number;
  outcomePointer(): number;
  weightPointer(): number;
  furtherPointer(): number;
  unitOfRowPointer(): number;
  unitSizePointer(): number;
  mtryCutoffsPointer(): number;
  leafGridPointer(): number;
  treePointer(): number;
  outOfBagSumsPointer(): number;
  outOfBagTreesPointer(): number;
}

/** Rows that trees are grown from, and how. */
export interface Grove {
  readonly rowsId: number;
  readonly rows: BinnedRows;
  readonly capacity: Capacity;
  readonly plan: GrowthPlan;
  readonly kind: KindNumbers;
}

/** Bags (or units) from .. to - 1 are this worker's. */
export type ForestTask = { readonly from: number; readonly to: number; readonly control: Int32Array } & (
  | { readonly op: 'grow'; readonly grove: Grove; readonly keepTrees: boolean }
  | { readonly op: 'moments'; readonly trees: PackedTrees; readonly bins: Uint8Array; readonly features: number; readonly stride: number;
      /** present: the units are the rows the trees were grown from, and only bags that do not hold a row count */
      readonly outOfBag?: Grove });

export interface GrownPart { readonly sums: Float64Array; readonly trees: Int32Array; readonly segments: Uint8Array[]; readonly treeCount: number }
export interface MomentsPart { readonly values: Float64Array; readonly bags: Int32Array }

/** Positions in `control`: set to cancel; bags or batches done. */
const CANCELLED = 0;
const DONE = 1;
const SEGMENT_BYTES = 16 * 2 ** 20;
/** Units whose accumulators stay in cache while the trees of a segment pass. */
const BATCH = 8192;
/** Rows of bins that are turned into columns at once. */
const TRANSPOSED = 4096;

const { exports } = new WebAssembly.Instance((workerData as { module: WebAssembly.Module }).module, {
  env: { abort: () => { throw new Error('forest kernel ran out of memory'); } },
});
const kernel = exports as unknown as ForestKernel;
let laidOut: { readonly rowsId: number; readonly capacity: Capacity } | null = null;

parentPort!.on('message', (task: ForestTask) => {
  try {
    const result = task.op === 'grow' ? grow(task) : moments(task);
    parentPort!.postMessage({ result }, result ? buffersOf(result) : []);
  } catch (error) {
    parentPort!.postMessage({ error: error instanceof Error ? error.message : String(error) });
  }
});

/** What is handed over instead of copied. */
const buffersOf = (part: GrownPart | MomentsPart): ArrayBuffer[] =>
  ('sums' in part ? [part.sums.buffer, part.trees.buffer] : [part.values.buffer, part.bags.buffer]) as ArrayBuffer[];

/** The kernel's memory from an address on; made anew each time, since growing the memory detaches old views. */
const address = (pointer: number): number => pointer >>> 0;
const bytesAt = (pointer: number, length: number) => new Uint8Array(kernel.memory.buffer, address(pointer), length);
const floatsAt = (pointer: number, length: number) => new Float32Array(kernel.memory.buffer, address(pointer), length);
const doublesAt = (pointer: number, length: number) => new Float64Array(kernel.memory.buffer, address(pointer), length);
const wordsAt = (pointer: number, length: number) => new Int32Array(kernel.memory.buffer, address(pointer), length);

function loadRows({ rowsId, rows, capacity }: Grove): void {
  const sizes = Object.keys(capacity) as (keyof Capacity)[];
  const known = laidOut?.rowsId === rowsId ? laidOut.capacity : null;
  if (known && sizes.every((size) => capacity[size] <= known[size])) return;
  const most = known ? Object.fromEntries(sizes.map((size) => [size, Math.max(capacity[size], known[size])])) as unknown as Capacity : capacity;
  const units = rows.clusters ? rows.clusters.sizes.length : rows.rows;
  kernel.layOut(
    rows.rows, rows.features, units, rows.clusters ? 1 : 0, most.split, most.estimate,
    most.furtherColumns, most.cell, most.leafValues, rows.categorical.some((isLevels) => isLevels === 1) ? 1 : 0,
  );
  loadColumns(rows.bins, rows.features, 0, rows.rows, kernel.binsPointer());
  bytesAt(kernel.hasMissingPointer(), rows.features).set(rows.hasMissing);
  bytesAt(kernel.highestBinPointer(), rows.features).set(rows.highestBin);
  bytesAt(kernel.isCategoricalPointer(), rows.features).set(rows.categorical);
  if (rows.clusters) {
    wordsAt(kernel.unitOfRowPointer(), rows.rows).set(rows.clusters.codes);
    wordsAt(kernel.unitSizePointer(), units).set(rows.clusters.sizes);
  }
  laidOut = { rowsId, capacity: most };
}

/** Columns of the bins of rows from .. to - 1, at a place of the kernel's memory. */
function loadColumns(bins: Uint8Array, features: number, from: number, to: number, columns: number): void {
  const top = kernel.mark();
  const chunk = kernel.allocate(TRANSPOSED * features);
  for (let row = from; row < to; row += TRANSPOSED) {
    const count = Math.min(TRANSPOSED, to - row);
    bytesAt(chunk, count * features).set(bins.subarray(row * features, (row + count) * features));
    kernel.transpose(chunk, count, features, columns, to - from, row - from);
  }
  kernel.releaseTo(top);
}

function loadPlan({ plan, kind }: Grove): void {
  floatsAt(kernel.treatmentPointer(), plan.treatment.length).set(plan.treatment);
  floatsAt(kernel.outcomePointer(), plan.outcome.length).set(plan.outcome);
  floatsAt(kernel.weightPointer(), plan.weight.length).set(plan.weight);
  plan.further.forEach((column, i) => floatsAt(kernel.furtherPointer() + i * column.byteLength, column.length).set(column));
  wordsAt(kernel.mtryCutoffsPointer(), plan.mtryCutoffs.length).set(new Int32Array(plan.mtryCutoffs));
  doublesAt(kernel.leafGridPointer(), plan.leafGrid.length).set(plan.leafGrid);
  kernel.setSampling(plan.seed, plan.forest, plan.bagSize, plan.treeSize, plan.splitSize, plan.rowsPerUnit);
  kernel.setKind(
    kind.labels, kind.splits, kind.leaves, plan.leafValues, plan.further.length, plan.treatments, plan.further.length - plan.treatments, plan.reducedFormWeight,
  );
  kernel.setGrowth(plan.weighted ? 1 : 0, plan.minNodeSize, plan.alpha, plan.imbalancePenalty, plan.mtryCutoffs.length);
}

function grow(task: ForestTask & { op: 'grow' }): GrownPart | null {
  const { grove, control } = task;
  const { plan, rows } = grove;
  loadRows(grove);
  loadPlan(grove);
  kernel.clearOutOfBag();
  const segments: Uint8Array[] = [];
  let open: Uint8Array[] = [];
  let openBytes = 0;
  const closeSegment = () => {
    const segment = new Uint8Array(new SharedArrayBuffer(openBytes));
    open.reduce((at, tree) => { segment.set(tree, at); return at + tree.length; }, 0);
    segments.push(segment);
    open = [];
    openBytes = 0;
  };
  for (let bag = task.from; bag < task.to; bag++) {
    if (Atomics.load(control, CANCELLED)) return null;
    kernel.drawBag(bag);
    for (let index = 0; index < plan.bagTrees; index++) {
      const bytes = kernel.trainTree(bag, index);
      kernel.addOutOfBag();
      if (!task.keepTrees) continue;
      open.push(bytesAt(kernel.treePointer(), bytes).slice());
      openBytes += bytes;
    }
    if (openBytes >= SEGMENT_BYTES) closeSegment();
    Atomics.add(control, DONE, 1);
  }
  if (openBytes > 0) closeSegment();
  return {
    sums: doublesAt(kernel.outOfBagSumsPointer(), rows.rows * plan.leafValues).slice(),
    trees: wordsAt(kernel.outOfBagTreesPointer(), rows.rows).slice(),
    segments,
    treeCount: task.keepTrees ? (task.to - task.from) * plan.bagTrees : 0,
  };
}

/** Starts of the trees in a segment that lies at `pointer`; the layout is that of packed-trees.ts. */
function treeStarts(segment: Uint8Array, pointer: number, leafValues: number): number[] {
  const view = new DataView(segment.buffer, segment.byteOffset, segment.byteLength);
  const starts: number[] = [];
  for (let at = 0; at < segment.byteLength;) {
    starts.push(pointer + at);
    at += 16 + view.getUint32(at, true) * 8 + view.getUint32(at + 8, true) * 32 + view.getUint32(at + 4, true) * leafValues * 4;
  }
  return starts;
}

function moments(task: ForestTask & { op: 'moments' }): MomentsPart | null {
  const { trees, features, stride, control, outOfBag } = task;
  const units = task.to - task.from;
  if (outOfBag) {
    loadRows(outOfBag);
    loadPlan(outOfBag);
  }
  const top = kernel.mark();
  const columns = kernel.allocate(units * features);
  const list = kernel.allocate((units + 1) * 4);
  const room = kernel.allocate(units * 16);
  const sums = kernel.allocate(units * stride * 8);
  loadColumns(task.bins, features, task.from, task.to, columns);
  wordsAt(list, units).forEach((_, i, all) => { all[i] = i; });
  doublesAt(sums, units * stride).fill(0);
  const bags = new Int32Array(units);
  let bag = 0;
  for (const segment of trees.segments) {
    const afterSums = kernel.mark();
    const pointer = kernel.allocate(segment.byteLength);
    bytesAt(pointer, segment.byteLength).set(segment);
    const starts = treeStarts(segment, pointer, trees.leafValues);
    if (outOfBag) {
      for (let i = 0; i < starts.length; i += 2, bag++) {
        if (Atomics.load(control, CANCELLED)) return null;
        kernel.drawBag(bag);
        const count = kernel.listOutOfBag(task.from, task.to, list);
        kernel.addBag(starts[i]!, starts[i + 1]!, columns, units, trees.leafValues, list, count, room, sums, stride);
        for (const unit of wordsAt(list, count)) bags[unit]!++;
        Atomics.add(control, DONE, 1);
      }
    } else {
      for (let from = 0; from < units; from += BATCH) {
        if (Atomics.load(control, CANCELLED)) return null;
        const count = Math.min(BATCH, units - from);
        for (let i = 0; i < starts.length; i += 2) {
          kernel.addBag(starts[i]!, starts[i + 1]!, columns, units, trees.leafValues, list + from * 4, count, room, sums, stride);
        }
      }
      bags.fill(bag += starts.length / 2);
      Atomics.add(control, DONE, starts.length / 2);
    }
    kernel.releaseTo(afterSums);
  }
  const values = doublesAt(sums, units * stride).slice();
  kernel.releaseTo(top);
  return { values, bags };
}
