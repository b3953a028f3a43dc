import { isRefusal, refuse, type Refusal } from '../refusal.js';
import { noVariation, type CausalForest } from './causal-forest.js';
import { effectsFrom, type EffectPredictions } from './effect-prediction.js';
import { solveEffect } from './effect-equation.js';
import type { BagMoments, EngineOptions, ForestEngine } from './forest-engine.js';
import { binsOfColumns } from './moment-prediction.js';

/** Causal forests over the same rows that predict as one forest of all their trees; each is saved by itself. */
export interface MergedForest {
  readonly parts: readonly CausalForest[];
  /** the first, with out-of-bag effects of all trees: for averages, projections and tests */
  readonly forest: CausalForest;
}

/**
 * Merges causal forests that were grown from the same rows by different seeds, as on several machines.
 *
 * Refuses forests of other rows, of other nuisances (give all the yHat and wHat of the first), of one seed twice, and bags of one tree.
 */
export async function mergeForests(engine: ForestEngine, parts: readonly CausalForest[], options?: EngineOptions): Promise<MergedForest | Refusal> {
  const [first, ...others] = parts;
  if (!first || others.length === 0) throw new RangeError('mergeForests needs at least 2 forests');
  const other = others.findIndex((part) => !isAlike(part, first));
  if (other >= 0) {
    return refuse('unsupported_combination', `forest ${other + 2} was grown from other rows, or with other nuisances, than the first`, 'Grow all from the same rows with the yHat and wHat of the first.');
  }
  if (new Set(parts.map(({ plan }) => plan.seed)).size < parts.length) {
    return refuse('unsupported_combination', 'two of the forests have the same seed, and so the same trees', 'Grow each by a seed of its own.');
  }
  const moments = await together(parts, (part) => engine.outOfBagMoments(part.trees, part.rows, part.plan, options));
  if (isRefusal(moments)) return moments;
  const { leafValues } = first.trees;
  const tauHat = new Float64Array(first.y.length);
  for (let row = 0; row < tauHat.length; row++) {
    const tau = solveEffect(moments.values, row * moments.stride, leafValues, 2 * moments.bags[row]!);
    if (tau === null) return noVariation(row);
    tauHat[row] = tau * first.effectScale;
  }
  return { parts, forest: { ...first, tauHat } };
}

/** Effects at new units by all trees, with variances; as `predictEffects`. */
export async function predictMerged(
  engine: ForestEngine, { parts, forest }: MergedForest, columns: Readonly<Record<string, Float64Array>>, options?: EngineOptions,
): Promise<EffectPredictions | Refusal> {
  const bins = binsOfColumns(forest, columns);
  if (isRefusal(bins)) return bins;
  return effectsFrom(forest, await together(parts, ({ trees, features }) => engine.moments(trees, bins, features.length, options)));
}

/** Moments over little bags add up. */
async function together(parts: readonly CausalForest[], momentsOf: (part: CausalForest) => Promise<BagMoments | Refusal>): Promise<BagMoments | Refusal> {
  const all: BagMoments[] = [];
  for (const part of parts) {
    const moments = await momentsOf(part);
    if (isRefusal(moments)) return moments;
    all.push(moments);
  }
  return all.reduce((sum, { stride, values, bags }) => ({
    stride, values: sum.values.map((value, i) => value + values[i]!), bags: sum.bags.map((count, i) => count + bags[i]!),
  }));
}

function isAlike(a: CausalForest, b: CausalForest): boolean {
  const same = (x: ArrayLike<number> | null, y: ArrayLike<number> | null): boolean =>
    x === y || (x !== null && y !== null && x.length === y.length && Array.prototype.every.call(x, (value: number, i: number) => value === y[i]));
  return a.plan.kind === b.plan.kind && a.features.join('\n') === b.features.join('\n') && same(a.rows.bins, b.rows.bins)
    && same(a.rows.clusters?.codes ?? null, b.rows.clusters?.codes ?? null) && same(a.weight, b.weight)
    && same(a.y, b.y) && same(a.w, b.w) && same(a.yHat, b.yHat) && same(a.wHat, b.wHat) && a.trees.bagTrees === 2 && b.trees.bagTrees === 2;
}
