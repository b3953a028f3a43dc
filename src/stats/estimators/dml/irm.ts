import { z } from 'zod';
import { armTargets, scoreInteractive } from '../../dml/interactive.js';
import { repeatCrossFitting } from '../../dml/repeated.js';
import { checkSample } from '../../dml/sample.js';
import { isRefusal } from '../../refusal.js';
import { defineEstimator } from '../estimator.js';
import { causalRoles, chosenLearner, crossFittingOptions, learnerChoice, overlapOptions, overlapRule, sampleOf } from './causal-columns.js';
import { adjustedAnswer, adjustedResult } from './dml-answers.js';

/** Average effect of a binary treatment that may differ between units, adjusted by any learners. */
export const irm = defineEstimator({
  name: 'irm',
  title: 'double machine learning, interactive',
  estimand: 'E[Y(1) - Y(0)], or E[Y(1) - Y(0) | D = 1], by augmented inverse-propensity weighting',
  references: ['Chernozhukov, Chetverikov, Demirer, Duflo, Hansen, Newey, Robins (2018), Econometrics Journal 21(1)', 'Robins, Rotnitzky, Zhao (1994), JASA 89(427)', 'Chernozhukov, Cinelli, Newey, Sharma, Syrgkanis (2022), NBER 30302'],
  data: causalRoles,
  options: z.strictObject({
    target: z.enum(armTargets).default('all').describe('over whom the effect is averaged: all, or the treated'),
    outcomeLearner: learnerChoice('E[Y | D, X]'), treatmentLearner: learnerChoice('P(D = 1 | X)'), ...overlapOptions, ...crossFittingOptions,
  }),
  result: adjustedResult,
  async estimate(columns, { target, outcomeLearner, treatmentLearner, folds, repetitions, level, ...bounds }, context) {
    const sample = sampleOf(columns);
    const model = {
      outcome: chosenLearner(outcomeLearner, 'regression', 'outcomeLearner', sample.x), treatment: chosenLearner(treatmentLearner, 'classification', 'treatmentLearner', sample.x),
      target, overlap: overlapRule(bounds),
    };
    const refusal = checkSample('irm', sample, ['d']);
    if (refusal) return refusal;
    const effect = await repeatCrossFitting('irm', sample, { folds, repetitions, stratify: sample.d }, context, (drawn, each) => scoreInteractive(sample, model, drawn, each));
    return isRefusal(effect) ? effect : adjustedAnswer(effect, sample, level);
  },
});
