import type { LossName } from './losses.js';

/** How a model is boosted: the words and defaults of LightGBM, where it has them. */
export interface BoostingSettings {
  readonly loss: LossName;
  /** of quantile loss, in (0, 1) */
  readonly quantile: number;
  /** trees, at most */
  readonly trees: number;
  /** what a tree's outputs are multiplied by */
  readonly learningRate: number;
  readonly maxLeaves: number;
  readonly maxDepth: number;
  readonly minRows: number;
  readonly minHessian: number;
  readonly l2: number;
  readonly minGain: number;
  /** share of rows, and of features, that a tree is shown, in (0, 1] */
  readonly rowShare: number;
  readonly featureShare: number;
  /** share of rows (clusters) that is held out to decide when to stop, in (0, 0.5]; null: all trees are kept */
  readonly heldOut: number | null;
  /** trees without a new least held-out loss that end the boosting */
  readonly patience: number;
  readonly categorySmoothing: number;
  readonly categoryL2: number;
  readonly maxCategories: number;
  readonly minCategoryRows: number;
  /** features in which the prediction may only rise or fall, by name */
  readonly monotone: Readonly<Record<string, 'rising' | 'falling'>>;
}

export const defaultBoosting: BoostingSettings = {
  loss: 'squared', quantile: 0.5, trees: 100, learningRate: 0.1, maxLeaves: 31, maxDepth: 64, minRows: 20, minHessian: 1e-3, l2: 0, minGain: 0,
  rowShare: 1, featureShare: 1, heldOut: null, patience: 20, categorySmoothing: 10, categoryL2: 10, maxCategories: 32, minCategoryRows: 100, monotone: {},
};
