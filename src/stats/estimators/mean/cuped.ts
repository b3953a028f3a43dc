import { z } from 'zod';
import { cupedSlopes, pooledCupedContrast } from '../../effects/pooled-cuped.js';
import { isRefusal } from '../../refusal.js';
import { defineEstimator, numeric } from '../estimator.js';
import { answerTwoArms, levelMoments, treatmentRole, twoArmOptions, twoArmResult, twoLevels } from '../two-arms.js';

/** CUPED as first published: one slope for both arms. For comparison with engines that use it; lin is never worse in large samples. */
export const cuped = defineEstimator({
  name: 'cuped',
  title: 'CUPED with a pooled slope',
  estimand: 'E[Y | treatment] - E[Y | control]',
  references: ['Deng, Xu, Kohavi, Walker (2013), WSDM'],
  data: { outcome: numeric('outcome of each unit'), treatment: treatmentRole, covariate: numeric('known before exposure, such as the outcome before the experiment') },
  options: z.strictObject({ ...twoArmOptions, slope: z.enum(cupedSlopes).default('within_arms').describe('where the slope is fitted: about the mean of each arm, or about the mean of both as some engines do') }),
  result: z.object({ ...twoArmResult, theta: z.number().describe('pooled slope, in units of the outcome per unit of the covariate') }),
  estimate({ outcome, treatment, covariate }, options) {
    const levels = twoLevels(treatment, options);
    const moments = (code: number) => levelMoments([outcome, covariate], treatment, code);
    const contrast = pooledCupedContrast(moments(levels.control), moments(levels.treatment), options.slope);
    if (isRefusal(contrast)) return contrast;
    const answer = answerTwoArms(contrast, treatment, levels, options);
    return isRefusal(answer) ? answer : { ...answer, theta: contrast.theta };
  },
});
