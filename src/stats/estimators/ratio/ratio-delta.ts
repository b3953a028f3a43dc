import { z } from 'zod';
import { contrasts } from '../../effects/contrast.js';
import { ratioOutcome } from '../../effects/outcome.js';
import { defineEstimator, numeric, numerics } from '../estimator.js';
import { pooledOption, poolLevels } from '../pooled-levels.js';
import { answerTwoArms, levelMoments, treatmentRole, twoArmOptions, twoArmResult, twoLevels } from '../two-arms.js';

/** Ratio of two sums over units, such as revenue per order with users randomised. */
export const ratioDelta = defineEstimator({
  name: 'ratio',
  title: 'ratio of means by the delta method',
  estimand: 'E[N | treatment] / E[D | treatment] - E[N | control] / E[D | control]',
  references: ['Deng, Knoblich, Lu (2018), KDD, arXiv 1803.06336'],
  data: {
    numerator: numeric('sum of the numerator over each unit'), denominator: numeric('sum of the denominator over each unit'),
    treatment: treatmentRole, covariates: numerics('known before exposure; both means are adjusted'),
  },
  options: z.strictObject({ ...twoArmOptions, ...pooledOption }),
  result: z.object(twoArmResult),
  estimate({ numerator, denominator, treatment, covariates }, given) {
    const { arms, options } = poolLevels(treatment, given);
    const levels = twoLevels(arms, options);
    const moments = (code: number) => levelMoments([numerator, denominator, ...covariates], arms, code);
    const [contrast] = contrasts(moments(levels.control), [moments(levels.treatment)], 2, ratioOutcome);
    return answerTwoArms(contrast!, arms, levels, options);
  },
});
