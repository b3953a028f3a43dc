import { z } from 'zod';
import { heterogeneityTest } from '../../forest/heterogeneity-test.js';
import { rateTargets } from '../../forest/rank-weighted-effect.js';
import { isRefusal } from '../../refusal.js';
import { defineEstimator } from '../estimator.js';
import { effectSchema } from '../two-arms.js';
import { effectAnswer } from './forest-answers.js';
import { forestInput, forestOptions, forestRoles } from './forest-input.js';

/** Fractions at which the targeting curve is reported. */
const FRACTIONS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];

const options = z.strictObject({
  rate: z.enum(rateTargets).default('autoc').describe('how the ranking is judged: autoc for effects in few units, qini for effects in many'),
  replicates: z.number().int().min(50).max(10_000).default(200).describe('half-samples of the bootstrap'),
  ...forestOptions,
});

const result = z.object({
  rate: effectSchema.describe('what treating by the forest\'s ranking gains over treating at random, in units of the effect; 0 when the ranking is worth nothing'),
  toc: z.array(z.object({
    fraction: z.number().describe('share treated, highest predicted effect first'),
    estimate: z.number().describe('their mean effect less the mean effect of all'),
    standardError: z.number().describe('by half-sample bootstrap'),
  })).describe('targeting operator characteristic'),
  n: z.number().int().describe('units that judged: about half'),
});

/** Does the forest find whom to treat first? Learned on one half of the units or clusters, judged on the other. */
export const rankWeightedEffect = defineEstimator({
  name: 'rank_weighted_effect',
  title: 'rank-weighted effect of a forest\'s ranking',
  estimand: 'integral over q of w(q) (E[tau | top q by predicted effect] - E[tau]); w = 1 (AUTOC) or q (Qini)',
  references: ['Yadlowsky, Fleming, Shah, Brunskill, Wager (2025), JASA'],
  data: forestRoles,
  options,
  result,
  async estimate(columns, chosen, context) {
    const { engine, data, choices, leafSizes, overlap, engineOptions } = forestInput(columns, chosen, context);
    const ranking = await heterogeneityTest(engine, data, { ...choices, minNodeSize: leafSizes[0] }, overlap, {
      target: chosen.rate, replicates: chosen.replicates, fractions: FRACTIONS, level: chosen.level, seed: context.seed,
    }, engineOptions);
    if (isRefusal(ranking)) return ranking;
    const { estimate, standardError, degreesOfFreedom, toc, n } = ranking;
    return { rate: effectAnswer({ estimate, standardError, degreesOfFreedom, n }, chosen.level), toc: [...toc], n };
  },
});
