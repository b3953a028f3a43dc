import { z } from 'zod';
import { scoreAverageDerivative } from '../../dml/average-derivative.js';
import { repeatCrossFitting } from '../../dml/repeated.js';
import { checkSample } from '../../dml/sample.js';
import { learnerOptions } from '../../learners/index.js';
import { isRefusal } from '../../refusal.js';
import { defineEstimator, numerics, optionalCategories } from '../estimator.js';
import { effectAnswer } from '../forest/forest-answers.js';
import { effectSchema } from '../two-arms.js';
import { causalRoles, chosenLearner, crossFittingOptions, sampleOf } from './causal-columns.js';
import { crossFittedAnswer, crossFittedResult } from './dml-answers.js';

/** A learner that has a derivative: a ridge regression on products of dose and covariates. */
const smooth = () => learnerOptions.parse({ name: 'series', degree: 3, learner: { name: 'ridge' } });

/** What a little more of a dose does on average, when its effect may bend and differ between units. */
export const averageDerivative = defineEstimator({
  name: 'average_derivative',
  title: 'average derivative of a dose',
  estimand: 'E[d/dD E[Y | D, X]]: the mean slope of the outcome in the dose, at the doses that units have',
  references: ['Chernozhukov, Newey, Singh (2022), Econometrica 90(3)', 'Powell, Stock, Stoker (1989), Econometrica 57(6)', 'Athey, Wager (2021), Econometrica 89(1), section 5'],
  data: { ...causalRoles, covariates: numerics('measured before treatment, all confounders'), categories: optionalCategories('covariates whose values have no order; the outcome model has them') },
  options: z.strictObject({
    outcomeLearner: learnerOptions.default(smooth).describe('learner of E[Y | D, X], smooth in the dose (linear, ridge, lasso, or a series of them): trees have no slope'),
    degree: z.int().min(1).max(4).default(3).describe('largest degree of the polynomials of dose and covariates that residuals are weighed by'),
    ...crossFittingOptions,
  }),
  result: z.object({ effect: effectSchema.describe('average slope, in units of the outcome per unit of the dose'), ...crossFittedResult }),
  async estimate(columns, { outcomeLearner, degree, level, ...fitting }, context) {
    const sample = sampleOf(columns);
    const refusal = checkSample('average_derivative', sample, []);
    if (refusal) return refusal;
    const model = { outcome: chosenLearner(outcomeLearner, 'regression', 'outcomeLearner', sample.x), degree };
    const effect = await repeatCrossFitting('average_derivative', sample, fitting, context, (folds, each) => scoreAverageDerivative(sample, model, folds, each));
    return isRefusal(effect) ? effect : { effect: effectAnswer(effect, level), ...crossFittedAnswer(effect) };
  },
});
