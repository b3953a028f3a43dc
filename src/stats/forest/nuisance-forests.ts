import { isRefusal, type Refusal } from '../refusal.js';
import type { BinnedRows } from './binning.js';
import type { EngineOptions, ForestEngine } from './forest-engine.js';
import type { ForestSettings } from './growth-plan.js';
import { growRegressionForest } from './regression-forest.js';

const NUISANCE_SHARE = 4;
const LEAST_NUISANCE_TREES = 50;
/** Leaves of the nuisance forests grow with the rows, then with their square root: 2 units up to 1,000 rows, 12 at 6,000, 20 at 10,000, 70 at 100,000. */
const LEAF_ROWS = 1000;
const leafSize = (rows: number): number => Math.round(Math.max(2, Math.min((2 * rows) / LEAF_ROWS, 7 * Math.sqrt(rows / LEAF_ROWS))));

/** From so many units on a tree draws this share of them at most. */
const SHARES = [[200_000, 0.125], [5000, 0.25], [0, 1]] as const;

/**
 * How nuisance forests are grown unless told: in single-tree bags and equal honest halves, with finer leaves than grf's in small samples, which predict
 * better, and with coarser ones and smaller subsamples in large samples, which predict about as well (measured at 800 to 250,000 rows). A row is left out by as
 * many trees as by a quarter of the forest's: grf's share, where subsamples are the forest's own.
 */
export function nuisanceSettings(settings: ForestSettings, { rows, clusters }: BinnedRows, nuisance: Partial<ForestSettings> = {}): ForestSettings {
  const units = clusters ? clusters.sizes.length : rows;
  const sampleFraction = Math.min(settings.sampleFraction, SHARES.find(([least]) => units >= least)![1]);
  const trees = (settings.trees / NUISANCE_SHARE) * ((1 - settings.sampleFraction) / (1 - sampleFraction));
  return {
    ...settings,
    trees: Math.max(LEAST_NUISANCE_TREES, Math.ceil(trees)),
    bagTrees: 1,
    sampleFraction,
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
