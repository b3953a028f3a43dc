import { z } from 'zod';
import { proportionContrast } from '../../effects/proportions.js';
import { scoreStatistic } from '../../inference/score.js';
import { isRefusal, refuse } from '../../refusal.js';
import { defineEstimator, numeric } from '../estimator.js';
import { answerTwoArms, levelMoments, treatmentRole, twoArmOptions, twoArmResult, twoLevels } from '../two-arms.js';

/** Difference of two shares: score test (of no effect, the chi-square test without continuity correction) and the interval that inverts it. */
export const twoProportions = defineEstimator({
  name: 'two_proportions',
  title: 'two proportions',
  estimand: 'P(Y = 1 | treatment) - P(Y = 1 | control)',
  references: ['Pearson (1900), Philosophical Magazine 50', 'Farrington, Manning (1990), Statistics in Medicine 9(12)', 'Mee (1984), Biometrics 40(4)', 'Koopman (1984), Biometrics 40(2)'],
  data: { outcome: numeric('0 or 1 for each unit'), treatment: treatmentRole },
  options: z.strictObject(twoArmOptions),
  result: z.object({ ...twoArmResult, chiSquare: z.number().describe('statistic of no difference, pooled, 1 degree of freedom') }),
  estimate({ outcome, treatment }, options) {
    if (outcome.values.some((value) => value !== 0 && value !== 1)) {
      return refuse('unsupported_combination', `two-proportions needs an outcome of 0 and 1; ${outcome.name} has other values`, 'Use welch, or turn the outcome into 0 and 1.');
    }
    const levels = twoLevels(treatment, options);
    const moments = (code: number) => levelMoments([outcome], treatment, code);
    const contrast = proportionContrast(moments(levels.control), moments(levels.treatment));
    if (isRefusal(contrast)) return contrast;
    if (isRefusal(contrast.difference)) return contrast.difference;
    const answer = answerTwoArms(contrast, treatment, levels, options);
    if (isRefusal(answer)) return answer;
    return { ...answer, chiSquare: scoreStatistic(contrast.difference, contrast.difference.shares!, 0) ** 2 };
  },
});
