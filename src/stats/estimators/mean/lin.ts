import { z } from 'zod';
import { contrasts } from '../../effects/contrast.js';
import { meanOutcome } from '../../effects/outcome.js';
import { isRefusal } from '../../refusal.js';
import { defineEstimator, numeric, numerics } from '../estimator.js';
import { pooledOption, poolLevels } from '../pooled-levels.js';
import { answerTwoArms, levelMoments, treatmentRole, twoArmOptions, twoArmResult, twoLevels } from '../two-arms.js';

/** CUPED with any number of covariates, each arm with its own slopes; never asymptotically worse than the plain difference. */
export const lin = defineEstimator({
  name: 'lin',
  title: 'regression adjustment (CUPED, fully interacted)',
  estimand: 'E[Y | treatment] - E[Y | control], at the covariate means of both arms together',
  references: ['Lin (2013), Annals of Applied Statistics 7(1)', 'Deng, Xu, Kohavi, Walker (2013), WSDM'],
  data: { outcome: numeric('outcome of each unit'), treatment: treatmentRole, covariates: numerics('known before exposure, such as the outcome before the experiment') },
  options: z.strictObject({ ...twoArmOptions, ...pooledOption }),
  result: z.object({
    ...twoArmResult,
    varianceReduction: z.number().nullable().describe('1 - adjusted variance / unadjusted variance of the difference; null without covariates'),
  }),
  estimate({ outcome, treatment, covariates }, given) {
    const { arms, options } = poolLevels(treatment, given);
    const levels = twoLevels(arms, options);
    const moments = (code: number) => levelMoments([outcome, ...covariates], arms, code);
    const contrast = contrasts(moments(levels.control), [moments(levels.treatment)], 1, meanOutcome)[0]!;
    if (isRefusal(contrast)) return contrast;
    const answer = answerTwoArms(contrast, arms, levels, options);
    if (isRefusal(answer)) return answer;
    return { ...answer, varianceReduction: contrast.adjustment?.varianceReduction ?? null };
  },
});
