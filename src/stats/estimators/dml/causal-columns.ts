import { z } from 'zod';
import { createLearner, learnerOptions, type LearnerOptions } from '../../learners/index.js';
import type { Features, Learner } from '../../learners/learner.js';
import type { Task } from '../../learners/training.js';
import { isBinary, type Sample } from '../../dml/sample.js';
import { categoriesWithGaps, level, numeric, numericsWithGaps, optionalCategory, optionalNumeric, OptionsError, type DataOf } from '../estimator.js';

/** Columns of every estimator that adjusts by learners. */
export const causalRoles = {
  outcome: numeric('outcome of each unit'),
  treatment: numeric('1 for treated and 0 for control units; plr and pliv also take a continuous dose'),
  covariates: numericsWithGaps('measured before treatment, all confounders; missing values need a learner that takes them'),
  categories: categoriesWithGaps('covariates whose values have no order, such as a country'),
  weight: optionalNumeric('sample weight of each unit, at least 0'),
  cluster: optionalCategory('units of one cluster are never parted between folds, and count as one for errors'),
  secondCluster: optionalCategory('a second way in which units belong together, such as the time beside the firm'),
} as const;
export type CausalColumns = DataOf<typeof causalRoles>;

/** Options of cross-fitting. */
export const crossFittingOptions = {
  folds: z.int().min(2).max(50).default(5).describe('folds of cross-fitting; of each way, with two ways of clustering'),
  repetitions: z.int().min(1).max(200).default(1).describe('times that folds are drawn anew; estimate and variance are medians'),
  level,
} as const;

/** Options of overlap: whose propensities may be weighted by. */
export const overlapOptions = {
  lowestPropensity: z.number().min(0).lt(0.5).default(0.01).describe('lowest propensity that is weighted by'),
  highestPropensity: z.number().gt(0.5).max(1).default(0.99).describe('highest propensity that is weighted by'),
  beyondBounds: z.enum(['refuse', 'trim']).default('refuse').describe('what happens to rows outside the bounds'),
} as const;

/** A learner by name; null: `defaultLearner`. */
export const learnerChoice = (predicts: string) =>
  learnerOptions.nullable().default(null).describe(`learner of ${predicts}; null: ridge for numbers, logistic regression for 0 and 1 (penalised where it must be), boosting for both where covariates have missing values`);

const DEFAULTS = { regression: { name: 'ridge' }, classification: { name: 'logistic', whenSeparated: 'penalise' } } as const;

/** The learner chosen, or the default of a task: fast linear ones, or where features have missing values one that takes them. */
export const chosenLearner = (choice: LearnerOptions | null, task: Task, option: string, { columns }: Pick<Features, 'columns'>): Learner =>
  createLearner(choice ?? learnerOptions.parse(columns.some((column) => column.some(Number.isNaN)) ? { name: 'boosting' } : DEFAULTS[task]), task, [option, 'name']);

/** The learner of a column: a classifier when it is 0 and 1, unless only a regression does it. */
export const learnerOf = (choice: LearnerOptions | null, column: Float64Array, option: string, features: Pick<Features, 'columns'>): Learner =>
  chosenLearner(choice, isBinary(column) && choice?.name !== 'linear' ? 'classification' : 'regression', option, features);

export const overlapRule = ({ lowestPropensity, highestPropensity, beyondBounds }: z.output<z.ZodObject<typeof overlapOptions>>) =>
  ({ bounds: [lowestPropensity, highestPropensity], beyond: beyondBounds }) as const;

/** @throws OptionsError for a second way of clustering without a first */
export function sampleOf({ outcome, treatment, covariates, categories, weight, cluster, secondCluster }: CausalColumns): Sample {
  if (secondCluster && !cluster) throw new OptionsError('columns.secondCluster needs columns.cluster as the first way of clustering', ['columns', 'secondCluster']);
  return {
    x: featuresOf(covariates, categories, outcome.values.length), y: outcome.values, d: treatment.values, ...(weight && { weight: weight.values }),
    clusters: [cluster, secondCluster].flatMap((way) => (way ? [way.codes] : [])),
  };
}

/** Covariates first, then categories as codes, NaN where missing. */
export const featuresOf = (covariates: CausalColumns['covariates'], categories: CausalColumns['categories'], n: number): Features => ({
  n, names: [...covariates, ...categories].map(({ name }) => name),
  columns: [...covariates.map(({ values }) => values), ...categories.map(({ codes }) => Float64Array.from(codes, (code) => (code < 0 ? NaN : code)))],
  ...(categories.length > 0 && { categorical: categories.map((_, i) => covariates.length + i) }),
});
