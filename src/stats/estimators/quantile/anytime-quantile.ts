import { z } from 'zod';
import { isUsable, notFinite } from '../../effects/lift.js';
import { quantileComparisonPValue, quantileDifferenceSequence } from '../../inference/bounded/quantile-sequence.js';
import { eValueOfLog } from '../../inference/e-value.js';
import { isRefusal, refuse } from '../../refusal.js';
import { valuesWhere } from '../../summaries/frame.js';
import { quantileSummaryOf } from '../../summaries/sample-quantile.js';
import { anytimeResult } from '../anytime-result.js';
import { defineEstimator, numeric } from '../estimator.js';
import { treatmentRole, twoArmOptions, twoLevels } from '../two-arms.js';

const { control, treatment, level } = twoArmOptions;

/** Difference of a quantile of any distribution, between order statistics; the order of units does not matter. */
export const anytimeQuantile = defineEstimator({
  name: 'anytime_quantile',
  title: 'difference of a quantile, exact at every look',
  estimand: 'Q_p(Y | treatment) - Q_p(Y | control)',
  references: ['Howard, Ramdas (2022), Bernoulli 28(3)'],
  data: { outcome: numeric('outcome of each unit, final when it is first read'), treatment: treatmentRole },
  options: z.strictObject({
    control, treatment, level,
    probability: z.number().gt(0).lt(1).default(0.5).describe('which quantile; 0.5 is the median'),
    tuningUnits: z.number().int().gte(2).default(2500).describe('units of an arm at which the sequence is tightest'),
  }),
  result: z.object(anytimeResult),
  estimate({ outcome, treatment }, options) {
    const { probability, tuningUnits } = options;
    const levels = twoLevels(treatment, options);
    const [c, t] = [levels.control, levels.treatment].map((code) => valuesWhere(outcome, treatment.codes, code).sort()) as [Float64Array, Float64Array];
    if (c.length < 2 || t.length < 2) return refuse('too_few_units', `anytime_quantile needs at least 2 units in each arm; got ${c.length} and ${t.length}`, 'Wait for more units.');
    if (c[0] === c.at(-1) && t[0] === t.at(-1) && c[0] === t[0]) return refuse('zero_variance', 'anytime_quantile needs an outcome that varies; it is constant', 'Check that the metric is recorded; a constant outcome cannot be tested.');
    if ([c, t].some((values) => !isUsable(values[0]!) || !isUsable(values.at(-1)!))) return notFinite('the difference of a quantile');
    const [interval, pValue] = [quantileDifferenceSequence(c, t, probability, 1 - options.level, tuningUnits), quantileComparisonPValue(c, t, probability, tuningUnits)];
    if (isRefusal(interval)) return interval;
    if (isRefusal(pValue)) return pValue;
    const [control, treated] = [c, t].map((values) => quantileSummaryOf(values, probability).estimate) as [number, number];
    return {
      control: { name: treatment.levels[levels.control]!, n: c.length, value: control },
      treatment: { name: treatment.levels[levels.treatment]!, n: t.length, value: treated },
      difference: { estimate: treated - control, interval, pValue, eValue: eValueOfLog(-Math.log(pValue)) },
    };
  },
});
