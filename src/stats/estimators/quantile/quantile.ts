import { z } from 'zod';
import { quantileContrast } from '../../effects/quantile.js';
import { refuse } from '../../refusal.js';
import { valuesWhere } from '../../summaries/frame.js';
import { quantileSummaryOf } from '../../summaries/sample-quantile.js';
import { defineEstimator, numeric } from '../estimator.js';
import { answerTwoArms, treatmentRole, twoArmOptions, twoArmResult, twoLevels } from '../two-arms.js';

/** Difference of a quantile, such as the 95th percentile of latency, with one value a unit. */
export const quantile = defineEstimator({
  name: 'quantile',
  title: 'difference of a quantile',
  estimand: 'Q_p(Y | treatment) - Q_p(Y | control)',
  references: ['Deng, Knoblich, Lu (2018), KDD, section 4, arXiv 1803.06336'],
  data: { outcome: numeric('outcome of each unit'), treatment: treatmentRole },
  options: z.strictObject({ ...twoArmOptions, probability: z.number().gt(0).lt(1).default(0.5).describe('which quantile; 0.5 is the median') }),
  result: z.object(twoArmResult),
  estimate({ outcome, treatment }, options) {
    const levels = twoLevels(treatment, options);
    const [control, treated] = [levels.control, levels.treatment].map((code) => valuesWhere(outcome, treatment.codes, code)) as [Float64Array, Float64Array];
    if (control.length < 2 || treated.length < 2) return refuse('too_few_units', `quantile needs at least 2 units in each arm; got ${control.length} and ${treated.length}`, 'Wait for more units.');
    const contrast = quantileContrast(quantileSummaryOf(control, options.probability), quantileSummaryOf(treated, options.probability));
    return answerTwoArms(contrast, treatment, levels, options);
  },
});
