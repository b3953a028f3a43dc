import { z } from 'zod';
import { OptionsError } from '../estimators/estimator.js';
import type { Learner } from './learner.js';
import { penalisedLearner } from './linear/penalised.js';
import { linearLearner, logisticLearner } from './linear/unpenalised.js';
import type { Task } from './training.js';

const lambda = z.union([z.number().positive(), z.enum(['min', '1se'])]).default('min')
  .describe('penalty in glmnet\'s parametrisation (standardised columns), or how cross-validation chooses it: least error, or one standard error from it');
const folds = z.int().min(3).max(100).default(10).describe('folds of the cross-validation that chooses the penalty');
const lambdas = z.int().min(1).max(1000).default(100).describe('penalties tried, from the least that leaves no column in');

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
  }
}

function only(does: Task, asked: Task, learner: Learner, path: readonly (string | number)[]): Learner {
  if (asked === does) return learner;
  throw new OptionsError(`${learner.name} is for ${does}; for ${asked} use ${does === 'regression' ? 'logistic, ridge, lasso or elastic_net' : 'linear, ridge, lasso or elastic_net'}`, path);
}
