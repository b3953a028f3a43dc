import { z } from 'zod';
import { ratioOutcome } from '../../effects/outcome.js';
import { category, defineEstimator, numeric, numerics } from '../estimator.js';
import { pooledOption, poolLevels } from '../pooled-levels.js';
import { treatmentRole, twoArmOptions } from '../two-arms.js';
import { stratifiedComparison, stratifiedResult } from './stratify.js';

/** Ratio of two post-stratified means: the strata are weighted before the division, so that the estimand is that of the plain ratio. */
export const postStratifiedRatio = defineEstimator({
  name: 'post_stratified_ratio',
  title: 'post-stratified ratio of means',
  estimand: 'E[N | treatment] / E[D | treatment] - E[N | control] / E[D | control], each mean summed over strata by P(stratum)',
  references: ['Miratrix, Sekhon, Yu (2013), JRSS B 75(2)', 'Deng, Knoblich, Lu (2018), KDD, arXiv 1803.06336'],
  data: {
    numerator: numeric('sum of the numerator over each unit'), denominator: numeric('sum of the denominator over each unit'),
    treatment: treatmentRole, stratum: category('stratum of each unit, known before exposure'),
    covariates: numerics('known before exposure; both means are adjusted within each stratum'),
  },
  options: z.strictObject({ ...twoArmOptions, ...pooledOption }),
  result: z.object(stratifiedResult),
  estimate({ numerator, denominator, treatment, stratum, covariates }, given) {
    const { arms, options } = poolLevels(treatment, given);
    return stratifiedComparison([numerator, denominator], covariates, arms, stratum, options, ratioOutcome);
  },
});
