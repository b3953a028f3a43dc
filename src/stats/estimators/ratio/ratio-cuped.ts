import { z } from 'zod';
import { ratioCupedContrast } from '../../effects/ratio-cuped.js';
import { isRefusal } from '../../refusal.js';
import { defineEstimator, numeric } from '../estimator.js';
import { pooledOption, poolLevels } from '../pooled-levels.js';
import { answerTwoArms, levelMoments, treatmentRole, twoArmOptions, twoArmResult, twoLevels } from '../two-arms.js';

/** CUPED of a ratio with one slope on the same ratio before exposure. For comparison with engines that use it; ratio takes any covariates. */
export const ratioCuped = defineEstimator({
  name: 'ratio_cuped',
  title: 'CUPED of a ratio with a pooled slope',
  estimand: 'E[N | treatment] / E[D | treatment] - E[N | control] / E[D | control]',
  references: ['Deng, Xu, Kohavi, Walker (2013), WSDM', 'Deng, Knoblich, Lu (2018), KDD, arXiv 1803.06336'],
  data: {
    numerator: numeric('sum of the numerator over each unit'), denominator: numeric('sum of the denominator over each unit'),
    numeratorBefore: numeric('the same sum before exposure'), denominatorBefore: numeric('the same sum before exposure'),
    treatment: treatmentRole,
  },
  options: z.strictObject({ ...twoArmOptions, ...pooledOption }),
  result: z.object({ ...twoArmResult, theta: z.number().describe('pooled slope, without units') }),
  estimate({ numerator, denominator, numeratorBefore, denominatorBefore, treatment }, given) {
    const { arms, options } = poolLevels(treatment, given);
    const levels = twoLevels(arms, options);
    const moments = (code: number) => levelMoments([numerator, denominator, numeratorBefore, denominatorBefore], arms, code);
    const contrast = ratioCupedContrast(moments(levels.control), moments(levels.treatment));
    if (isRefusal(contrast)) return contrast;
    const answer = answerTwoArms(contrast, arms, levels, options);
    return isRefusal(answer) ? answer : { ...answer, theta: contrast.theta };
  },
});
