import type { LossName } from '../boosting/losses.js';
import { lossOf } from '../boosting/losses.js';
import type { ScoringTree } from '../boosting/tree.js';
import type { Encoding } from '../linear/encoding.js';
import { concatenate } from '../../forest/packed-trees.js';
import type { KeptBoosting, KeptForest, KeptLearner, KeptLinear } from './kept.js';

const MASK_WORDS = 8;

/** A boosted model as it is kept: its trees one after another. */
interface StoredBoosting {
  readonly family: 'boosting';
  readonly loss: LossName;
  readonly start: number;
  readonly numeric: KeptBoosting['bins']['numeric'];
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

/** A linear model as it is kept: levels of its categorical features by feature. */
interface StoredLinear extends Pick<KeptLinear, 'family' | 'task' | 'model'> {
  readonly columns: Encoding['columns'];
  readonly levels: readonly { readonly feature: number; readonly codes: Float64Array }[];
}

/** A learner as a record of numbers, names and typed arrays. */
export type StoredLearner = StoredBoosting | StoredLinear | KeptForest;

export function storedLearner(kept: KeptLearner): StoredLearner {
  switch (kept.family) {
    case 'boosting': return storedBoosting(kept);
    case 'linear': return {
      family: 'linear', task: kept.task, model: kept.model, columns: kept.encoding.columns,
      levels: [...kept.encoding.levels].map(([feature, codes]) => ({ feature, codes: Float64Array.from(codes) })),
    };
    case 'forest': return { ...kept, trees: { ...kept.trees, segments: [concatenate(kept.trees.segments)] } };
  }
}

export function restoredLearner(stored: StoredLearner): KeptLearner {
  switch (stored.family) {
    case 'boosting': return restoredBoosting(stored);
    case 'linear': return {
      family: 'linear', task: stored.task, model: stored.model,
      encoding: { columns: stored.columns, levels: new Map(stored.levels.map(({ feature, codes }) => [feature, new Set(codes)])) },
    };
    case 'forest': return stored;
  }
}

function storedBoosting({ bins, loss, start, trees }: KeptBoosting): StoredBoosting {
  return {
    family: 'boosting', loss: loss.name, start, numeric: bins.numeric, position: bins.position,
    levels: bins.levels.map((known) => known && Float64Array.from([...known].sort(([, a], [, b]) => a - b), ([code]) => code)),
    splits: Int32Array.from(trees, ({ feature }) => feature.length),
    feature: Int32Array.from(trees.flatMap(({ feature }) => [...feature])),
    masks: Uint32Array.from(trees.flatMap(({ masks }) => [...masks])),
    left: Int32Array.from(trees.flatMap(({ left }) => [...left])),
    right: Int32Array.from(trees.flatMap(({ right }) => [...right])),
    values: Float64Array.from(trees.flatMap(({ values }) => [...values])),
  };
}

function restoredBoosting({ loss, start, numeric, position, levels, splits, ...whole }: StoredBoosting): KeptBoosting {
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
    family: 'boosting', start, trees, loss: lossOf(loss, NOT_USED),
    bins: { numeric, position, levels: levels.map((codes) => codes && new Map([...codes].map((code, i) => [code, i + 1]))) },
  };
}

/** Quantiles matter while learning alone. */
const NOT_USED = 0.5;
