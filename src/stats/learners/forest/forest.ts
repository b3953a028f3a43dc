import { binnedRows, checkLevels, chooseBins, type BinnedRows, type Binning } from '../../forest/binning.js';
import { forestSettings } from '../../forest/forest-settings.js';
import type { ForestSettings } from '../../forest/growth-plan.js';
import { referenceEngine } from '../../forest/reference/reference-engine.js';
import { growRegressionForest, type RegressionForest } from '../../forest/regression-forest.js';
import { leafSummer } from '../../forest/row-scorer.js';
import { isRefusal, type Refusal } from '../../refusal.js';
import type { Features, Fitted, Learner, LearningContext, Training } from '../learner.js';
import { checkTraining, type Task } from '../training.js';

/** How a forest of learners is grown: the words and defaults of grf. */
export interface ForestLearnerOptions {
  readonly trees: number;
  /** a node of this size or less is not split */
  readonly minNodeSize: number;
  /** share of rows that a tree draws without replacement, in (0, 1) */
  readonly sampleFraction: number;
  /** share of a tree's rows that places splits; null: no honesty, all of them place splits and fill leaves */
  readonly honestyFraction: number | null;
  /** mean number of features tried in a node; null: min(sqrt(p) + 20, p) */
  readonly mtry: number | null;
  /** least share of a node that a child keeps, in [0, 0.25] */
  readonly alpha: number;
}

export interface FittedForest extends Fitted {
  readonly forest: RegressionForest;
  readonly binning: Binning;
}

export interface ForestLearner extends Learner {
  fit(training: Training, context: LearningContext): Promise<FittedForest | Refusal>;
}

/** Names the learners' forests among those of a seed. */
export const LEARNER_FOREST = 0x1ea2;

/**
 * Honest regression forest of E[Y | X]; for labels the probability forest, whose leaves hold shares of ones (its Gini splits are those of the variance).
 *
 * Takes missing values and categories. Rows of a cluster are drawn together. Refuses constant outcomes, more than 255 levels, and fewer rows than a tree needs.
 * @see Athey, Tibshirani, Wager (2019), Annals of Statistics 47(2); Malley et al. (2012), Methods of Information in Medicine 51(1), for probabilities
 */
export function forestLearner(task: Task, options: ForestLearnerOptions): ForestLearner {
  const about = { name: 'forest', task, takesMissing: true };
  return {
    ...about,
    async fit(training, context) {
      const grown = checkTraining(about, training) ?? binTraining(training);
      if (isRefusal(grown)) return grown;
      const { binning, rows } = grown;
      const forest = await growRegressionForest(
        context.forests ?? referenceEngine, rows, training.y, training.weight ?? null, settingsOf(options, rows.features, context.seed), LEARNER_FOREST, true,
        context.signal && { signal: context.signal },
      );
      if (isRefusal(forest)) return forest;
      return { forest, binning, predict: predictor(forest, binning, task) };
    },
  };
}

/** Rows as forests see them. Refuses features with too many levels. */
export function binTraining({ x, cluster }: Training): { readonly binning: Binning; readonly rows: BinnedRows } | Refusal {
  const refusal = checkLevels(x.names, x.columns, x.categorical);
  if (refusal) return refusal;
  const binning = chooseBins(x.columns, x.categorical);
  return { binning, rows: binnedRows(binning, x.columns, cluster ?? null) };
}

export const settingsOf = ({ mtry, ...options }: ForestLearnerOptions, features: number, seed: number): ForestSettings =>
  forestSettings(features, { ...options, ...(mtry !== null && { mtry }), bagTrees: 1, seed });

function predictor({ trees, centre, scale }: RegressionForest, binning: Binning, task: Task): (x: Features) => Float64Array {
  const sumLeaves = leafSummer(trees);
  return (x) => {
    const { bins, features } = binnedRows(binning, x.columns, null);
    return Float64Array.from({ length: x.n }, (_, row) => {
      const sums = sumLeaves(bins.subarray(row * features, (row + 1) * features));
      const value = centre + (scale * sums[0]!) / sums[1]!;
      // leaves are float32: an average of ones may pass 1 by their rounding
      return task === 'classification' ? Math.min(1, Math.max(0, value)) : value;
    });
  };
}
