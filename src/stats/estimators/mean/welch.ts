import { z } from 'zod';
import { contrasts } from '../../effects/contrast.js';
import { meanOutcome } from '../../effects/outcome.js';
import { defineEstimator, numeric } from '../estimator.js';
import { pooledOption, poolLevels } from '../pooled-levels.js';
import { answerTwoArms, levelMoments, treatmentRole, twoArmOptions, twoArmResult, twoLevels } from '../two-arms.js';

/** Difference in means of two arms whose variances may differ. */
export const welch = defineEstimator({
  name: 'welch',
  title: 'Welch t-test',
  estimand: 'E[Y | treatment] - E[Y | control]',
  references: ['Welch (1947), Biometrika 34(1/2)'],
  data: { outcome: numeric('outcome of each unit'), treatment: treatmentRole },
  options: z.strictObject({ ...twoArmOptions, ...pooledOption }),
  result: z.object(twoArmResult),
  estimate({ outcome, treatment }, given) {
    const { arms, options } = poolLevels(treatment, given);
    const levels = twoLevels(arms, options);
    const moments = (code: number) => levelMoments([outcome], arms, code);
    const [contrast] = contrasts(moments(levels.control), [moments(levels.treatment)], 1, meanOutcome);
    return answerTwoArms(contrast!, arms, levels, options);
  },
});
