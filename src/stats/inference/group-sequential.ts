import { z } from 'zod';
import { repeatedCritical, repeatedPValue } from './group-sequential/repeated-critical.js';
import { spendingSchema } from './group-sequential/spending.js';
import { defineInference, type Alternative } from './inference.js';
import { notRejected, standardised, towards } from './statistic.js';

export const groupSequentialOptions = z.strictObject({
  spending: spendingSchema.default({ family: 'obrien_fleming' }).describe('how the error rate is spent over information'),
  looks: z.array(z.number().gt(0)).min(1).max(2000)
    .refine((looks) => looks.every((look, k) => k === 0 || look > looks[k - 1]!), { message: 'must grow from look to look' })
    .describe('information at each look so far, the present one last: fractions of the plan, or units'),
  plannedInformation: z.number().gt(0).default(1).describe('at the planned end, in the unit of looks; a look beyond it spends all that is left'),
});

/**
 * Group sequential test by error spending: looks may be irregular and unplanned, and run over.
 *
 * Intervals are repeated confidence intervals and p-values repeated p-values: at every look they hold for all looks of the plan
 * together, whether or not the test stops. After the planned information has been passed once nothing is left to spend:
 * later looks exclude nothing. Extend the plan before its end instead.
 * @see Lan, DeMets (1983), Biometrika 70; Jennison, Turnbull (1989), JRSS B 51 (repeated confidence intervals)
 */
export const groupSequential = defineInference({
  name: 'group_sequential',
  title: 'group sequential, repeated confidence interval',
  anytimeValid: false,
  references: ['Lan, DeMets (1983), Biometrika 70(3)', 'Jennison, Turnbull (1989), JRSS B 51(3)', 'Jennison, Turnbull (2000), Group Sequential Methods'],
  options: groupSequentialOptions,
  interval: (effect, alpha, alternative, options) => notRejected(effect, cachedCritical(options, alpha, sidesOf(alternative)), alternative),
  pValue: (effect, nullValue, alternative, options) =>
    repeatedPValue(options, towards(standardised(effect, nullValue), alternative), sidesOf(alternative)),
});

const sidesOf = (alternative: Alternative): 1 | 2 => (alternative === 'two_sided' ? 2 : 1);

type Options = z.output<typeof groupSequentialOptions>;

/** Boundaries of one analysis: its metrics and segments share looks and levels. */
const criticals = new Map<string, number | null>();
const MOST_CACHED = 1000;

function cachedCritical(options: Options, alpha: number, sides: 1 | 2): number | null {
  const key = JSON.stringify([options, alpha, sides]);
  const known = criticals.get(key);
  if (known !== undefined) return known;
  if (criticals.size >= MOST_CACHED) criticals.clear();
  const critical = repeatedCritical(options, alpha, sides);
  criticals.set(key, critical);
  return critical;
}
