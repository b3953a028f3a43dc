import type { ForestEngine } from '../forest/forest-engine.js';
import type { Refusal } from '../refusal.js';
import type { BoostingEngine } from './boosting/growth.js';

/** Rows to learn from or to predict. */
export interface Features {
  /** rows */
  readonly n: number;
  readonly names: readonly string[];
  /** one column a feature, shape (n); NaN is missing, for learners that say they take it */
  readonly columns: readonly Float64Array[];
  /** features whose values are codes of levels, by index; absent: none */
  readonly categorical?: readonly number[];
}

export interface Training {
  readonly x: Features;
  /** what is predicted, shape (n); a label of 0 or 1 for a classifier */
  readonly y: Float64Array;
  /** sample weights, at least 0, shape (n); absent: all 1 */
  readonly weight?: Float64Array;
  /** units of a cluster are never parted between folds, shape (n); absent: every row is its own */
  readonly cluster?: Int32Array;
}

export interface LearningContext {
  /** seed of the counter-based streams */
  readonly seed: number;
  readonly signal?: AbortSignal;
  /** who grows trees; absent: the plain TypeScript reference, slower with the same bytes */
  readonly forests?: ForestEngine;
  /** who grows boosted trees; absent: likewise */
  readonly boosting?: BoostingEngine;
}

/** A learner that was fitted: pure, and the same for the same seed. */
export interface Fitted {
  /** expected outcomes (regression) or probabilities of 1 (classification) of rows, shape (n) */
  predict(x: Features): Float64Array;
}

/**
 * A nuisance learner: estimates E[Y | X], or P(Y = 1 | X) when it is a classifier.
 *
 * Meta-learners, double machine learning and cross-fitting take any of them by name.
 */
export interface Learner {
  readonly name: string;
  readonly task: 'regression' | 'classification';
  /** NaN in x is a value like any other; learners without it refuse */
  readonly takesMissing: boolean;
  fit(training: Training, context: LearningContext): Promise<Fitted | Refusal>;
}
