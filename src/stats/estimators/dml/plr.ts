import { z } from 'zod';
import { partiallyLinearScores, scorePartiallyLinear } from '../../dml/partially-linear.js';
import { repeatCrossFitting } from '../../dml/repeated.js';
import { checkSample, isBinary } from '../../dml/sample.js';
import { isRefusal } from '../../refusal.js';
import { defineEstimator } from '../estimator.js';
import { causalRoles, chosenLearner, crossFittingOptions, learnerChoice, learnerOf, sampleOf } from './causal-columns.js';
import { adjustedAnswer, adjustedResult } from './dml-answers.js';

/** Effect of a treatment or dose that is the same for all, adjusted by any learners. */
export const plr = defineEstimator({
  name: 'plr',
  title: 'double machine learning, partially linear',
  estimand: 'theta of Y = theta D + g(X) + noise: E[Cov(Y, D | X)] / E[Var(D | X)]',
  references: ['Chernozhukov, Chetverikov, Demirer, Duflo, Hansen, Newey, Robins (2018), Econometrics Journal 21(1)', 'Robinson (1988), Econometrica 56(4)', 'Chiang, Kato, Ma, Sasaki (2022), Journal of Business & Economic Statistics 40(3)', 'Chernozhukov, Cinelli, Newey, Sharma, Syrgkanis (2022), NBER 30302'],
  data: causalRoles,
  options: z.strictObject({
    score: z.enum(partiallyLinearScores).default('partialling_out').describe('partialling_out: residuals on residuals; iv_type: the treatment\'s residual as instrument of the treatment'),
    outcomeLearner: learnerChoice('E[Y | X]'), treatmentLearner: learnerChoice('E[D | X]'), ...crossFittingOptions,
  }),
  result: adjustedResult,
  async estimate(columns, { score, outcomeLearner, treatmentLearner, level, ...fitting }, context) {
    const sample = sampleOf(columns);
    const learners = { outcome: chosenLearner(outcomeLearner, 'regression', 'outcomeLearner', sample.x), treatment: learnerOf(treatmentLearner, sample.d, 'treatmentLearner', sample.x) };
    const refusal = checkSample('plr', sample, []);
    if (refusal) return refusal;
    const effect = await repeatCrossFitting('plr', sample, { ...fitting, ...(isBinary(sample.d) && { stratify: sample.d }) }, context,
      (folds, each) => scorePartiallyLinear(sample, learners, score, folds, each));
    return isRefusal(effect) ? effect : adjustedAnswer(effect, sample, level);
  },
});
