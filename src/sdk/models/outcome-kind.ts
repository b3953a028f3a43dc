import { z } from 'zod';
import { outcomeGraph } from '../../compute/onnx/learned-graph.js';
import { outcomeMetrics } from '../../stats/cate/outcome-metrics.js';
import { crossFittingOptions, featuresOf } from '../../stats/estimators/dml/causal-columns.js';
import { numeric, type Numeric } from '../../stats/estimators/estimator.js';
import { forestRoles } from '../../stats/estimators/forest/forest-input.js';
import { createLearner, learnerOptions, type LearnerOptions } from '../../stats/learners/index.js';
import { keptLearner, predictOutcomes, type KeptOutcomes } from '../../stats/learners/kept/kept.js';
import { loadOutcomes, saveOutcomes } from '../../stats/learners/kept/outcomes-file.js';
import type { Training } from '../../stats/learners/learner.js';
import type { Task } from '../../stats/learners/training.js';
import { isRefusal, refuse } from '../../stats/refusal.js';
import type { EffectScorer, ModelKind } from './kind.js';
import { emptyColumn, LACKS_A_NUMBER } from './learner-kind.js';
import { keptProbes } from './kept-probes.js';

const { treatment: _, ...others } = forestRoles;
const roles = { ...others, outcome: numeric('outcome of each unit; of a classification a label of 0 or 1') } as const;

/** Kinds of models of outcomes, by the learner that each is, with what it does. */
const LEARNERS = {
  boosting: { title: 'gradient boosting of outcomes, or of probabilities of labels', tasks: ['regression', 'classification'], references: ['Ke et al. (2017), NeurIPS 30'] },
  forest: { title: 'honest regression forest, a probability forest of labels', tasks: ['regression', 'classification'], references: ['Athey, Tibshirani, Wager (2019), Annals of Statistics 47(2)', 'Malley et al. (2012), Methods of Information in Medicine 51(1)'] },
  linear: { title: 'least squares', tasks: ['regression'], references: [] },
  logistic: { title: 'logistic regression', tasks: ['classification'], references: [] },
  ridge: { title: 'ridge regression, logistic of labels', tasks: ['regression', 'classification'], references: ['Friedman, Hastie, Tibshirani (2010), J. Stat. Software 33(1)'] },
  lasso: { title: 'lasso, logistic of labels', tasks: ['regression', 'classification'], references: ['Friedman, Hastie, Tibshirani (2010), J. Stat. Software 33(1)'] },
  elastic_net: { title: 'elastic net, logistic of labels', tasks: ['regression', 'classification'], references: ['Friedman, Hastie, Tibshirani (2010), J. Stat. Software 33(1)'] },
} as const satisfies Readonly<Record<string, { readonly title: string; readonly tasks: readonly [Task, ...Task[]]; readonly references: readonly string[] }>>;
export type OutcomeLearner = keyof typeof LEARNERS;

/** Options of a learner by name, without the name. */
function settingsOf(learner: OutcomeLearner): z.ZodRawShape {
  const { name: __, ...shape } = learnerOptions.options.find(({ shape: { name } }) => name.value === learner)!.shape;
  return shape;
}

/** A learner that predicts outcomes, or probabilities of labels; judged by predictions of rows that it did not learn from. */
export function outcomeKind(learner: OutcomeLearner): ModelKind {
  const { title, tasks, references } = LEARNERS[learner];
  const options = z.strictObject({
    ...settingsOf(learner),
    task: z.enum(tasks).default(tasks[0]).describe('regression: the mean of an outcome; classification: the probability of a label of 1'),
    judgingFolds: crossFittingOptions.folds.describe('folds of the predictions that judge the model, each of rows that it did not learn from'),
  });
  return {
    title, references: [...references], options, roles,
    async train({ outcome, covariates, categories, weight, cluster }, given, context) {
      const { task, judgingFolds, ...settings } = given as { readonly task: Task; readonly judgingFolds: number };
      const training: Training = { x: featuresOf(covariates, categories, (outcome as Numeric).values.length), y: (outcome as Numeric).values, ...(weight && { weight: weight.values }), ...(cluster && { cluster: cluster.codes }) };
      const empty = emptyColumn(training.x);
      if (empty) return empty;
      const asked = createLearner({ name: learner, ...settings } as LearnerOptions, task);
      const fitted = await asked.fit(training, context);
      if (isRefusal(fitted)) return fitted;
      context.onProgress?.(0.3);
      const { names, categorical = [] } = training.x;
      const model: KeptOutcomes = { family: 'outcomes', features: names, categorical, learner: keptLearner(fitted, task) };
      const metrics = await outcomeMetrics(model, asked, training, judgingFolds, context);
      return isRefusal(metrics) ? metrics : { scorer: outcomeScorer(model), metrics };
    },
    load(bytes) {
      const model = loadOutcomes(bytes);
      return isRefusal(model) ? model : outcomeScorer(model);
    },
  };
}

function outcomeScorer(model: KeptOutcomes): EffectScorer {
  const { features, learner } = model;
  return {
    features,
    output: 'prediction',
    hasVariance: false,
    withoutScore: LACKS_A_NUMBER,
    async score(columns, scoring) {
      scoring?.signal?.throwIfAborted();
      return { ...predictOutcomes(model, columns), variances: null };
    },
    scoreRow(values) {
      const { estimates, isIdentified } = predictOutcomes(model, values.map((value) => Float64Array.of(value)));
      return isIdentified[0] === 1 ? { prediction: estimates[0]!, variance: null } : refuse('not_finite', LACKS_A_NUMBER, 'Fill it in, or train a kind that takes missing values (boosting, forest).');
    },
    probes: (units) => keptProbes([learner], features.length, units),
    graph: (metadata) => outcomeGraph(learner, features, metadata),
    save: () => saveOutcomes(model),
  };
}
