import { z } from 'zod';
import { scoreInteractiveIv } from '../../dml/instrumented.js';
import { repeatCrossFitting } from '../../dml/repeated.js';
import { checkSample } from '../../dml/sample.js';
import { isRefusal } from '../../refusal.js';
import { defineEstimator, numeric } from '../estimator.js';
import { causalRoles, chosenLearner, crossFittingOptions, learnerChoice, overlapOptions, overlapRule, sampleOf } from './causal-columns.js';
import { instrumentedAnswer, instrumentedResult } from './dml-answers.js';
import { leastF } from './pliv.js';

/** Effect on those whom a binary instrument moves into a binary treatment, adjusted by any learners. */
export const iivm = defineEstimator({
  name: 'iivm',
  title: 'double machine learning, interactive with an instrument',
  estimand: 'E[Y(1) - Y(0) | D(Z = 1) > D(Z = 0)], the local average treatment effect',
  references: ['Chernozhukov, Chetverikov, Demirer, Duflo, Hansen, Newey, Robins (2018), Econometrics Journal 21(1)', 'Imbens, Angrist (1994), Econometrica 62(2)', 'Froelich (2007), Journal of Econometrics 139(1)'],
  data: { ...causalRoles, instrument: numeric('1 for units that the instrument moves, 0 for others; moves the treatment one way, and the outcome by it alone, given the covariates') },
  options: z.strictObject({
    outcomeLearner: learnerChoice('E[Y | Z, X]'), treatmentLearner: learnerChoice('P(D = 1 | Z, X)'), instrumentLearner: learnerChoice('P(Z = 1 | X)'), leastF, ...overlapOptions, ...crossFittingOptions,
  }),
  result: instrumentedResult,
  async estimate({ instrument, ...columns }, { outcomeLearner, treatmentLearner, instrumentLearner, leastF, folds, repetitions, level, ...bounds }, context) {
    const sample = { ...sampleOf(columns), z: instrument.values };
    const learners = {
      outcome: chosenLearner(outcomeLearner, 'regression', 'outcomeLearner', sample.x), treatment: chosenLearner(treatmentLearner, 'classification', 'treatmentLearner', sample.x),
      instrument: chosenLearner(instrumentLearner, 'classification', 'instrumentLearner', sample.x),
    };
    const refusal = checkSample('iivm', sample, ['d', 'z']);
    if (refusal) return refusal;
    const effect = await repeatCrossFitting('iivm', sample, { folds, repetitions, stratify: sample.z }, context,
      (drawn, each) => scoreInteractiveIv(sample, learners, overlapRule(bounds), drawn, each));
    return isRefusal(effect) ? effect : instrumentedAnswer('iivm', effect, level, leastF);
  },
});
