import { isRefusal, type Refusal } from '../refusal.js';
import type { CausalForest } from './causal-forest.js';
import type { ScoringForest } from './scoring-forest.js';
import { lineariseEffect } from './effect-equation.js';
import type { BagMoments, EngineOptions, ForestEngine } from './forest-engine.js';
import type { MomentEquation } from './moment-equations.js';
import { binsOfColumns, predictionsFrom, type Predictions } from './moment-prediction.js';

/** Effects of units, in units of y per unit of w, with the variance of each; shape (units). */
export type EffectPredictions = Predictions;

/**
 * Effects at new units with little-bag variances.
 *
 * @param columns named columns, NaN where missing. Refuses columns other than those the forest was grown with.
 */
export async function predictEffects(
  engine: ForestEngine, forest: ScoringForest, columns: Readonly<Record<string, Float64Array>>, options?: EngineOptions,
): Promise<EffectPredictions | Refusal> {
  const bins = binsOfColumns(forest, columns);
  if (isRefusal(bins)) return bins;
  return effectsFrom(forest, await engine.moments(forest.trees, bins, forest.features.length, options));
}

/** Effects at the forest's own rows by bags that do not hold them, with variances. */
export async function predictOutOfBag(engine: ForestEngine, forest: CausalForest, options?: EngineOptions): Promise<EffectPredictions | Refusal> {
  return effectsFrom(forest, await engine.outOfBagMoments(forest.trees, forest.rows, forest.plan, options));
}

/** Effects from moments of the forest's leaf values. */
export function effectsFrom(forest: ScoringForest, moments: BagMoments | Refusal): EffectPredictions | Refusal {
  const predictions = predictionsFrom(forest.trees, moments, effectEquation, [forest.effectScale]);
  return isRefusal(predictions) ? predictions : predictions[0]!;
}

const effectEquation: MomentEquation = (...sums) => {
  const effect = lineariseEffect(...sums);
  return effect && [effect];
};
