import { binnedRows, type Binning } from '../../forest/binning.js';
import type { RegressionForest } from '../../forest/regression-forest.js';
import { variableImportance } from '../../forest/variable-importance.js';
import { leafSummer } from '../../forest/row-scorer.js';
import { predictBoosted, type FittedBoosting, type ScoringBoosting } from '../boosting/boosting.js';
import type { FittedForest } from '../forest/forest.js';
import type { Features, Fitted } from '../learner.js';
import { encode, type Encoding } from '../linear/encoding.js';
import { linearPredictor, type LinearModel } from '../linear/lambda-path.js';
import { inverseLogit } from '../linear/logistic-fit.js';
import type { FittedLinear } from '../linear/penalised.js';
import type { Task } from '../training.js';

/** A fitted learner as far as predictions need it: nothing of the rows that it learned from. */
export type KeptLearner = KeptBoosting | KeptLinear | KeptForest;
export interface KeptBoosting extends ScoringBoosting { readonly family: 'boosting' }
export interface KeptLinear { readonly family: 'linear'; readonly task: Task; readonly model: LinearModel; readonly encoding: Encoding }
export interface KeptForest extends Pick<RegressionForest, 'trees' | 'centre' | 'scale'> { readonly family: 'forest'; readonly task: Task; readonly binning: Binning }

/** Learners that can be kept. */
export const keptNames = ['boosting', 'forest', 'linear', 'logistic', 'ridge', 'lasso', 'elastic_net'] as const;

/** What to keep of a fitted learner of one of `keptNames`. */
export function keptLearner(fitted: Fitted, task: Task): KeptLearner {
  if ('encoding' in fitted) {
    const { model: { intercept, coefficients }, encoding } = fitted as FittedLinear;
    return { family: 'linear', task, model: { intercept, coefficients }, encoding };
  }
  if ('forest' in fitted) {
    const { forest: { trees, centre, scale }, binning } = fitted as FittedForest;
    return { family: 'forest', task, binning, trees, centre, scale };
  }
  const { bins, loss, start, trees } = (fitted as FittedBoosting).model;
  return { family: 'boosting', bins, loss, start, trees: trees.map(({ feature, masks, left, right, values }) => ({ feature, masks, left, right, values })) };
}

/** Predictions of rows that have what the learner cannot do without, shape (n). A category that it was not shown counts as an average row of a linear model. */
export function predictKept(kept: KeptLearner, x: Features): Float64Array {
  switch (kept.family) {
    case 'boosting': return predictBoosted(kept, x);
    case 'linear': {
      const eta = linearPredictor(kept.model, encode(kept.encoding, x), x.n);
      return kept.task === 'classification' ? eta.map(inverseLogit) : eta;
    }
    case 'forest': return predictForest(kept, x);
  }
}

const summers = new WeakMap<KeptForest, (bins: Uint8Array) => Float64Array>();

/** As forest.ts: leaves are float32, so that an average of ones may pass 1 by their rounding. */
function predictForest(kept: KeptForest, x: Features): Float64Array {
  const sumLeaves = summers.get(kept) ?? leafSummer(kept.trees);
  summers.set(kept, sumLeaves);
  const { bins, features } = binnedRows(kept.binning, x.columns, null);
  return Float64Array.from({ length: x.n }, (_, row) => {
    const sums = sumLeaves(bins.subarray(row * features, (row + 1) * features));
    const value = kept.centre + (kept.scale * sums[0]!) / sums[1]!;
    return kept.task === 'classification' ? Math.min(1, Math.max(0, value)) : value;
  });
}

/** A model of outcomes, as far as predictions need it. */
export interface KeptOutcomes {
  readonly family: 'outcomes';
  readonly features: readonly string[];
  /** features whose values are codes of levels, by index */
  readonly categorical: readonly number[];
  readonly learner: KeptLearner;
}

/** Predictions, and whether all that they need is there, shape (n); 0 where it is not. @param columns one a feature, in the order of the model; NaN is missing */
export function predictOutcomes({ features, categorical, learner }: KeptOutcomes, columns: readonly Float64Array[]): { readonly estimates: Float64Array; readonly isIdentified: Uint8Array } {
  const n = columns[0]?.length ?? 0;
  const needed = neededBy(learner);
  const isIdentified = Uint8Array.from({ length: n }, (_, row) => Number(needed.every((feature) => !Number.isNaN(columns[feature]![row]!))));
  return { estimates: predictKept(learner, { n, names: features, columns, categorical }).map((value, row) => (isIdentified[row] === 1 ? value : 0)), isIdentified };
}

/** Features whose value must be there, by index: the numbers of a linear model. */
export const neededBy = (kept: KeptLearner): readonly number[] =>
  (kept.family === 'linear' ? [...new Set(kept.encoding.columns.filter(({ level }) => level === null).map(({ feature }) => feature))] : []);

/** How much of the predicting each feature does, a share, shape (features): of the splits of trees; of linear models of coefficients times the spread of their columns. */
export function usesOf(kept: KeptLearner, x: Features): Float64Array {
  const uses = new Float64Array(x.columns.length);
  if (kept.family === 'linear') {
    encode(kept.encoding, x).forEach((column, j) => { uses[kept.encoding.columns[j]!.feature]! += Math.abs(kept.model.coefficients[j]!) * spreadOf(column); });
    const total = uses.reduce((sum, use) => sum + use, 0);
    return total > 0 ? uses.map((use) => use / total) : uses;
  }
  if (kept.family === 'forest') return variableImportance(kept.trees, x.columns.length);
  const splits = kept.trees.flatMap(({ feature }) => [...feature]);
  for (const feature of splits) uses[feature]!++;
  return splits.length > 0 ? uses.map((count) => count / splits.length) : uses;
}

function spreadOf(column: Float64Array): number {
  const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
  return Math.sqrt(column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / column.length);
}
