import { binnedRows, checkLevels, chooseBins, unseenLevels, binRows, type BinnedRows, type Binning } from '../../forest/binning.js';
import type { EngineOptions } from '../../forest/forest-engine.js';
import { refuse, type Refusal } from '../../refusal.js';
import type { ChildLimits } from './best-split.js';
import type { CriterionOptions } from './criteria.js';
import { referenceUpliftEngine, type UpliftEngine } from './uplift-engine.js';
import { addLeaf, leafOf, type UpliftTree } from './uplift-tree.js';

export interface UpliftData {
  readonly features: readonly string[];
  /** one column a feature, shape (n); NaN is missing */
  readonly x: readonly Float64Array[];
  /** features whose values are codes of levels without order, by index; at most 255 levels each */
  readonly categorical: readonly number[];
  /** responses 0 or 1, shape (n) */
  readonly outcome: Float64Array;
  /** 0 control, 1 .. treatments, shape (n) */
  readonly arm: Uint8Array;
  /** names of the arms, control first */
  readonly arms: readonly string[];
  readonly cluster: Int32Array | null;
}

export interface UpliftPlan extends CriterionOptions, ChildLimits {
  readonly trees: number;
  /** share of units or clusters that a tree draws without replacement */
  readonly sampleFraction: number;
  /** half of a tree's units place splits, the others estimate leaves */
  readonly isHonest: boolean;
  /** features that a node looks at */
  readonly mtry: number;
  readonly maxDepth: number;
  readonly seed: number;
}

/** Rows as trees see them, in shared memory: columns of bins beside the rows of bins, and the cell of each unit, 2 x arm + response. */
export interface UpliftRows {
  readonly binned: BinnedRows;
  /** shape (n) each */
  readonly columns: readonly Uint8Array[];
  readonly codes: Uint8Array;
  readonly arms: number;
}

export interface UpliftForest {
  readonly features: readonly string[];
  readonly arms: readonly string[];
  readonly binning: Binning;
  readonly trees: readonly UpliftTree[];
  /** uplift of each treatment at each row by the trees that did not draw it, NaN where all did, shape (n, treatments) */
  readonly outOfBag: Float64Array;
  /** share of the gain that each feature brought; zeros when nothing was split, shape (features) */
  readonly importance: Float64Array;
}

/** Bins that sums of leaf values stay exact for. */
const MOST_TREES = 4096;
const MOST_ARMS = 16;

/**
 * A forest of uplift trees: the response rate under each treatment less that under control, given the features.
 *
 * Deterministic: a tree depends on seed and index alone. Missing values go where they gain most, levels are split by subsets.
 * Refuses responses other than 0 and 1, one class of response, and fewer units of an arm than a split needs.
 */
export async function growUpliftForest(data: UpliftData, plan: UpliftPlan, options: EngineOptions = {}, engine: UpliftEngine = referenceUpliftEngine): Promise<UpliftForest | Refusal> {
  const refusal = checkUpliftData(data, plan);
  if (refusal) return refusal;
  if (plan.trees > MOST_TREES) throw new RangeError(`uplift forests have at most ${MOST_TREES} trees; got ${plan.trees}`);
  const binning = chooseBins(data.x, data.categorical);
  const rows = upliftRows(data, binnedRows(binning, data.x, data.cluster));
  const treatments = rows.arms - 1;
  const { trees, gains, sums, counts } = await engine.grow(rows, plan, options);
  const importance = new Float64Array(data.features.length);
  gains.forEach((gain, i) => { importance[i % importance.length]! += gain; });
  const total = importance.reduce((sum, gain) => sum + gain, 0);
  return {
    features: data.features, arms: data.arms, binning, trees,
    outOfBag: sums.map((sum, i) => sum / counts[Math.floor(i / treatments)]!),
    importance: total > 0 ? importance.map((gain) => gain / total) : importance,
  };
}

/** Uplift of each treatment at new rows, shape (rows, treatments). Refuses levels that the forest has not seen unless they may go with the larger child. */
export function predictUplift(forest: UpliftForest, x: readonly Float64Array[], unseen: 'refuse' | 'larger_child' = 'refuse'): Float64Array | Refusal {
  const strange = unseenLevels(forest.binning, x);
  if (unseen === 'refuse' && strange.size > 0) {
    const [feature, levels] = [...strange][0]!;
    return refuse('unsupported_combination',
      `column ${forest.features[feature]} has ${levels.length} categories that the forest has not seen`, 'Train on units of these categories, or let them go with the larger child of each split.');
  }
  const bins = binRows(forest.binning, x);
  const treatments = forest.arms.length - 1;
  const rows = x[0]?.length ?? 0;
  const sums = new Float64Array(rows * treatments);
  for (const tree of forest.trees) {
    for (let row = 0; row < rows; row++) addLeaf(tree, leafOf(tree, bins, row * x.length, forest.binning.hasMissing), treatments, sums, row);
  }
  return sums.map((sum) => sum / forest.trees.length);
}

function upliftRows({ outcome, arm, arms }: UpliftData, binned: BinnedRows): UpliftRows {
  const columns = Array.from({ length: binned.features }, (_, feature) => {
    const column = new Uint8Array(new SharedArrayBuffer(binned.rows));
    for (let row = 0; row < binned.rows; row++) column[row] = binned.bins[row * binned.features + feature]!;
    return column;
  });
  const codes = new Uint8Array(new SharedArrayBuffer(binned.rows));
  arm.forEach((code, row) => { codes[row] = 2 * code + outcome[row]!; });
  return { binned, columns, codes, arms: arms.length };
}

function checkUpliftData({ features, x, categorical, outcome, arm, arms }: UpliftData, { minArm }: UpliftPlan): Refusal | null {
  // a split leaves this many units of each arm on either side
  const leastArm = Math.max(2, 2 * minArm);
  if (features.length === 0) return refuse('not_identified', 'an uplift forest needs at least one feature', 'Name the columns that the effect may depend on.');
  if (arms.length > MOST_ARMS) return refuse('unsupported_combination', `an uplift forest takes at most ${MOST_ARMS} arms; got ${arms.length}`, 'Join arms, or leave some out.');
  const units = arms.map((_, k) => arm.reduce((count, code) => count + Number(code === k), 0));
  const fewest = units.findIndex((count) => count < leastArm);
  if (arms.length < 2 || fewest >= 0) {
    return refuse('too_few_units', `an uplift forest needs a control and a treatment with at least ${leastArm} units each to learn from; ${arms[Math.max(0, fewest)] ?? 'control'} has ${units[Math.max(0, fewest)] ?? 0}`, 'Collect units of that arm, or split into smaller children (minArm).');
  }
  if (!outcome.every((y) => y === 0 || y === 1)) {
    return refuse('unsupported_combination', 'an uplift forest needs responses of 0 or 1', 'Use causal_forest for other outcomes, or a threshold of the outcome.');
  }
  if (outcome.every((y) => y === outcome[0])) return refuse('zero_variance', `all responses are ${outcome[0]}, so that no effect shows`, 'Learn from units of both classes.');
  const missing = x.findIndex((column) => column.every(Number.isNaN));
  if (missing >= 0) return refuse('zero_variance', `column ${features[missing]} has no value that is not missing`, 'Drop the column.');
  return checkLevels(features, x, categorical);
}
