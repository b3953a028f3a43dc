import { z } from 'zod';
import { armTargets, scoreInteractive, type InteractiveModel } from '../../dml/interactive.js';
import { repeatCrossFitting } from '../../dml/repeated.js';
import { checkSample } from '../../dml/sample.js';
import { targetOutcomes } from '../../dml/targeting.js';
import { isRefusal } from '../../refusal.js';
import { causalRoles, chosenLearner, crossFittingOptions, learnerChoice, overlapOptions, overlapRule, sampleOf } from '../dml/causal-columns.js';
import { crossFittedAnswer, crossFittedResult } from '../dml/dml-answers.js';
import { defineEstimator } from '../estimator.js';
import { effectAnswer } from '../forest/forest-answers.js';
import { effectSchema } from '../two-arms.js';

/** Average effect by cross-fitted targeted maximum likelihood: predictions stay within the range of the outcome. */
export const tmle = defineEstimator({
  name: 'tmle',
  title: 'targeted maximum likelihood',
  estimand: 'E[Y(1) - Y(0)], or E[Y(1) - Y(0) | D = 1], as a plug-in of outcome models whose weighted residuals sum to 0',
  references: ['van der Laan, Rubin (2006), International Journal of Biostatistics 2(1)', 'Gruber, van der Laan (2010), International Journal of Biostatistics 6(1)', 'Zheng, van der Laan (2011), Targeted Learning, chapter 27'],
  data: causalRoles,
  options: z.strictObject({
    target: z.enum(armTargets).default('all').describe('over whom the effect is averaged: all, or the treated'),
    outcomeLearner: learnerChoice('E[Y | D, X]'), treatmentLearner: learnerChoice('P(D = 1 | X)'), ...overlapOptions, ...crossFittingOptions,
  }),
  result: z.object({ effect: effectSchema.describe('average effect, in units of the outcome'), ...crossFittedResult }),
  async estimate(columns, { target, outcomeLearner, treatmentLearner, folds, repetitions, level, ...bounds }, context) {
    const sample = sampleOf(columns);
    const model: InteractiveModel = {
      outcome: chosenLearner(outcomeLearner, 'regression', 'outcomeLearner', sample.x), treatment: chosenLearner(treatmentLearner, 'classification', 'treatmentLearner', sample.x),
      target, overlap: overlapRule(bounds), retarget: (of, nuisances, kept) => targetOutcomes(of, nuisances, kept, target),
    };
    const refusal = checkSample('tmle', sample, ['d']);
    if (refusal) return refusal;
    const effect = await repeatCrossFitting('tmle', sample, { folds, repetitions, stratify: sample.d }, context, (drawn, each) => scoreInteractive(sample, model, drawn, each));
    return isRefusal(effect) ? effect : { effect: effectAnswer(effect, level), ...crossFittedAnswer(effect) };
  },
});
