import { z } from 'zod';
import { doublyRobustScores } from '../../forest/doubly-robust-scores.js';
import { heterogeneityTest, judgingRows } from '../../forest/heterogeneity-test.js';
import { compareRates, rankWeightedEffect as judgeRanking, rateTargets, type RankWeightedEffect } from '../../forest/rank-weighted-effect.js';
import { isRefusal, refuse, type Refusal } from '../../refusal.js';
import { defineEstimator, optionalNumeric, OptionsError } from '../estimator.js';
import { effectSchema } from '../two-arms.js';
import { effectAnswer } from './forest-answers.js';
import { designedRoles, forestInput, forestOptions, growForest } from './forest-input.js';

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
  comparison: z.object({
    rival: effectSchema.describe('the same of the rival ranking'),
    difference: effectSchema.describe('rate less that of the rival, paired by half-sample'),
  }).meta({ id: 'RateComparison', description: 'Two rankings of the same units, in units of the effect.' }).nullable().describe('null without a rival'),
  n: z.number().int().describe('units that judged: about half, or all that have overlap when the priorities were given'),
});

/** Whom to treat first: by a forest that is learned on one half of the units or clusters and judged on the other, or by priorities learned elsewhere. */
export const rankWeightedEffect = defineEstimator({
  name: 'rank_weighted_effect',
  title: 'rank-weighted effect of a ranking',
  estimand: 'integral over q of w(q) (E[tau | top q by priority] - E[tau]); w = 1 (AUTOC) or q (Qini)',
  references: ['Yadlowsky, Fleming, Shah, Brunskill, Wager (2025), JASA'],
  data: {
    ...designedRoles,
    priority: optionalNumeric('what ranks units, highest treated first; from a model or a rule that did not see their outcomes; absent: a forest learned on half of the units'),
    rival: optionalNumeric('another ranking of the same units, to be compared with priority'),
  },
  options,
  result,
  async estimate({ priority, rival, ...columns }, chosen, context) {
    if (rival && !priority) throw new OptionsError('columns.rival is compared with columns.priority, which is absent', ['columns', 'rival']);
    const input = forestInput(columns, chosen, context);
    const { engine, data, choices, leafSizes, overlap, engineOptions } = input;
    const rate = { target: chosen.rate, replicates: chosen.replicates, fractions: FRACTIONS, level: chosen.level, seed: context.seed };
    if (!priority) {
      const ranking = await heterogeneityTest(engine, data, { ...choices, minNodeSize: leafSizes[0] }, overlap, rate, engineOptions);
      return answer(ranking, chosen.level);
    }
    const forest = await growForest(input, engineOptions);
    if (isRefusal(forest)) return forest;
    const scores = await doublyRobustScores(engine, forest, context.signal ? { signal: context.signal } : {});
    if (isRefusal(scores)) return scores;
    const rows = judgingRows(forest, scores, overlap);
    if (isRefusal(rows)) return rows;
    const ranked = { ...rows, priorities: rows.at(priority.values) };
    if (!rival) return answer(judgeRanking(ranked, rate), chosen.level);
    const compared = compareRates(ranked, rows.at(rival.values), rate);
    if (isRefusal(compared)) return compared;
    const { first, second, difference } = compared;
    return answer(first, chosen.level, { rival: effectAnswer(second, chosen.level), difference: effectAnswer(difference, chosen.level) });
  },
});

function answer(ranking: RankWeightedEffect | Refusal, level: number, comparison: z.output<typeof result>['comparison'] = null): z.output<typeof result> | Refusal {
  if (isRefusal(ranking)) return ranking;
  const { toc, n, ...rate } = ranking;
  if (!(rate.standardError > 0)) return refuse('zero_variance', 'the ranking says the same of all units, so that it puts nobody first', 'Rank by what differs between units.');
  return { rate: effectAnswer({ ...rate, n }, level), toc: [...toc], comparison, n };
}
