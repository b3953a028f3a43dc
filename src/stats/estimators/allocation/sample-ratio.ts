import { z } from 'zod';
import { chiSquareUpperTail } from '../../numeric/incomplete-gamma.js';
import { refuse, type Refusal } from '../../refusal.js';
import { countsOf } from '../../summaries/counts.js';
import { category, defineEstimator, OptionsError } from '../estimator.js';

const result = z.object({
  chiSquare: z.number().describe('Pearson statistic'),
  degreesOfFreedom: z.number().int().describe('arms of positive weight, less one'),
  pValue: z.number().describe('chance of a split at least this uneven under the planned weights'),
  arms: z.array(z.object({
    name: z.string().describe('name of the arm'), observed: z.number().int().describe('units'), expected: z.number().describe('units under the planned weights'),
  }).meta({ id: 'AllocatedArm', description: 'Units of one arm.' })).describe('arms of positive weight'),
});
export type SampleRatioResult = z.output<typeof result>;

/** Below this many expected units the chi-square distribution is no longer a good reference. */
const LEAST_EXPECTED = 5;

/**
 * Pearson's test that units fell on the arms in proportion to the planned weights.
 *
 * Arms of weight zero are no part of the plan: neither they nor the units that strayed there count.
 * Refuses fewer than two arms of positive weight, and fewer than 5 expected units in any.
 * @see Fabijan et al. (2019), Diagnosing sample ratio mismatch in online controlled experiments, KDD
 */
export function testSampleRatio(counts: ReadonlyMap<string, number>, weights: ReadonlyMap<string, number>): SampleRatioResult | Refusal {
  const planned = [...weights].filter(([, weight]) => weight > 0);
  if (planned.length < 2) return refuse('not_identified', `testSampleRatio needs at least 2 arms of positive weight; got ${planned.length}`, 'Give the planned weights of all arms.');
  const total = planned.reduce((sum, [name]) => sum + (counts.get(name) ?? 0), 0);
  const totalWeight = planned.reduce((sum, [, weight]) => sum + weight, 0);
  const arms = planned.map(([name, weight]) => ({ name, observed: counts.get(name) ?? 0, expected: (total * weight) / totalWeight }));
  const least = Math.min(...arms.map(({ expected }) => expected));
  if (least < LEAST_EXPECTED) return refuse('too_few_units', `testSampleRatio needs at least ${LEAST_EXPECTED} expected units in each arm; the smallest has ${least}`, 'Wait for more units.');
  const chiSquare = arms.reduce((sum, { observed, expected }) => sum + (observed - expected) ** 2 / expected, 0);
  return { chiSquare, degreesOfFreedom: arms.length - 1, pValue: chiSquareUpperTail(chiSquare, arms.length - 1), arms };
}

/** Sample-ratio mismatch: a broken assignment or log shows in the counts first. */
export const sampleRatio = defineEstimator({
  name: 'sample_ratio',
  title: 'sample-ratio mismatch',
  estimand: 'P(arm) = planned weight, for all arms',
  references: ['Fabijan et al. (2019), KDD'],
  data: { treatment: category('arm of each unit') },
  options: z.strictObject({
    weights: z.record(z.string(), z.number().gte(0)).optional().describe('planned share of each arm, by level; need not sum to one; absent: equal shares'),
  }),
  result,
  estimate({ treatment }, { weights }) {
    const planned = weights ? new Map(Object.entries(weights)) : new Map(treatment.levels.map((level) => [level, 1]));
    const unknown = treatment.levels.filter((level) => !planned.has(level));
    if (unknown.length > 0) throw new OptionsError(`weights must name every level of ${treatment.name}; ${unknown.join(', ')} is missing`, ['weights', unknown[0]!]);
    return testSampleRatio(countsOf(treatment), planned);
  },
});
