import { z } from 'zod';
import { isRefusal } from '../../refusal.js';
import { upliftCriteria } from '../../uplift/forest/criteria.js';
import { categoriesWithGaps, defineEstimator, numeric, numericsWithGaps, optionalCategory, optionalNumeric } from '../estimator.js';
import { effectAnswer } from '../forest/forest-answers.js';
import { effectSchema, treatmentRole } from '../two-arms.js';
import { judgedForest } from './judged-forest.js';
import { rankingAnswer, rankingOptions, rankingResult } from './uplift-answers.js';

const importanceSchema = z.object({ feature: z.string().describe('column'), share: z.number().describe('of the gain of all splits, in [0, 1]') })
  .meta({ id: 'UpliftImportance', description: 'What a column brought to the splits of an uplift forest.' });
const treatmentSchema = z.object({
  name: z.string().describe('level of the treatment column'),
  judged: z.number().int().describe('held-out units of this treatment and of control'),
  ...rankingResult,
  outOfBagQini: effectSchema.nullable().describe('Qini among the units that the forest learned from, each scored by trees that did not draw it; null where that ranks nobody'),
}).meta({ id: 'UpliftTreatment', description: 'How the forest ranks units by the uplift of one treatment, on units that it did not see.' });

/** An uplift forest of one part of the units, judged on the other. */
export const upliftForest = defineEstimator({
  name: 'uplift_forest',
  title: 'uplift forest with held-out evaluation',
  estimand: 'P(Y = 1 | X, treatment) - P(Y = 1 | X, control) by trees; its gain curve, Qini and AUUC on held-out units of a randomised experiment',
  references: [
    'Rzepakowski, Jaroszewicz (2012), Knowledge and Information Systems 32', 'Hansotia, Rukstales (2002), Journal of Interactive Marketing 16(3)',
    'Zhao, Fang, Simchi-Levi (2017), ICDM', 'Rößler, Guse, Schoder (2022), ICIS', 'Guelman, Guillén, Pérez-Marín (2015), Insurance: Mathematics and Economics 61',
  ],
  data: {
    outcome: numeric('response of each unit, 0 or 1'),
    treatment: treatmentRole,
    covariates: numericsWithGaps('measured before treatment; what the uplift may depend on; a missing value is a value of its own'),
    categories: categoriesWithGaps('covariates whose values have no order; at most 255 levels each'),
    propensity: optionalNumeric('chance of the treatment of each unit, in [0.01, 0.99], with one treatment; absent: randomised alike for all'),
    cost: optionalNumeric('cost of treating each unit, at least 0, in money'),
    cluster: optionalCategory('units of one cluster are drawn and held out together and count as one for errors'),
  },
  options: z.strictObject({
    control: z.string().optional().describe('level of the treatment column that is the control; absent: the first of two levels'),
    criterion: z.enum(upliftCriteria).default('euclidean').describe('what a split is judged by: divergence of responses (kl, euclidean, chi_square), difference of effects (ddp, iddp: one treatment), or response of the best arm (cts)'),
    normalise: z.boolean().default(true).describe('divide gains by what the split tells of arms and sizes'),
    honest: z.boolean().default(true).describe('half of a tree\'s units place splits and the others estimate leaves'),
    trees: z.number().int().min(1).max(4096).default(200).describe('trees of the forest; 1: a tree'),
    sampleFraction: z.number().gt(0).max(1).default(0.6).describe('share of the learning units, or clusters, that a tree draws without replacement'),
    mtry: z.number().int().min(1).nullable().default(null).describe('columns that a node looks at; null: half of them'),
    maxDepth: z.number().int().min(1).max(30).default(10).describe('splits from root to leaf'),
    minLeaf: z.number().int().min(1).default(100).describe('units that each child of a split keeps'),
    minArm: z.number().int().min(1).default(10).describe('units of each arm that each child of a split keeps'),
    regularisation: z.number().min(0).default(100).describe('units of the parent\'s response rate added to each arm of a node'),
    holdout: z.number().gt(0).lt(1).default(0.5).describe('share of units, or clusters, that judge'),
    ...rankingOptions,
  }),
  result: z.object({
    learned: z.number().int().describe('units that the forest was grown from'),
    importance: z.array(importanceSchema).describe('most important first'),
    treatments: z.array(treatmentSchema).describe('each against control'),
  }),
  async estimate(columns, options, context) {
    const judged = await judgedForest(columns, options, context);
    if (isRefusal(judged)) return judged;
    return {
      learned: judged.learned,
      importance: judged.importance.map(({ feature, share }) => ({ feature, share })),
      treatments: judged.treatments.map(({ name, units, ranking, outOfBagQini }) => ({
        name, judged: units, ...rankingAnswer(ranking, options.level), outOfBagQini: outOfBagQini && effectAnswer(outOfBagQini, options.level),
      })),
    };
  },
});
