import { z } from 'zod';
import { bettingSequence, logBettingEValue } from '../../inference/bounded/betting.js';
import { randomisedDifference } from '../../inference/bounded/randomised-difference.js';
import { eValueOfLog, pValueOfLog } from '../../inference/e-value.js';
import { isRefusal, refuse } from '../../refusal.js';
import { valuesWhere } from '../../summaries/frame.js';
import { anytimeResult } from '../anytime-result.js';
import { defineEstimator, numeric, OptionsError } from '../estimator.js';
import { treatmentRole, twoArmOptions, twoLevels } from '../two-arms.js';

const { control, treatment, level, alternative } = twoArmOptions;

/** Effect on the mean of a bounded outcome, by betting on the units in the order in which they came. */
export const anytimeBoundedMean = defineEstimator({
  name: 'anytime_bounded_mean',
  title: 'mean of a bounded outcome, exact at every look',
  estimand: 'E[Y(treatment)] - E[Y(control)] over the units in their order',
  references: ['Waudby-Smith, Ramdas (2024), JRSS B 86(1)', 'Howard, Ramdas, McAuliffe, Sekhon (2021), Annals of Statistics 49(2), section 4.2'],
  data: { outcome: numeric('outcome of each unit, within its bounds and final when it is first read'), treatment: treatmentRole, order: numeric('when each unit came, such as the time of its exposure') },
  options: z.strictObject({
    control, treatment, level, alternative,
    lowest: z.number().default(0).describe('smallest value that is possible, in units of the outcome'),
    highest: z.number().default(1).describe('largest value that is possible'),
    treatmentChance: z.number().gt(0).lt(1).default(0.5).describe('planned share of the treatment among the two arms: each unit was assigned by a draw of its own'),
  }),
  result: z.object(anytimeResult),
  estimate({ outcome, treatment, order }, options) {
    const { lowest, highest, treatmentChance, alternative } = options;
    if (!(lowest < highest)) throw new OptionsError(`highest must be above lowest; got ${lowest} and ${highest}`, ['highest']);
    const levels = twoLevels(treatment, options);
    const arms = [levels.control, levels.treatment].map((code) => valuesWhere(outcome, treatment.codes, code)) as [Float64Array, Float64Array];
    if (arms.some(({ length }) => length < 2)) return refuse('too_few_units', `anytime_bounded_mean needs at least 2 units in each arm; got ${arms[0].length} and ${arms[1].length}`, 'Wait for more units.');
    if (arms.every((values) => values.every((value) => value === arms[0][0]))) return refuse('zero_variance', 'anytime_bounded_mean needs an outcome that varies; it is constant', 'Check that the metric is recorded; a constant outcome cannot be tested.');
    const units = [...treatment.codes.keys()].filter((i) => treatment.codes[i] === levels.control || treatment.codes[i] === levels.treatment).sort((i, j) => order.values[i]! - order.values[j]!);
    const stream = randomisedDifference({
      values: Float64Array.from(units, (i) => outcome.values[i]!), isTreated: units.map((i) => treatment.codes[i] === levels.treatment), lowest, highest, treatmentChance,
    });
    if (isRefusal(stream)) return stream;
    const [interval, log] = [bettingSequence(stream, 1 - options.level, alternative), logBettingEValue(stream, 0, alternative)];
    if (isRefusal(interval)) return interval;
    if (isRefusal(log)) return log;
    const [c, t] = arms.map((values) => values.reduce((sum, value) => sum + value, 0) / values.length) as [number, number];
    return {
      control: { name: treatment.levels[levels.control]!, n: arms[0].length, value: c },
      treatment: { name: treatment.levels[levels.treatment]!, n: arms[1].length, value: t },
      difference: { estimate: t - c, interval, pValue: pValueOfLog(log), eValue: eValueOfLog(log) },
    };
  },
});
