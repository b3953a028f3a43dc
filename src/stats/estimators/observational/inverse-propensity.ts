import { z } from 'zod';
import { effectiveUnits } from '../../observational/balance.js';
import { normalisations, weightedEffect, weightedTargets } from '../../observational/inverse-propensity.js';
import { fitPropensity, knownPropensity } from '../../observational/propensity-model.js';
import { isRefusal } from '../../refusal.js';
import { overlapOptions, overlapRule } from '../dml/causal-columns.js';
import { overlapSchema, propensityRange } from '../dml/dml-answers.js';
import { defineEstimator, level, OptionsError } from '../estimator.js';
import { effectAnswer } from '../forest/forest-answers.js';
import { effectSchema } from '../two-arms.js';
import { balanceAnswer, balanceSchema, observationalRoles, observedOf, propensityRole } from './observational-input.js';

/** The effect of a treatment among units that were not randomised, by weighting each by how unlikely its arm was. */
export const inversePropensity = defineEstimator({
  name: 'inverse_propensity',
  title: 'inverse-propensity weighting',
  estimand: 'E[Y(1) - Y(0)] of all, treated or control units, or of units in proportion to e(X) (1 - e(X)), by weights of propensities e(X) = P(D = 1 | X)',
  references: ['Hirano, Imbens, Ridder (2003), Econometrica 71(4)', 'Lunceford, Davidian (2004), Statistics in Medicine 23(19)', 'Li, Morgan, Zaslavsky (2018), JASA 113(521)', 'Horvitz, Thompson (1952), JASA 47(260)'],
  data: { ...observationalRoles, propensity: propensityRole },
  options: z.strictObject({
    target: z.enum(weightedTargets).default('all').describe('over whom the effect is averaged: all, treated or control units, or overlap, where both arms are likely'),
    normalisation: z.enum(normalisations).default('hajek').describe('hajek: weights of an arm sum to 1; horvitz_thompson: divided by the units of the target, unbiased with known propensities and less precise'),
    ...overlapOptions, level,
  }),
  result: z.object({
    effect: effectSchema.describe('average effect, in units of the outcome; its error allows for propensities having been estimated'),
    control: z.number().describe('weighted mean outcome without the treatment'), treated: z.number().describe('with it'),
    n: z.number().int().describe('units averaged over'),
    independentUnits: z.number().int().describe('independent groups behind the error: clusters, or units'),
    trimmedShare: z.number().describe('share of units left out for want of overlap, in [0, 1]'),
    effectiveUnits: z.object({ control: z.number().describe('control units'), treated: z.number().describe('treated units') }).describe('equally weighted units that would average as precisely as the weighted ones'),
    overlap: overlapSchema.describe('propensities'),
    balance: balanceSchema,
  }),
  estimate({ propensity, ...columns }, { target, normalisation, level: confidence, ...bounds }) {
    if (target === 'overlap' && normalisation === 'horvitz_thompson') throw new OptionsError('options.normalisation must be hajek for target overlap, whose size is itself estimated', ['options', 'normalisation']);
    const observed = observedOf('inverse_propensity', columns, { leastCovariates: propensity ? 0 : 1 });
    if (isRefusal(observed)) return observed;
    const { units, independent, sample } = observed;
    const model = propensity ? knownPropensity('inverse_propensity', propensity.values) : fitPropensity('inverse_propensity', units.d, independent.columns, sample.weight ?? null);
    if (isRefusal(model)) return model;
    const effect = weightedEffect(units, model, target, normalisation, overlapRule(bounds));
    if (isRefusal(effect)) return effect;
    const { estimate, standardError, groups, control, treated, weights, n, trimmedShare } = effect;
    return {
      effect: effectAnswer({ estimate, standardError, degreesOfFreedom: groups - 1, n }, confidence), control, treated, n, independentUnits: groups, trimmedShare,
      effectiveUnits: effectiveUnits(units.d, weights), overlap: propensityRange(model.propensity), balance: balanceAnswer(observed, weights, target === 'overlap' ? 'all' : target),
    };
  },
});
