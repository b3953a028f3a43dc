import { z } from 'zod';
import { isRefusal } from '../../refusal.js';
import { compareRankings, judgeRanking } from '../../uplift/judge-ranking.js';
import { defineEstimator, numeric, numericsWithGaps, categoriesWithGaps, optionalCategory, optionalNumeric } from '../estimator.js';
import { effectAnswer } from '../forest/forest-answers.js';
import { effectSchema, treatmentRole, twoLevels, twoArmOptions } from '../two-arms.js';
import { conventionsOf, conventionsSchema } from './conventions.js';
import { judgedUnits } from './judged-units.js';
import { rankingAnswer, rankingOptions, rankingResult } from './uplift-answers.js';

const comparisonSchema = z.object({
  rivalQini: effectSchema.describe('Qini coefficient of the rival score, in units of the outcome per unit of the population'),
  difference: effectSchema.describe('Qini of the score less that of the rival, paired by unit; the same for AUUC'),
}).meta({ id: 'UpliftComparison', description: 'Two scores that rank the same units.' });

/** Is a score worth following? Judged on units that the score was not learned from. */
export const upliftCurve = defineEstimator({
  name: 'uplift_curve',
  title: 'gain curve, Qini and AUUC of an uplift score',
  estimand: 'G(q) = E[tau x 1{score among the highest q}]; AUUC = integral of G; Qini = AUUC - G(1) / 2; uplift@k = G(k) / k; ties in random order',
  references: ['Radcliffe (2007), Direct Marketing Analytics Journal', 'Yadlowsky, Fleming, Shah, Brunskill, Wager (2025), JASA', 'Imai, Li (2023), Journal of Business & Economic Statistics 41(1)'],
  data: {
    outcome: numeric('outcome of each unit'),
    treatment: treatmentRole,
    score: numeric('what ranks the units, highest treated first; from a model that did not see their outcomes'),
    rival: optionalNumeric('another score for the same units, to be compared'),
    propensity: optionalNumeric('chance of the treatment of each unit, in [0.01, 0.99]; absent: randomised alike for all, unless covariates are given'),
    expectedTreated: optionalNumeric('E[outcome | covariates] under treatment by a model that did not see the unit; with expectedControl and propensity, scores are doubly robust'),
    expectedControl: optionalNumeric('E[outcome | covariates] under control, likewise'),
    covariates: numericsWithGaps('all confounders: propensity (unless given) and outcome models are then estimated out of bag by forests'),
    categories: categoriesWithGaps('covariates whose values have no order; at most 255 levels each'),
    cost: optionalNumeric('cost of treating each unit, at least 0, in money'),
    weight: optionalNumeric('sample weight of each unit, at least 0'),
    cluster: optionalCategory('units of one cluster count as one for errors'),
  },
  options: z.strictObject({
    control: twoArmOptions.control,
    treatment: twoArmOptions.treatment,
    ...rankingOptions,
    trees: z.number().int().min(50).max(20_000).default(500).describe('trees of the forests that adjust for covariates'),
  }),
  result: z.object({
    n: z.number().int().describe('units of both arms that judged'),
    treated: z.number().int().describe('units of the treatment arm among them'),
    ...rankingResult,
    comparison: comparisonSchema.nullable().describe('null without a rival'),
    conventions: conventionsSchema.nullable().describe('the same ranking by the definitions of other packages, for randomised 0/1 outcomes without weights; null otherwise'),
  }),
  async estimate(columns, options, context) {
    const units = await judgedUnits(columns, twoLevels(columns.treatment, options), options.trees, context);
    if (isRefusal(units)) return units;
    const { outcome, treated, score, rival, weight, cluster, cost, scores } = units;
    const given = { scores, score, weight, cluster, cost, value: options.value, fractions: options.fractions };
    const judged = judgeRanking(given);
    if (isRefusal(judged)) return judged;
    const compared = rival && compareRankings(given, rival);
    if (isRefusal(compared)) return compared;
    const isPlain = !columns.weight && scores.share !== null;
    return {
      n: outcome.length,
      treated: treated.reduce((sum, w) => sum + w, 0),
      ...rankingAnswer(judged, options.level),
      comparison: compared && { rivalQini: effectAnswer(compared.second, options.level), difference: effectAnswer(compared.difference, options.level) },
      conventions: isPlain ? conventionsOf({ outcome, score, treated }, options.fractions) : null,
    };
  },
});
