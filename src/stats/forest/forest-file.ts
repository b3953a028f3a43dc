import { refuse, type Refusal } from '../refusal.js';
import { readBlocks, writeBlocks, type BlockArray, type BlockConstructor, type BlockFile } from './block-file.js';
import type { CausalForest } from './causal-forest.js';
import type { CausalSurvivalForest } from './causal-survival-forest.js';
import type { InstrumentalForest } from './instrumental-forest.js';
import type { MultiArmForest } from './multi-arm-forest.js';
import type { MultiRegressionForest } from './multi-regression-forest.js';
import { concatenate, type PackedTrees } from './packed-trees.js';
import type { RegressionForest } from './regression-forest.js';
import type { SurvivalForest } from './survival-forest.js';

/** Forests that can be saved; each is a record of numbers, names and typed arrays. */
export type SavedForest =
  CausalForest | CausalSurvivalForest | InstrumentalForest | MultiArmForest | MultiRegressionForest | RegressionForest | SurvivalForest;
export type ForestFamily = SavedForest['family'];

const FORMAT = 'assay forest';
const VERSION = 2;

interface Header {
  readonly format: string;
  readonly version: number;
  readonly family: ForestFamily;
  /** the forest, with the name of a block where a typed array was */
  readonly forest: unknown;
}

/** A typed array of a saved record; a shared one is read into shared memory again, so that workers get no copy. */
interface ArrayReference { readonly block: string; readonly type: keyof typeof arrayTypes; readonly shared: boolean }

const arrayTypes = { Uint8Array, Int32Array, Uint32Array, Float32Array, Float64Array } as const satisfies Record<string, BlockConstructor<BlockArray>>;

/** A forest as bytes: the same forest gives the same bytes, whoever grew it. */
export function saveForest<F extends { readonly family: ForestFamily; readonly trees: PackedTrees }>(forest: F): Uint8Array {
  const blocks: Record<string, BlockArray> = {};
  const whole = { ...forest, trees: { ...forest.trees, segments: [concatenate(forest.trees.segments)] } };
  const header: Header = { format: FORMAT, version: VERSION, family: forest.family, forest: withoutArrays(whole, 'forest', blocks) };
  return writeBlocks(header, blocks);
}

/** A record with references where its typed arrays were, which go into `blocks`. */
export function withoutArrays(value: unknown, path: string, blocks: Record<string, BlockArray>): unknown {
  if (ArrayBuffer.isView(value)) {
    blocks[path] = value as BlockArray;
    return { block: path, type: value.constructor.name as ArrayReference['type'], shared: value.buffer instanceof SharedArrayBuffer } satisfies ArrayReference;
  }
  if (Array.isArray(value)) return value.map((item, i) => withoutArrays(item, `${path}.${i}`, blocks));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutArrays(item, `${path}.${key}`, blocks)]));
}

/** Reads what `saveForest` wrote. Refuses anything else, another family, and a version that this code does not know. */
export function loadForest<Family extends ForestFamily = 'causal'>(
  bytes: Uint8Array, family: Family = 'causal' as Family,
): Extract<SavedForest, { readonly family: Family }> | Refusal {
  const file = readBlocks(bytes);
  const header = file?.header as Header | undefined;
  if (!file || header?.format !== FORMAT) return refuse('unsupported_combination', 'this file is not a saved forest', 'Give a file that was saved as one.');
  if (header.version !== VERSION) {
    return refuse('unsupported_combination', `this forest was saved in format ${header.version}; this version reads format ${VERSION}`, 'Grow and save the forest again.');
  }
  if (header.family !== family) {
    return refuse('unsupported_combination', `this file holds a forest of family ${header.family}, not ${family}`, 'Give a file that was saved as one.');
  }
  return withArrays(header.forest, file) as Extract<SavedForest, { readonly family: Family }>;
}

/** The record that `withoutArrays` took apart. */
export function withArrays(value: unknown, file: BlockFile): unknown {
  if (Array.isArray(value)) return value.map((item) => withArrays(item, file));
  if (typeof value !== 'object' || value === null) return value;
  if (isReference(value)) {
    const array = file.block(value.block, arrayTypes[value.type] as BlockConstructor<BlockArray>);
    return value.shared && array instanceof Uint8Array ? shared(array) : array;
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withArrays(item, file)]));
}

const isReference = (value: object): value is ArrayReference => 'block' in value && 'type' in value && 'shared' in value;

function shared(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}
