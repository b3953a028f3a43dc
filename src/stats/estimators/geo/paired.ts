import { z } from 'zod';
import { differenceEffect } from '../../effects/contrast.js';
import { signFlips } from '../../effects/sign-flips.js';
import { trimmedMean } from '../../effects/trimmed-mean.js';
import { isRefusal, refuse, type Refusal } from '../../refusal.js';
import { category, defineEstimator, numeric, optionalNumeric, type Category, type Numeric } from '../estimator.js';
import { effectSchema, readEffect, setSchema, treatmentRole, twoArmOptions, twoLevels, type TwoLevels } from '../two-arms.js';

const { control, treatment, level, alternative, nullDifference, inference, tuningUnits } = twoArmOptions;

/** Difference within matched pairs of regions, one of each treated by a coin. */
export const pairedGeo = defineEstimator({
  name: 'paired_geo',
  title: 'paired geo experiment',
  estimand: 'mean over pairs of Y(treated region) - Y(control region)',
  references: ['Imai, King, Nall (2009), Statistical Science 24(1)', 'Chen, Au (2022), Robust causal inference for incremental return on ad spend with randomized paired geo experiments, AOAS 16(1)', 'Hartigan (1969), JASA 64(328)'],
  data: {
    outcome: numeric('outcome of each region; rows of one region are averaged'), treatment: treatmentRole, pair: category('pair of each region'),
    before: optionalNumeric('the outcome before the experiment; subtracted'),
  },
  options: z.strictObject({
    control, treatment, level, alternative, nullDifference, inference, tuningUnits,
    trim: z.number().gte(0).lt(0.5).default(0).describe('share of pairs left out at each end of the differences; keeps one odd pair from deciding'),
  }),
  result: z.object({
    difference: effectSchema.describe('treatment minus control, mean over pairs'),
    randomisation: z.object({
      pValue: z.number().describe('two-sided, of no effect in any pair, over all coin tosses that could have been'),
      interval: setSchema.nullable().describe('effects, the same in all pairs, that the coin tosses do not reject; the line when there are too few pairs; null with trimming'),
      assignments: z.number().int().describe('coin tosses that were compared, the one that happened among them'),
      isExact: z.boolean().describe('whether those are all there are'),
    }).describe('inference that assumes the coin alone'),
    pairs: z.number().int().describe('pairs'),
    trimmed: z.number().int().describe('pairs left out at each end'),
  }),
  estimate({ outcome, treatment: arm, pair, before }, options, { seed }) {
    const differences = pairDifferences(outcome, arm, pair, before, twoLevels(arm, options));
    if (isRefusal(differences)) return differences;
    const n = differences.length;
    if (n - 2 * Math.floor(options.trim * n) < 2) return refuse('too_few_units', `pairedGeo needs at least 2 pairs after trimming; ${n} pairs leave ${n - 2 * Math.floor(options.trim * n)}`, 'Add pairs, or trim less.');
    const { value, standardError, degreesOfFreedom, trimmed } = trimmedMean(differences, options.trim);
    const effect = differenceEffect(0, value, standardError ** 2, degreesOfFreedom, n);
    if (isRefusal(effect)) return effect;
    const flips = signFlips(differences, 1 - options.level, seed, trimmed > 0 ? (values) => trimmedMean(values, options.trim).value : undefined);
    return { difference: readEffect(effect, options.nullDifference, options), randomisation: flips, pairs: n, trimmed };
  },
});

/** Treatment - control in each pair, less that difference before. Refuses fewer than 2 pairs and pairs without both arms. */
function pairDifferences({ values }: Numeric, arm: Category, pair: Category, before: Numeric | undefined, levels: TwoLevels): Float64Array | Refusal {
  const sums = pair.levels.map(() => ({ counts: [0, 0] as [number, number], totals: [0, 0] as [number, number] }));
  pair.codes.forEach((code, row) => {
    const side = arm.codes[row] === levels.control ? 0 : arm.codes[row] === levels.treatment ? 1 : undefined;
    if (side === undefined) return;
    const { counts, totals } = sums[code]!;
    counts[side]++;
    totals[side] += values[row]! - (before ? before.values[row]! : 0);
  });
  const seen = sums.flatMap((sum, code) => (sum.counts[0] + sum.counts[1] > 0 ? [{ ...sum, name: pair.levels[code]! }] : []));
  const complete = seen.filter(({ counts }) => counts[0] > 0 && counts[1] > 0);
  if (complete.length < 2) return refuse('too_few_units', `pairedGeo needs at least 2 pairs with both arms; got ${complete.length}`, 'Add pairs of regions.');
  const broken = seen.find(({ counts }) => counts[0] === 0 || counts[1] === 0);
  if (broken) return refuse('not_identified', `pairedGeo needs both arms in every pair; ${pair.name} ${broken.name} has one`, 'Leave the pair out, or add the region that is missing.');
  return Float64Array.from(complete, ({ counts, totals }) => totals[1] / counts[1] - totals[0] / counts[0]);
}
