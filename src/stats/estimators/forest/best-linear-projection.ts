import { z } from 'zod';
import { bestLinearProjection as project } from '../../forest/best-linear-projection.js';
import { doublyRobustScores } from '../../forest/doubly-robust-scores.js';
import { isRefusal, refuse } from '../../refusal.js';
import { defineEstimator, numerics } from '../estimator.js';
import { coefficientAnswer, coefficientSchema } from './forest-answers.js';
import { correctedForestOptions, designedRoles, forestInput, growForest } from './forest-input.js';

const result = z.object({
  coefficients: z.array(coefficientSchema).describe('intercept first, then the columns in order'),
  n: z.number().int().describe('units of the regression'),
  trimmedShare: z.number().describe('share of units left out for want of overlap, in [0, 1]'),
});

/** On which columns the effect depends, as far as a line can say; the forest does the adjustment. */
export const bestLinearProjection = defineEstimator({
  name: 'best_linear_projection',
  title: 'best linear projection of the effect',
  estimand: 'argmin over (a, b) of E[(tau(X) - a - b A)^2], A the columns projected on',
  references: ['Semenova, Chernozhukov (2021), Econometrics Journal 24(2)', 'MacKinnon, White (1985), Journal of Econometrics 29(3)'],
  data: { ...designedRoles, projectOn: numerics('columns to project on; absent: the covariates') },
  options: z.strictObject({
    target: z.enum(['all', 'overlap']).default('all').describe('over whom the projection is best: all, or all weighted by overlap (binary treatments)'),
    ...correctedForestOptions,
  }),
  result,
  async estimate({ projectOn, ...columns }, chosen, context) {
    const input = forestInput(columns, chosen, context);
    const { engine, overlap, engineOptions } = input;
    const regressors = projectOn.length > 0 ? projectOn : columns.covariates;
    const holed = regressors.find(({ values }) => values.some(Number.isNaN));
    if (holed) return refuse('not_finite', `a projection needs complete columns; ${holed.name} has missing values`, 'Name complete columns in projectOn.');
    const forest = await growForest(input, engineOptions);
    if (isRefusal(forest)) return forest;
    const scores = await doublyRobustScores(engine, forest, context.signal ? { signal: context.signal } : {});
    if (isRefusal(scores)) return scores;
    const fit = project(forest, scores, Object.fromEntries(regressors.map(({ name, values }) => [name, values])), chosen.level, overlap, chosen.target);
    if (isRefusal(fit)) return fit;
    return { coefficients: fit.coefficients.map((coefficient) => coefficientAnswer(coefficient, fit.degreesOfFreedom)), n: fit.n, trimmedShare: fit.trimmedShare };
  },
});
