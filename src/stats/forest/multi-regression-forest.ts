import { isRefusal, type Refusal } from '../refusal.js';
import type { BinnedRows } from './binning.js';
import type { EngineOptions, ForestEngine } from './forest-engine.js';
import { planGrowth, type ForestSettings, type GrowthPlan } from './growth-plan.js';
import { meansEquation } from './moment-equations.js';
import { outOfBagEstimates } from './moment-prediction.js';
import type { PackedTrees } from './packed-trees.js';
import { checkCoverage } from './regression-forest.js';
import { standardise } from './standardise.js';

/** An honest forest of several means E[Y_j | X], split by all outcomes together. */
export interface MultiRegressionForest {
  readonly family: 'multi_regression';
  readonly plan: GrowthPlan;
  readonly trees: PackedTrees;
  /** y_j = centre_j + scale_j x label_j */
  readonly centres: readonly number[];
  readonly scales: readonly number[];
  /** E[Y_j | X] of each row by the trees that did not draw it, one column an outcome, in its units */
  readonly outOfBag: readonly Float64Array[];
}

/**
 * Grows a forest over several outcomes.
 *
 * @param outcomes one column each; with `alike` they share their scale, as indicators of classes do: splits then follow the Gini index,
 * and the means are probabilities that sum to 1
 * Refuses fewer units than a tree needs, more than 16 outcomes, and a row that every tree drew.
 */
export async function growMultiRegressionForest(
  engine: ForestEngine, rows: BinnedRows, outcomes: readonly Float64Array[], alike: boolean, weight: Float64Array | null, settings: ForestSettings,
  forest: number, keepTrees: boolean, options?: EngineOptions,
): Promise<MultiRegressionForest | Refusal> {
  const labels = outcomes.map((column) => (alike ? { values: Float32Array.from(column), centre: 0, scale: 1 } : standardise(column)));
  const centres = labels.map(({ centre }) => centre);
  const scales = labels.map(({ scale }) => scale);
  const plan = planGrowth(rows, 'multi_regression', settings, forest, { further: labels.map(({ values }) => values), weight: weight && Float32Array.from(weight) });
  if (isRefusal(plan)) return plan;
  const growth = await engine.grow(rows, plan, keepTrees, options);
  if (isRefusal(growth)) return growth;
  const refusal = checkCoverage(growth.outOfBag);
  if (refusal) return refusal;
  const outOfBag = outOfBagEstimates(growth.outOfBag, plan.leafValues, meansEquation(outcomes.length), scales, centres);
  return isRefusal(outOfBag) ? outOfBag : { family: 'multi_regression', plan, trees: growth.trees, centres, scales, outOfBag };
}
