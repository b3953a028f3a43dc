import { z } from 'zod';
import { scorePartiallyLinearIv } from '../../dml/instrumented.js';
import { repeatCrossFitting } from '../../dml/repeated.js';
import { checkSample, isBinary } from '../../dml/sample.js';
import { isRefusal } from '../../refusal.js';
import { defineEstimator, numeric } from '../estimator.js';
import { causalRoles, chosenLearner, crossFittingOptions, learnerChoice, learnerOf, sampleOf } from './causal-columns.js';
import { instrumentedAnswer, instrumentedResult } from './dml-answers.js';

/** F below which two-stage estimates lean towards the naive comparison. */
export const leastF = z.number().gte(0).default(10).describe('first-stage F below which no estimate is given, only the Anderson-Rubin set');

/** Effect of a confounded treatment by an instrument, adjusted by any learners. */
export const pliv = defineEstimator({
  name: 'pliv',
  title: 'double machine learning, partially linear with an instrument',
  estimand: 'theta of Y = theta D + g(X) + noise, noise uncorrelated with Z given X: E[Cov(Y, Z | X)] / E[Cov(D, Z | X)]',
  references: ['Chernozhukov, Chetverikov, Demirer, Duflo, Hansen, Newey, Robins (2018), Econometrics Journal 21(1)', 'Anderson, Rubin (1949), Annals of Mathematical Statistics 20(1)', 'Staiger, Stock (1997), Econometrica 65(3)'],
  data: { ...causalRoles, instrument: numeric('moves the treatment and nothing else that matters for the outcome, given the covariates') },
  options: z.strictObject({
    outcomeLearner: learnerChoice('E[Y | X]'), treatmentLearner: learnerChoice('E[D | X]'), instrumentLearner: learnerChoice('E[Z | X]'), leastF, ...crossFittingOptions,
  }),
  result: instrumentedResult,
  async estimate({ instrument, ...columns }, { outcomeLearner, treatmentLearner, instrumentLearner, leastF, level, ...fitting }, context) {
    const sample = { ...sampleOf(columns), z: instrument.values };
    const learners = {
      outcome: chosenLearner(outcomeLearner, 'regression', 'outcomeLearner', sample.x),
      treatment: learnerOf(treatmentLearner, sample.d, 'treatmentLearner', sample.x), instrument: learnerOf(instrumentLearner, sample.z, 'instrumentLearner', sample.x),
    };
    const refusal = checkSample('pliv', sample, []);
    if (refusal) return refusal;
    const effect = await repeatCrossFitting('pliv', sample, { ...fitting, ...(isBinary(sample.z) && { stratify: sample.z }) }, context,
      (folds, each) => scorePartiallyLinearIv(sample, learners, folds, each));
    return isRefusal(effect) ? effect : instrumentedAnswer('pliv', effect, level, leastF);
  },
});
