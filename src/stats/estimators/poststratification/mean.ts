import { z } from 'zod';
import { meanOutcome } from '../../effects/outcome.js';
import { category, defineEstimator, numeric, numerics } from '../estimator.js';
import { pooledOption, poolLevels } from '../pooled-levels.js';
import { treatmentRole, twoArmOptions } from '../two-arms.js';
import { stratifiedComparison, stratifiedResult } from './stratify.js';

/** Difference in means within strata that were known before exposure, such as country or platform; with covariates, CUPED within strata. */
export const postStratifiedMean = defineEstimator({
  name: 'post_stratified_mean',
  title: 'post-stratified difference in means',
  estimand: 'sum over strata of P(stratum) (E[Y | treatment, stratum] - E[Y | control, stratum])',
  references: ['Miratrix, Sekhon, Yu (2013), JRSS B 75(2)', 'Xie, Aurisset (2016), KDD', 'Lin (2013), Annals of Applied Statistics 7(1)'],
  data: {
    outcome: numeric('outcome of each unit'), treatment: treatmentRole, stratum: category('stratum of each unit, known before exposure'),
    covariates: numerics('known before exposure; adjusted for within each stratum'),
  },
  options: z.strictObject({ ...twoArmOptions, ...pooledOption }),
  result: z.object(stratifiedResult),
  estimate({ outcome, treatment, stratum, covariates }, given) {
    const { arms, options } = poolLevels(treatment, given);
    return stratifiedComparison([outcome], covariates, arms, stratum, options, meanOutcome);
  },
});
