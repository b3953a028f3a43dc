import { z } from 'zod';
import { averageEffect, effectTargets } from '../../forest/average-effect.js';
import { calibrationTest } from '../../forest/calibration-test.js';
import { doublyRobustScores } from '../../forest/doubly-robust-scores.js';
import { overlapReport } from '../../forest/overlap-report.js';
import { progressPart } from '../../forest/progress-part.js';
import { variableImportance } from '../../forest/variable-importance.js';
import { isRefusal } from '../../refusal.js';
import { defineEstimator } from '../estimator.js';
import { averageAnswer, averageResult, coefficientAnswer, coefficientSchema, importanceAnswer, importanceSchema, spreadAnswer, spreadSchema } from './forest-answers.js';
import { correctedForestOptions, designedRoles, forestInput, growForest } from './forest-input.js';

const options = z.strictObject({
  target: z.enum(effectTargets).default('all').describe('over whom the effect is averaged: all, the treated, the controls, or all weighted by overlap'),
  ...correctedForestOptions,
});

const armOverlap = z.object({
  units: z.number().int().describe('units of the arm'),
  effectiveUnits: z.number().describe('equally weighted units that would average as precisely as these do under inverse-propensity weights'),
  lowest: z.number().describe('lowest estimated propensity of a unit of the arm, in [0, 1]'),
  median: z.number().describe('median estimated propensity, in [0, 1]'),
  highest: z.number().describe('highest estimated propensity, in [0, 1]'),
  histogram: z.array(z.number()).describe('shares of units with a propensity in each tenth of [0, 1]'),
}).meta({ id: 'ArmOverlap', description: 'Estimated propensities of one arm.' });

const result = z.object({
  ...averageResult,
  overlap: z.object({ control: armOverlap.describe('controls'), treated: armOverlap.describe('treated units') }).nullable()
    .describe('how alike the arms are, before anything is trimmed; null for a continuous treatment'),
  calibration: z.object({
    mean: coefficientSchema.describe('1 when the mean prediction is right; p-value one-sided'),
    differential: coefficientSchema.describe('1 when predicted differences are right; p-value one-sided, of no heterogeneity found'),
  }).nullable().describe('null when all predicted effects are equal'),
  importance: importanceSchema,
  effects: spreadSchema,
});

/** Share of the work that is done when the forest is grown; a continuous treatment's scores need another. */
const FORESTS = 0.95;

/** Average effect by an honest causal forest, and what the forest found; the context's engine grows it, the same bytes come from any. */
export const causalForest = defineEstimator({
  name: 'causal_forest',
  title: 'causal forest',
  estimand: 'E[tau(X)], tau(x) = E[Y(1) - Y(0) | X = x]; for a continuous treatment the average partial effect, tau(x) = Cov(Y, W | X = x) / Var(W | X = x)',
  references: [
    'Athey, Tibshirani, Wager (2019), Annals of Statistics 47(2)',
    'Robins, Rotnitzky, Zhao (1994), JASA 89(427)',
    'Chernozhukov, Demirer, Duflo, Fernandez-Val (2018), NBER 24678',
  ],
  data: designedRoles,
  options,
  result,
  async estimate(columns, chosen, context) {
    const input = forestInput(columns, chosen, context);
    const { engine, overlap, engineOptions } = input;
    const forest = await growForest(input, progressPart(engineOptions, 0, FORESTS));
    if (isRefusal(forest)) return forest;
    const scores = await doublyRobustScores(engine, forest, progressPart(engineOptions, FORESTS, 1));
    if (isRefusal(scores)) return scores;
    const average = averageEffect(forest, scores, chosen.target, overlap);
    if (isRefusal(average)) return average;
    const calibration = calibrationTest(forest, chosen.level);
    return {
      ...averageAnswer(average, chosen.level),
      overlap: overlapReport(forest),
      calibration: isRefusal(calibration) ? null : {
        mean: coefficientAnswer(calibration.mean, calibration.degreesOfFreedom), differential: coefficientAnswer(calibration.differential, calibration.degreesOfFreedom),
      },
      importance: importanceAnswer(forest.features, variableImportance(forest.trees, forest.features.length)),
      effects: spreadAnswer(forest.tauHat),
    };
  },
});
