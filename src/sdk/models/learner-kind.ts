import { z } from 'zod';
import { learnedGraph } from '../../compute/onnx/learned-graph.js';
import { learnEffects, predictLearnedEffects, type LearnedEffects } from '../../stats/cate/learned-effects.js';
import { loadLearnedEffects, saveLearnedEffects } from '../../stats/cate/learned-file.js';
import { learnerMetrics } from '../../stats/cate/learner-metrics.js';
import type { PartedKind } from '../../stats/cate/effect-parts.js';
import { crossFittingOptions, featuresOf, overlapOptions, overlapRule } from '../../stats/estimators/dml/causal-columns.js';
import { forestRoles } from '../../stats/estimators/forest/forest-input.js';
import { checkSample } from '../../stats/dml/sample.js';
import type { Features } from '../../stats/learners/learner.js';
import { isRefusal, refuse, type Refusal } from '../../stats/refusal.js';
import type { EffectScorer, ModelKind } from './kind.js';
import { keptProbes } from './kept-probes.js';
import { chosenOr, keptChoice } from './learner-choices.js';
import { rateOf, rateOptions } from './rate-options.js';

/** Settings of gradient boosting, where nothing else is chosen. */
export const boostingOptions = {
  trees: z.int().min(1).max(5000).default(500).describe('trees of each boosted model, at most'),
  learningRate: z.number().gt(0).max(1).default(0.1).describe('what the outputs of a tree are multiplied by'),
  maxLeaves: z.int().min(2).max(1024).default(31).describe('leaves of a tree, at most'),
  minRows: z.int().min(1).default(20).describe('rows of a leaf, at least'),
  l2: z.number().min(0).default(0).describe('ridge penalty on leaf outputs'),
  rowShare: z.number().gt(0).max(1).default(1).describe('share of rows that a tree is shown, a fraction'),
  featureShare: z.number().gt(0).max(1).default(1).describe('share of features that a tree is shown, a fraction'),
  heldOut: z.number().gt(0).max(0.5).nullable().default(0.1).describe('share of rows held out to decide when to stop, a fraction; null: all trees are kept'),
  patience: z.int().min(1).default(20).describe('trees without a new least held-out loss that end the boosting'),
} as const;

const options = z.strictObject({
  outcomeLearner: keptChoice('E[Y | D, X]'), propensityLearner: keptChoice('P(D = 1 | X)'), effectLearner: keptChoice('tau(X), of x-, r- and dr-learners'),
  ...boostingOptions,
  folds: crossFittingOptions.folds, ...overlapOptions, ...rateOptions, level: crossFittingOptions.level,
});

/** Refuses a column without a value. */
export const emptyColumn = ({ names, columns }: Features): Refusal | null => {
  const empty = columns.findIndex((column) => column.every(Number.isNaN));
  return empty < 0 ? null : refuse('zero_variance', `column ${names[empty]} has no value that is not missing`, 'Drop the column.');
};

export const LACKS_A_NUMBER = 'a number is missing that a linear model cannot do without';
const NAMES = { s: 's-learner', t: 't-learner', x: 'x-learner', r: 'r-learner', dr: 'dr-learner' } as const;

/** A meta-learner over gradient boosting, or over what its options name. */
export const learnerKind = (kind: PartedKind, reference: string): ModelKind => ({
  title: `${NAMES[kind]} over gradient boosting or any other learner, without variances`,
  references: [reference, 'Yadlowsky, Fleming, Shah, Brunskill, Wager (2025), JASA'],
  options, roles: forestRoles,
  async train({ outcome, treatment, covariates, categories, weight, cluster }, given, context) {
    const { folds, rate, replicates, level, lowestPropensity, highestPropensity, beyondBounds, outcomeLearner, propensityLearner, effectLearner, ...settings } = given as z.output<typeof options>;
    const overlap = overlapRule({ lowestPropensity, highestPropensity, beyondBounds });
    const data = {
      x: featuresOf(covariates, categories, outcome.values.length), y: outcome.values, d: treatment.values,
      ...(weight && { weight: weight.values }), ...(cluster && { cluster: cluster.codes }),
    };
    const refusal = checkSample(`a ${NAMES[kind]}`, { ...data, clusters: [] }, ['d']) ?? emptyColumn(data.x);
    if (refusal) return refusal;
    const learners = {
      outcome: chosenOr(outcomeLearner, 'regression', 'outcomeLearner', settings), propensity: chosenOr(propensityLearner, 'classification', 'propensityLearner', settings),
      effect: chosenOr(effectLearner, 'regression', 'effectLearner', settings),
    };
    const effects = await learnEffects(kind, data, learners, { folds, bounds: overlap.bounds }, context);
    if (isRefusal(effects)) return effects;
    context.onProgress?.(0.4);
    const metrics = await learnerMetrics(effects, data, learners, { folds, overlap, rate: rateOf({ rate, replicates, level }, context.seed), level }, context);
    return isRefusal(metrics) ? metrics : { scorer: learnedScorer(effects), metrics };
  },
  load(bytes) {
    const effects = loadLearnedEffects(bytes);
    if (isRefusal(effects)) return effects;
    if (effects.kind !== kind) return refuse('unsupported_combination', `model.bin holds a ${NAMES[effects.kind]}, and the card tells of a ${NAMES[kind]}`, 'Train the model again.');
    return learnedScorer(effects);
  },
});

function learnedScorer(effects: LearnedEffects): EffectScorer {
  const { features } = effects;
  return {
    features,
    output: 'cate',
    hasVariance: false,
    withoutScore: LACKS_A_NUMBER,
    async score(columns, scoring) {
      scoring?.signal?.throwIfAborted();
      return { ...predictLearnedEffects(effects, columns), variances: null };
    },
    scoreRow(values) {
      const { estimates, isIdentified } = predictLearnedEffects(effects, values.map((value) => Float64Array.of(value)));
      return isIdentified[0] === 1 ? { cate: estimates[0]!, variance: null } : refuse('not_finite', LACKS_A_NUMBER, 'Fill it in, or train with a learner that takes missing values (boosting, forest).');
    },
    probes: (units) => keptProbes(Object.values(effects.parts), features.length, units),
    graph: (metadata) => learnedGraph(effects, metadata),
    save: () => saveLearnedEffects(effects),
  };
}
