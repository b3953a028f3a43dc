import { z } from 'zod';
import type { Shares } from '../../effects/effect.js';
import { logShareEValue, pooledShares, shareSequence, type ShareScale } from '../../inference/bounded/two-share-batches.js';
import { eValueOfLog, pValueOfLog } from '../../inference/e-value.js';
import { refuse } from '../../refusal.js';
import { anytimeEffectSchema, anytimeResult } from '../anytime-result.js';
import { defineEstimator, numeric, type Category, type Numeric } from '../estimator.js';
import { treatmentRole, twoArmOptions, twoLevels, type TwoLevels } from '../two-arms.js';

const { control, treatment, level, alternative } = twoArmOptions;

/** Two shares by an exact e-process: no large-sample argument, and as many looks as one likes at the ends of batches. */
export const anytimeProportions = defineEstimator({
  name: 'anytime_proportions',
  title: 'two proportions, exact at every look',
  estimand: 'P(Y = 1 | treatment) - P(Y = 1 | control), the same in every batch',
  references: ['Turner, Ly, Grünwald (2024), Journal of Statistical Planning and Inference 230', 'Turner, Grünwald (2023), Statistics and Probability Letters 198'],
  data: { outcome: numeric('0 or 1 for each unit, final when it is first read'), treatment: treatmentRole, batch: numeric('batch of each unit in the order of time, such as its day of exposure; needs both arms to say anything') },
  options: z.strictObject({ control, treatment, level, alternative }),
  result: z.object({ ...anytimeResult, lift: anytimeEffectSchema.nullable().describe('treatment / control - 1, a fraction; null without successes in the control'), batches: z.number().int().describe('batches that have both arms') }),
  estimate({ outcome, treatment, batch }, options) {
    if (outcome.values.some((value) => value !== 0 && value !== 1)) {
      return refuse('unsupported_combination', `anytime_proportions needs an outcome of 0 and 1; ${outcome.name} has other values`, 'Use anytime_bounded_mean, or turn the outcome into 0 and 1.');
    }
    const levels = twoLevels(treatment, options);
    const batches = batchesOf(outcome, treatment, batch, levels);
    const { control, treatment: treated } = pooledShares(batches);
    if (!(control.n >= 2) || !(treated.n >= 2)) return refuse('too_few_units', `anytime_proportions needs at least 2 units in each arm; got ${control.n} and ${treated.n}`, 'Wait for more units.');
    if (control.share === treated.share && (control.share === 0 || control.share === 1)) return refuse('zero_variance', 'anytime_proportions needs an outcome that varies; it is constant in both arms', 'Check that the metric is recorded; a constant outcome cannot be tested.');
    const read = (scale: ShareScale, estimate: number) => {
      const log = logShareEValue(batches, 0, scale, options.alternative);
      return { estimate, interval: shareSequence(batches, 1 - options.level, scale, options.alternative), pValue: pValueOfLog(log), eValue: eValueOfLog(log) };
    };
    return {
      control: { name: treatment.levels[levels.control]!, n: control.n, value: control.share },
      treatment: { name: treatment.levels[levels.treatment]!, n: treated.n, value: treated.share },
      difference: read('difference', treated.share - control.share),
      lift: control.share === 0 ? null : read('lift', treated.share / control.share - 1),
      batches: batches.filter((each) => each.control.n > 0 && each.treatment.n > 0).length,
    };
  },
});

function batchesOf(outcome: Numeric, treatment: Category, batch: Numeric, { control, treatment: treated }: TwoLevels): Shares[] {
  const counts = new Map<number, { control: { n: number; successes: number }; treatment: { n: number; successes: number } }>();
  for (const [i, key] of batch.values.entries()) {
    const code = treatment.codes[i]!;
    if (code !== control && code !== treated) continue;
    const count = counts.get(key) ?? { control: { n: 0, successes: 0 }, treatment: { n: 0, successes: 0 } };
    counts.set(key, count);
    const arm = count[code === control ? 'control' : 'treatment'];
    arm.n++;
    arm.successes += outcome.values[i]!;
  }
  const shareOf = ({ n, successes }: { readonly n: number; readonly successes: number }) => ({ n, share: n === 0 ? 0 : successes / n });
  return [...counts].sort(([a], [b]) => a - b).map(([, count]) => ({ control: shareOf(count.control), treatment: shareOf(count.treatment) }));
}
