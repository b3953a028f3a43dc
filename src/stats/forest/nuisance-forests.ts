import { isRefusal, type Refusal } from '../refusal.js';
import type { BinnedRows } from './binning.js';
import type { EngineOptions, ForestEngine } from './forest-engine.js';
import type { ForestSettings } from './growth-plan.js';
import { growRegressionForest } from './regression-forest.js';

const NUISANCE_SHARE = 4;
const LEAST_NUISANCE_TREES = 50;
/** Leaves of the nuisance forests grow with the rows, then with their square root: 2 units up to 1,000 rows, 12 at 6,000, 16 at 10,000, 50 at 100,000. */
const LEAF_ROWS = 1000;
const leafSize = (rows: number): number => Math.round(Math.max(2, Math.min((2 * rows) / LEAF_ROWS, 5 * Math.sqrt(rows / LEAF_ROWS))));

/** From so many units on a tree draws a quarter of them: it takes half of the work, and each row has half as many trees again that did not draw it. */
const MANY_UNITS = 5000;
const SHARE_OF_MANY = 0.25;

/**
 * How nuisance forests are grown unless told: as in grf, a quarter of the trees, in single-tree bags and equal honest halves, but with finer leaves in
 * small samples, which predict better, and with coarser ones and smaller subsamples in large samples, which predict no worse (measured at 800 to 100,000 rows).
 */
export function nuisanceSettings(settings: ForestSettings, { rows, clusters }: BinnedRows, nuisance: Partial<ForestSettings> = {}): ForestSettings {
  const units = clusters ? clusters.sizes.length : rows;
  return {
    ...settings,
    trees: Math.max(LEAST_NUISANCE_TREES, Math.ceil(settings.trees / NUISANCE_SHARE)),
    bagTrees: 1,
    sampleFraction: units >= MANY_UNITS ? Math.min(settings.sampleFraction, SHARE_OF_MANY) : settings.sampleFraction,
    honestyFraction: settings.honestyFraction === null ? null : 0.5,
    minNodeSize: leafSize(rows),
    ...nuisance,
  };
}

/** E[column | X] of each row by the trees that did not draw it, shape (n). */
export async function outOfBagMean(
  engine: ForestEngine, rows: BinnedRows, column: Float64Array, weight: Float64Array | null, settings: ForestSettings, forest: number, options?: EngineOptions,
): Promise<Float64Array | Refusal> {
  const grown = await growRegressionForest(engine, rows, column, weight, settings, forest, false, options);
  return isRefusal(grown) ? grown : grown.outOfBag;
}
