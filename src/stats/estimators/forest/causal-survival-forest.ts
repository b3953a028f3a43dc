import { z } from 'zod';
import { bestLinearProjection } from '../../forest/best-linear-projection.js';
import { growCausalSurvivalForest } from '../../forest/causal-survival-forest.js';
import { survivalTargets } from '../../forest/censored-outcomes.js';
import { survivalAverage, survivalScores } from '../../forest/survival-average.js';
import { variableImportance } from '../../forest/variable-importance.js';
import { isRefusal } from '../../refusal.js';
import { defineEstimator, numeric, numerics } from '../estimator.js';
import { averageAnswer, averageResult, coefficientAnswer, coefficientSchema, importanceAnswer, importanceSchema, spreadAnswer, spreadSchema } from './forest-answers.js';
import { designedRoles, forestInput, otherForestOptions } from './forest-input.js';

const options = z.strictObject({
  horizon: z.number().gt(0).describe('time up to which, or beyond which, survival is compared; in units of the time column'),
  estimand: z.enum(survivalTargets).default('rmst').describe('rmst: mean time to the event up to the horizon; survival_probability: share without the event beyond it'),
  leastObserved: z.number().gt(0).lt(1).default(0.05).describe('least probability to be still observed that a unit is weighted by; with less there is no answer'),
  ...otherForestOptions,
});

const { outcome: _outcome, ...forestColumns } = designedRoles;

const result = z.object({
  ...averageResult,
  average: averageResult.average.describe('average effect, in units of time (rmst) or as a difference of shares; cluster-robust when clusters are given'),
  leastObserved: z.number().describe('least estimated probability to be still observed by which a unit was weighted, in [0, 1]'),
  spread: spreadSchema,
  projection: z.array(coefficientSchema).nullable().describe('best linear projection of the effect on the columns of projectOn, intercept first; null without them'),
  importance: importanceSchema,
});

/** Effect of a treatment on the time to an event that is not seen for all units. */
export const causalSurvivalForest = defineEstimator({
  name: 'causal_survival_forest',
  title: 'causal survival forest',
  estimand: 'E[f(T(1)) - f(T(0))], f(T) = min(T, horizon) or 1{T > horizon}, T seen only up to the end of observation',
  references: ['Cui, Kosorok, Sverdrup, Wager, Zhu (2023), JRSS B 85(2)', 'Robins, Rotnitzky (1992), AIDS Epidemiology'],
  data: {
    time: numeric('time to the event, or to the end of observation where there was none; at least 0'),
    event: numeric('1 where the event was seen, 0 where observation ended before it'),
    ...forestColumns,
    treatment: numeric('1 for treated and 0 for control units'),
    projectOn: numerics('columns to project the effect on; absent: none'),
  },
  options,
  result,
  async estimate({ time, event, projectOn, ...columns }, { horizon, estimand, leastObserved, ...chosen }, context) {
    const { engine, data: { y: _y, ...data }, choices, overlap, engineOptions } = forestInput({ ...columns, outcome: time }, chosen, context);
    const forest = await growCausalSurvivalForest(engine, { ...data, time: time.values, event: event.values }, {
      ...choices, minNodeSize: chosen.minNodeSize, target: estimand, horizon, leastObserved,
    }, engineOptions);
    if (isRefusal(forest)) return forest;
    const average = survivalAverage(forest, overlap);
    if (isRefusal(average)) return average;
    const projected = projectOn.length > 0
      ? bestLinearProjection({ ...forest, isBinary: true }, survivalScores(forest), Object.fromEntries(projectOn.map(({ name, values }) => [name, values])), chosen.level, overlap) : null;
    if (isRefusal(projected)) return projected;
    return {
      ...averageAnswer(average, chosen.level),
      projection: projected && projected.coefficients.map((coefficient) => coefficientAnswer(coefficient, projected.degreesOfFreedom)),
      leastObserved: forest.leastObserved,
      spread: spreadAnswer(forest.tauHat),
      importance: importanceAnswer(forest.features, variableImportance(forest.trees, forest.features.length)),
    };
  },
});
