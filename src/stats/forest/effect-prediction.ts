import { isRefusal, refuse, type Refusal } from '../refusal.js';
import { binRows } from './binning.js';
import { bagVariance } from './bag-variance.js';
import { noVariation, type CausalForest } from './causal-forest.js';
import { lineariseEffect } from './effect-equation.js';
import type { BagMoments, EngineOptions, ForestEngine } from './forest-engine.js';

/** Effects of units, in units of y per unit of w, with the variance of each; shape (units). */
export interface EffectPredictions {
  readonly estimates: Float64Array;
  readonly variances: Float64Array;
}

/**
 * Effects at new units with little-bag variances.
 *
 * @param columns named columns, NaN where missing. Refuses columns other than those the forest was grown with.
 */
export async function predictEffects(
  engine: ForestEngine, forest: CausalForest, columns: Readonly<Record<string, Float64Array>>, options?: EngineOptions,
): Promise<EffectPredictions | Refusal> {
  const absent = forest.features.filter((feature) => !columns[feature]);
  if (absent.length > 0) {
    return refuse('unsupported_combination',
      `the forest was grown with columns that are not here: ${absent.join(', ')}`, 'Score rows of the same schema, or grow the forest again.');
  }
  const bins = binRows(forest.binning, forest.features.map((feature) => columns[feature]!));
  return effectsFrom(forest, await engine.moments(forest.trees, bins, forest.features.length, options));
}

/** Effects at the forest's own rows by bags that do not hold them, with variances. */
export async function predictOutOfBag(engine: ForestEngine, forest: CausalForest, options?: EngineOptions): Promise<EffectPredictions | Refusal> {
  return effectsFrom(forest, await engine.outOfBagMoments(forest.trees, forest.rows, forest.plan, options));
}

function effectsFrom(forest: CausalForest, moments: BagMoments | Refusal): EffectPredictions | Refusal {
  if (isRefusal(moments)) return moments;
  if (forest.trees.bagTrees !== 2) {
    return refuse('unsupported_combination', 'variances need little bags of 2 trees', 'Grow the forest with bags of 2 trees.');
  }
  const units = moments.bags.length;
  const estimates = new Float64Array(units);
  const variances = new Float64Array(units);
  for (let unit = 0; unit < units; unit++) {
    const effect = lineariseEffect(moments.values, unit * moments.stride, forest.trees.leafValues, 2 * moments.bags[unit]!);
    if (!effect) return noVariation(unit);
    estimates[unit] = effect.estimate * forest.effectScale;
    variances[unit] = bagVariance(moments, unit, effect) * forest.effectScale ** 2;
  }
  return { estimates, variances };
}
