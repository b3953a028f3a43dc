import { readBlocks, writeBlocks, type BlockArray } from '../forest/block-file.js';
import { withArrays, withoutArrays } from '../forest/forest-file.js';
import type { ScoringBoosting } from '../learners/boosting/boosting.js';
import { lossOf, type LossName } from '../learners/boosting/losses.js';
import type { ScoringTree } from '../learners/boosting/tree.js';
import { refuse, type Refusal } from '../refusal.js';
import type { BoostedEffects } from './boosted-effects.js';

const FORMAT = 'assay boosted effects';
const VERSION = 1;
const MASK_WORDS = 8;

/** A boosted model as it is kept: its trees one after another. */
interface StoredBoosting {
  readonly loss: LossName;
  readonly start: number;
  readonly numeric: ScoringBoosting['bins']['numeric'];
  /** levels of each categorical feature by bin from 1 on; null for others */
  readonly levels: readonly (Float64Array | null)[];
  readonly position: readonly number[];
  /** splits of each tree */
  readonly splits: Int32Array;
  readonly feature: Int32Array;
  readonly masks: Uint32Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly values: Float64Array;
}

/** Boosted effects as bytes; the same model gives the same bytes. */
export function saveBoostedEffects(effects: BoostedEffects): Uint8Array {
  const blocks: Record<string, BlockArray> = {};
  const parts = Object.fromEntries(Object.entries(effects.parts).map(([part, model]) => [part, stored(model)]));
  return writeBlocks({ format: FORMAT, version: VERSION, effects: withoutArrays({ ...effects, parts }, 'effects', blocks) }, blocks);
}

/** Reads what `saveBoostedEffects` wrote. Refuses anything else, and a version that this code does not know. */
export function loadBoostedEffects(bytes: Uint8Array): BoostedEffects | Refusal {
  const file = readBlocks(bytes);
  const header = file?.header as { readonly format: string; readonly version: number; readonly effects: unknown } | undefined;
  if (!file || header?.format !== FORMAT) return refuse('unsupported_combination', 'this file is not a saved model of boosted effects', 'Give a file that was saved as one.');
  if (header.version !== VERSION) {
    return refuse('unsupported_combination', `this model was saved in format ${header.version}; this version reads format ${VERSION}`, 'Train the model again.');
  }
  const effects = withArrays(header.effects, file) as Omit<BoostedEffects, 'parts'> & { readonly parts: Readonly<Record<string, StoredBoosting>> };
  return { ...effects, parts: Object.fromEntries(Object.entries(effects.parts).map(([part, model]) => [part, restored(model)])) };
}

function stored({ bins, loss, start, trees }: ScoringBoosting): StoredBoosting {
  return {
    loss: loss.name, start, numeric: bins.numeric, position: bins.position,
    levels: bins.levels.map((known) => known && Float64Array.from([...known].sort(([, a], [, b]) => a - b), ([code]) => code)),
    splits: Int32Array.from(trees, ({ feature }) => feature.length),
    feature: Int32Array.from(trees.flatMap(({ feature }) => [...feature])),
    masks: Uint32Array.from(trees.flatMap(({ masks }) => [...masks])),
    left: Int32Array.from(trees.flatMap(({ left }) => [...left])),
    right: Int32Array.from(trees.flatMap(({ right }) => [...right])),
    values: Float64Array.from(trees.flatMap(({ values }) => [...values])),
  };
}

function restored({ loss, start, numeric, position, levels, splits, ...whole }: StoredBoosting): ScoringBoosting {
  const trees: ScoringTree[] = [];
  let split = 0;
  let leaf = 0;
  for (const count of splits) {
    const part = <A extends Int32Array>(array: A) => array.slice(split, split + count);
    trees.push({
      feature: part(whole.feature), left: part(whole.left), right: part(whole.right),
      masks: whole.masks.slice(split * MASK_WORDS, (split + count) * MASK_WORDS), values: whole.values.slice(leaf, leaf + count + 1),
    });
    split += count;
    leaf += count + 1;
  }
  return {
    start, trees, loss: lossOf(loss, NOT_USED),
    bins: { numeric, position, levels: levels.map((codes) => codes && new Map([...codes].map((code, i) => [code, i + 1]))) },
  };
}

/** Quantiles matter while learning alone. */
const NOT_USED = 0.5;
