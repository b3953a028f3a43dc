import { z } from 'zod';
import { OptionsError } from '../estimators/estimator.js';
import { boostingLearner } from './boosting/boosting.js';
import { calibratedLearner, calibrations } from './calibration/calibrated.js';
import { forestLearner } from './forest/forest.js';
import { quantileForestLearner } from './forest/quantile-forest.js';
import type { Learner } from './learner.js';
import { penalisedLearner } from './linear/penalised.js';
import { linearLearner, logisticLearner } from './linear/unpenalised.js';
import { seriesLearner } from './series/series.js';
import { stackingLearner } from './stacking/stacking.js';
import type { Task } from './training.js';

const lambda = z.union([z.number().positive(), z.enum(['min', '1se'])]).default('min')
  .describe('penalty in glmnet\'s parametrisation (standardised columns), or how cross-validation chooses it: least error, or one standard error from it');
const folds = z.int().min(3).max(100).default(10).describe('folds of the cross-validation that chooses the penalty');
const lambdas = z.int().min(1).max(1000).default(100).describe('penalties tried, from the least that leaves no column in');

const boosting = z.strictObject({
  name: z.literal('boosting'),
  loss: z.enum(['squared', 'poisson', 'quantile']).default('squared').describe('loss of a regression; labels always have logistic loss'),
  quantile: z.number().gt(0).lt(1).default(0.5).describe('which quantile, of quantile loss, a fraction'),
  trees: z.int().min(1).max(10_000).default(500).describe('trees, at most'),
  learningRate: z.number().gt(0).max(1).default(0.1).describe('what the outputs of a tree are multiplied by'),
  maxLeaves: z.int().min(2).max(4096).default(31).describe('leaves of a tree, at most'),
  maxDepth: z.int().min(1).max(64).default(64).describe('splits from the root to a leaf, at most'),
  minRows: z.int().min(1).default(20).describe('rows of a leaf, at least'),
  minHessian: z.number().min(0).default(1e-3).describe('sum of hessians of a leaf, at least'),
  l2: z.number().min(0).default(0).describe('ridge penalty on leaf outputs'),
  minGain: z.number().min(0).default(0).describe('reduction of the loss that a split needs'),
  rowShare: z.number().gt(0).max(1).default(1).describe('share of rows that a tree is shown, a fraction'),
  featureShare: z.number().gt(0).max(1).default(1).describe('share of features that a tree is shown, a fraction'),
  heldOut: z.number().gt(0).max(0.5).nullable().default(0.1).describe('share of rows held out to decide when to stop, a fraction; null: all trees are kept'),
  patience: z.int().min(1).default(20).describe('trees without a new least held-out loss that end the boosting'),
  categorySmoothing: z.number().min(0).default(10).describe('added to hessians when categories are put in order; rows a category needs'),
  categoryL2: z.number().min(0).default(10).describe('further ridge penalty of splits by categories'),
  maxCategories: z.int().min(1).max(255).default(32).describe('categories that a split names, at most'),
  minCategoryRows: z.int().min(1).default(100).describe('rows that naming further categories must add'),
  monotone: z.record(z.string(), z.enum(['rising', 'falling'])).default({}).describe('numeric features in which the prediction may only rise or fall, by name'),
}).describe('histogram gradient boosting; takes missing values and categories');

const forest = {
  trees: z.int().min(10).max(20_000).default(500).describe('trees'),
  minNodeSize: z.int().min(1).default(5).describe('a node of this many rows or fewer is not split'),
  sampleFraction: z.number().gt(0).lt(1).default(0.5).describe('share of rows that a tree draws without replacement, a fraction'),
  honestyFraction: z.number().gt(0).lt(1).nullable().default(0.5).describe('share of a tree\'s rows that places splits, the others fill its leaves; null: all do both'),
  mtry: z.number().gt(0).max(800).nullable().default(null).describe('mean number of features tried in a node; null: min(sqrt(p) + 20, p)'),
  alpha: z.number().min(0).max(0.25).default(0.05).describe('least share of a node that a child keeps, a fraction'),
} as const;

const single = [
  z.strictObject({ name: z.literal('linear') }).describe('least squares'),
  z.strictObject({ name: z.literal('logistic'), whenSeparated: z.enum(['refuse', 'penalise']).default('refuse').describe('what to do when a hyperplane separates the labels') })
    .describe('logistic regression'),
  z.strictObject({ name: z.literal('ridge'), lambda, folds, lambdas }).describe('ridge regression, logistic for labels'),
  z.strictObject({ name: z.literal('lasso'), lambda, folds, lambdas }).describe('lasso, logistic for labels'),
  z.strictObject({
    name: z.literal('elastic_net'), lambda, folds, lambdas,
    alpha: z.number().min(0).max(1).default(0.5).describe('mix of the penalty: 0 ridge, 1 lasso'),
  }).describe('elastic net, logistic for labels'),
  boosting,
  z.strictObject({ name: z.literal('forest'), ...forest }).describe('honest regression forest, a probability forest for labels; takes missing values and categories'),
  z.strictObject({
    name: z.literal('quantile_forest'), quantile: z.number().gt(0).lt(1).default(0.5).describe('which quantile of the outcome is predicted, a fraction'), ...forest,
  }).describe('quantile forest; takes missing values and categories'),
] as const;
/** Learners that stand alone, and may be calibrated or stacked. */
const singleOptions = z.discriminatedUnion('name', single);

const innerFolds = z.int().min(2).max(50).default(5).describe('folds whose held-out predictions are learned from');

/** A learner by name with its options: what estimators take as their nuisance learners. */
export const learnerOptions = z.discriminatedUnion('name', [
  ...single,
  z.strictObject({
    name: z.literal('calibrated'), learner: singleOptions.describe('what is calibrated'), folds: innerFolds,
    method: z.enum(calibrations).default('isotonic').describe('isotonic: a rising step function; platt: a logistic curve, for labels alone'),
  }).describe('a learner calibrated on cross-fitted predictions'),
  z.strictObject({
    name: z.literal('series'), learner: singleOptions.describe('what is fitted to the terms, such as lasso'),
    degree: z.int().min(2).max(4).default(2).describe('largest total degree of a term'),
    interactions: z.boolean().default(true).describe('products of features too; false: powers of single ones'),
  }).describe('a learner on polynomials of the features'),
  z.strictObject({
    name: z.literal('stacking'), learners: z.array(singleOptions).min(2).max(16).describe('what is averaged'), folds: innerFolds,
  }).describe('average of learners with the weights that predict unseen rows best'),
]);
/** As a caller writes it, defaults left out. */
export type LearnerChoice = z.input<typeof learnerOptions>;
export type LearnerOptions = z.output<typeof learnerOptions>;
export type LearnerName = LearnerOptions['name'];

/**
 * The learner of options, for a task.
 *
 * Throws an OptionsError when the learner does not do the task: logistic does not regress, linear and quantile_forest do not classify.
 * @param path of the options in those of the caller, for the error
 */
export function createLearner(options: LearnerOptions, task: Task, path: readonly (string | number)[] = ['name']): Learner {
  switch (options.name) {
    case 'linear': return only('regression', task, linearLearner(), path);
    case 'logistic': return only('classification', task, logisticLearner(options), path);
    case 'ridge': return penalisedLearner(options.name, task, { ...options, alpha: 0 });
    case 'lasso': return penalisedLearner(options.name, task, { ...options, alpha: 1 });
    case 'elastic_net': return penalisedLearner(options.name, task, options);
    case 'boosting': return boostingLearner(task, options);
    case 'forest': return forestLearner(task, options);
    case 'quantile_forest': return only('regression', task, quantileForestLearner(options), path);
    case 'calibrated': {
      if (options.method === 'platt' && task === 'regression') throw new OptionsError('method platt calibrates labels; for a regression use isotonic', [...path.slice(0, -1), 'method']);
      return calibratedLearner(createLearner(options.learner, task, [...path.slice(0, -1), 'learner', 'name']), options.method, options.folds);
    }
    case 'series': return seriesLearner(createLearner(options.learner, task, [...path.slice(0, -1), 'learner', 'name']), options);
    case 'stacking': return stackingLearner(
      task, options.learners.map((learner, i) => createLearner(learner, task, [...path.slice(0, -1), 'learners', i, 'name'])), options.folds);
  }
}

function only(does: Task, asked: Task, learner: Learner, path: readonly (string | number)[]): Learner {
  if (asked === does) return learner;
  throw new OptionsError(`${learner.name} is for ${does}; for ${asked} use ${does === 'regression' ? 'logistic, ridge, lasso, elastic_net, boosting or forest' : 'linear, ridge, lasso, elastic_net, boosting or forest'}`, path);
}
