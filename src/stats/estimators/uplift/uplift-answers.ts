import { z } from 'zod';
import type { Effect } from '../../effects/effect.js';
import { fixed } from '../../inference/fixed.js';
import type { JudgedRanking } from '../../uplift/judge-ranking.js';
import { effectAnswer } from '../forest/forest-answers.js';
import { level } from '../estimator.js';
import { effectSchema } from '../two-arms.js';

/** Options of every estimator that judges a ranking. */
export const rankingOptions = {
  fractions: z.array(z.number().gt(0).max(1)).min(1).max(100).default([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]).describe('shares treated at which the curves are read, each in (0, 1]'),
  value: z.number().gt(0).default(1).describe('money per unit of the outcome, for net values; costs are in the same money'),
  level,
} as const;

const pointSchema = z.object({
  fraction: z.number().describe('share treated, those of highest score first'),
  gain: effectSchema.describe('cumulative gain: mean effect x share treated, in units of the outcome per unit of the population'),
  random: z.number().describe('gain of treating as many at random'),
  overRandom: effectSchema.nullable().describe('gain less that of random; null when all are treated'),
  uplift: effectSchema.describe('uplift@k: mean effect among the treated, in units of the outcome'),
  net: effectSchema.nullable().describe('value x gain - costs, in money per unit of the population; null without costs'),
}).meta({ id: 'UpliftCurvePoint', description: 'What treating a share of the units by a ranking gains.' });

/** What is said of a ranking. */
export const rankingResult = {
  qini: effectSchema.describe('Qini coefficient: area between gain and random over shares in [0, 1], in units of the outcome per unit of the population; 0 for a ranking that is worth nothing'),
  pValueNoBetterThanRandom: z.number().describe('one-sided, of a Qini coefficient of at most 0'),
  auuc: effectSchema.describe('area under the gain curve over shares in [0, 1], in units of the outcome per unit of the population'),
  average: effectSchema.describe('mean effect of treating all, in units of the outcome'),
  netQini: effectSchema.nullable().describe('area between net value and that of random, in money per unit of the population; null without costs'),
  curve: z.array(pointSchema).describe('in the order of the fractions'),
} as const;

export function rankingAnswer(judged: JudgedRanking, confidence: number): z.output<z.ZodObject<typeof rankingResult>> {
  const answer = (effect: Effect) => effectAnswer(effect, confidence);
  const maybe = (effect: Effect | null) => effect && answer(effect);
  return {
    qini: answer(judged.qini),
    pValueNoBetterThanRandom: fixed.pValue(judged.qini, 0, 'greater', {}),
    auuc: answer(judged.auuc),
    average: answer(judged.average),
    netQini: maybe(judged.netQini),
    curve: judged.points.map(({ fraction, gain, random, overRandom, uplift, net }) =>
      ({ fraction, gain: answer(gain), random, overRandom: maybe(overRandom), uplift: answer(uplift), net: maybe(net) })),
  };
}
