import { isRefusal, refuse, type Refusal } from '../refusal.js';
import type { BinnedRows } from './binning.js';
import type { EngineOptions, ForestEngine, OutOfBag } from './forest-engine.js';
import { planGrowth, type ForestSettings, type GrowthPlan } from './growth-plan.js';
import type { PackedTrees } from './packed-trees.js';
import { standardise } from './standardise.js';

/** An honest regression forest of E[Y | X]. */
export interface RegressionForest {
  readonly family: 'regression';
  readonly plan: GrowthPlan;
  readonly trees: PackedTrees;
  /** y = centre + scale x label */
  readonly centre: number;
  readonly scale: number;
  /** E[Y | X] of each row by the trees that did not draw it, shape (n), in units of y */
  readonly outOfBag: Float64Array;
}

/**
 * Grows a regression forest.
 *
 * @param forest names the forest's random streams among those of one seed
 * Refuses fewer units than a tree needs, and a row that every tree drew.
 * @see Athey, Tibshirani, Wager (2019), Annals of Statistics 47(2)
 */
export async function growRegressionForest(
  engine: ForestEngine, rows: BinnedRows, y: Float64Array, weight: Float64Array | null, settings: ForestSettings, forest: number,
  keepTrees: boolean, options?: EngineOptions,
): Promise<RegressionForest | Refusal> {
  const { values, centre, scale } = standardise(y);
  const plan = planGrowth(rows, 'regression', { ...settings, imbalancePenalty: settings.imbalancePenalty / scale ** 2 }, forest, {
    treatment: new Float32Array(rows.rows), outcome: values, weight: weight && Float32Array.from(weight),
  });
  if (isRefusal(plan)) return plan;
  const growth = await engine.grow(rows, plan, keepTrees, options);
  if (isRefusal(growth)) return growth;
  const refusal = checkCoverage(growth.outOfBag);
  if (refusal) return refusal;
  const { sums } = growth.outOfBag;
  const outOfBag = new Float64Array(rows.rows);
  for (let row = 0; row < rows.rows; row++) outOfBag[row] = centre + (scale * sums[2 * row]!) / sums[2 * row + 1]!;
  return { family: 'regression', plan, trees: growth.trees, centre, scale, outOfBag };
}

/** Every row needs a tree that did not draw it. */
export function checkCoverage({ trees }: OutOfBag): Refusal | null {
  const uncovered = trees.reduce((count, covered) => count + (covered === 0 ? 1 : 0), 0);
  return uncovered === 0 ? null : refuse('too_few_units',
    `${uncovered} of ${trees.length} rows were drawn by every tree, so the forest has no out-of-bag prediction for them`,
    'Grow more trees, or lower the sample fraction.');
}
