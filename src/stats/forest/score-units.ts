import { isRefusal, type Refusal } from '../refusal.js';
import { bagErrors } from './bag-variance.js';
import { lineariseEffect } from './effect-equation.js';
import type { EngineOptions, ForestEngine } from './forest-engine.js';
import { binsOfColumns } from './moment-prediction.js';
import type { ScoringForest } from './scoring-forest.js';

/** Effects of units, shape (units) each. */
export interface UnitScores {
  /** in units of y per unit of w; 0 where it is not identified */
  readonly estimates: Float64Array;
  /** in squared units; null of models that have none */
  readonly variances: Float64Array | null;
  /** 1 where the effect is identified */
  readonly isIdentified: Uint8Array;
}

/**
 * Effects of many units with little-bag variances; a unit around which the treatment does not vary is marked, and the others are scored.
 * @param columns named columns, NaN where missing. Refuses columns other than those the forest was grown with.
 */
export async function scoreUnits(
  engine: ForestEngine, forest: ScoringForest, columns: Readonly<Record<string, Float64Array>>, options?: EngineOptions,
): Promise<UnitScores | Refusal> {
  const bins = binsOfColumns(forest, columns);
  if (isRefusal(bins)) return bins;
  const moments = await engine.moments(forest.trees, bins, forest.features.length, options);
  if (isRefusal(moments)) return moments;
  const units = moments.bags.length;
  const scores = { estimates: new Float64Array(units), variances: new Float64Array(units), isIdentified: new Uint8Array(units) };
  for (let unit = 0; unit < units; unit++) {
    const solved = lineariseEffect(moments.values, unit * moments.stride, forest.trees.leafValues, 2 * moments.bags[unit]!);
    if (!solved) continue;
    scores.isIdentified[unit] = 1;
    scores.estimates[unit] = solved.estimate * forest.effectScale;
    scores.variances[unit] = bagErrors(moments, unit, solved).variance * forest.effectScale ** 2;
  }
  return scores;
}
