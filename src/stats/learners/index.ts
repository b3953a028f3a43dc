import { z } from 'zod';
import { OptionsError } from '../estimators/estimator.js';
import { boostingLearner } from './boosting/boosting.js';
import type { Learner } from './learner.js';
import { penalisedLearner } from './linear/penalised.js';
import { linearLearner, logisticLearner } from './linear/unpenalised.js';
import type { Task } from './training.js';

const lambda = z.union([z.number().positive(), z.enum(['min', '1se'])]).default('min')
  .describe('penalty in glmnet\'s parametrisation (standardised columns), or how cross-validation chooses it: least error, or one standard error from it');
const folds = z.int().min(3).max(100).default(10).describe('folds of the cross-validation that chooses the penalty');
const lambdas = z.int().min(1).max(1000).default(100).describe('penalties tried, from the least that leaves no column in');

const boosting = z.object({
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

/** A learner by name with its options: what estimators take as their nuisance learners. */
export const learnerOptions = z.discriminatedUnion('name', [
  z.object({ name: z.literal('linear') }).describe('least squares'),
  z.object({ name: z.literal('logistic'), whenSeparated: z.enum(['refuse', 'penalise']).default('refuse').describe('what to do when a hyperplane separates the labels') })
    .describe('logistic regression'),
  z.object({ name: z.literal('ridge'), lambda, folds, lambdas }).describe('ridge regression, logistic for labels'),
  z.object({ name: z.literal('lasso'), lambda, folds, lambdas }).describe('lasso, logistic for labels'),
  z.object({
    name: z.literal('elastic_net'), lambda, folds, lambdas,
    alpha: z.number().min(0).max(1).default(0.5).describe('mix of the penalty: 0 ridge, 1 lasso'),
  }).describe('elastic net, logistic for labels'),
  boosting,
]);
/** As a caller writes it, defaults left out. */
export type LearnerChoice = z.input<typeof learnerOptions>;
export type LearnerOptions = z.output<typeof learnerOptions>;
export type LearnerName = LearnerOptions['name'];

/**
 * The learner of options, for a task.
 *
 * Throws an OptionsError when the learner does not do the task: logistic does not regress, linear does not classify.
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
  }
}

function only(does: Task, asked: Task, learner: Learner, path: readonly (string | number)[]): Learner {
  if (asked === does) return learner;
  throw new OptionsError(`${learner.name} is for ${does}; for ${asked} use ${does === 'regression' ? 'logistic, ridge, lasso or elastic_net' : 'linear, ridge, lasso or elastic_net'}`, path);
}
