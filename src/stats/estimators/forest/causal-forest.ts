import { z } from 'zod';
import { averageEffect, effectTargets, type AverageEffect } from '../../forest/average-effect.js';
import { bestLinearProjection } from '../../forest/best-linear-projection.js';
import { calibrationTest } from '../../forest/calibration-test.js';
import { growCausalForest, type CausalData } from '../../forest/causal-forest.js';
import { doublyRobustScores } from '../../forest/doubly-robust-scores.js';
import { heterogeneityTest } from '../../forest/heterogeneity-test.js';
import { rateTargets } from '../../forest/rank-weighted-effect.js';
import { referenceEngine } from '../../forest/reference/reference-engine.js';
import { variableImportance } from '../../forest/variable-importance.js';
import { normalQuantile, normalUpperTail } from '../../numeric/normal.js';
import { isRefusal } from '../../refusal.js';
import { defineEstimator, level, numeric, numerics, optionalCategory, optionalNumeric } from '../estimator.js';

const options = z.strictObject({
  target: z.enum(effectTargets).default('all').describe('over whom the effect is averaged: all, the treated, the controls, or all weighted by overlap'),
  trees: z.number().int().min(50).max(20_000).default(2000).describe('trees of the causal forest; nuisance forests have a quarter'),
  minNodeSize: z.number().int().min(1).default(5).describe('units below and above the mean treatment that each child of a split keeps'),
  honestyFraction: z.number().gt(0).lt(1).default(0.5).describe('share of a tree\'s units that places splits; the others estimate its leaves'),
  sampleFraction: z.number().gt(0).max(0.5).default(0.5).describe('share of units that a tree draws without replacement'),
  alpha: z.number().min(0).max(0.25).default(0.05).describe('least share of a node\'s treatment variation that a child keeps'),
  propensity: z.number().gt(0).lt(1).nullable().default(null).describe('share treated by design, when treatment was randomised alike for all; null: estimated'),
  propensityBounds: z.tuple([z.number().min(0), z.number().max(1)]).default([0.01, 0.99]).describe('lowest and highest propensity that is weighted by'),
  beyondBounds: z.enum(['refuse', 'trim']).default('refuse').describe('what happens to rows outside the bounds'),
  rate: z.enum(rateTargets).default('autoc').describe('how the ranking is judged: autoc for effects in few units, qini for effects in many'),
  replicates: z.number().int().min(50).default(200).describe('half-samples of the bootstrap behind the rank-weighted effect'),
  level,
});

const coefficient = z.object({
  name: z.string().describe('column, or intercept'),
  estimate: z.number().describe('in units of the effect per unit of the column'),
  standardError: z.number().describe('in the units of the estimate'),
  lower: z.number().describe('end of the interval at the level asked for'),
  upper: z.number().describe('end of the interval at the level asked for'),
  pValue: z.number().describe('of zero, in [0, 1]'),
}).meta({ id: 'ForestCoefficient', description: 'A coefficient with jackknife (HC3, or by cluster) errors.' });

const result = z.object({
  estimate: z.number().describe('average effect, in units of the outcome per unit of the treatment'),
  standardError: z.number().describe('in the units of the estimate; cluster-robust when clusters are given'),
  lower: z.number().describe('end of the interval at the level asked for'),
  upper: z.number().describe('end of the interval at the level asked for'),
  pValue: z.number().describe('two-sided, of no average effect, in [0, 1]'),
  n: z.number().int().describe('units averaged over'),
  groups: z.number().int().describe('independent groups behind the error: clusters, or units'),
  trimmedShare: z.number().describe('share of units left out for want of overlap, in [0, 1]'),
  heterogeneity: z.object({
    estimate: z.number().describe('rank-weighted effect: what treating by the forest\'s ranking gains over treating at random, in units of the effect'),
    standardError: z.number().describe('by half-sample bootstrap'),
    pValue: z.number().describe('two-sided, of a ranking no better than random; the ranking was learned on the other half'),
    toc: z.array(z.object({
      fraction: z.number().describe('share treated, highest predicted effect first'),
      estimate: z.number().describe('their mean effect less the mean effect of all'),
      standardError: z.number().describe('by half-sample bootstrap'),
    })).describe('targeting operator characteristic'),
  }).nullable().describe('null when one half of the units could not carry a forest'),
  calibration: z.object({
    mean: coefficient.describe('1 when the mean prediction is right; p-value one-sided'),
    differential: coefficient.describe('1 when predicted differences are right; p-value one-sided, of no heterogeneity found'),
  }).nullable().describe('null when all predicted effects are equal'),
  projection: z.array(coefficient).nullable().describe('best linear projection of the effect on the covariates; null when they are collinear or have missing values'),
  importance: z.array(z.object({
    name: z.string().describe('covariate'),
    share: z.number().describe('share of the splits near the root, weighted by depth; sums to 1'),
  })).describe('what the forest split on'),
  effects: z.object({
    lowest: z.number().describe('10 % quantile of the out-of-bag effects'),
    median: z.number().describe('median of the out-of-bag effects'),
    highest: z.number().describe('90 % quantile of the out-of-bag effects'),
  }).describe('spread of the predicted effects, in units of the effect; not an interval'),
});

/** Fractions at which the targeting curve is reported. */
const FRACTIONS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];

/** Average and heterogeneous effects by an honest causal forest; the context's engine grows it, the same bytes come from any. */
export const causalForest = defineEstimator({
  name: 'causal_forest',
  title: 'causal forest',
  estimand: 'E[tau(X)], tau(x) = E[Y(1) - Y(0) | X = x]; for a continuous treatment Cov(Y, W | X = x) / Var(W | X = x)',
  references: [
    'Athey, Tibshirani, Wager (2019), Annals of Statistics 47(2)',
    'Yadlowsky, Fleming, Shah, Brunskill, Wager (2025), JASA',
    'Chernozhukov, Demirer, Duflo, Fernandez-Val (2018), NBER 24678',
  ],
  data: {
    outcome: numeric('outcome of each unit'),
    treatment: numeric('1 for treated and 0 for control units, or a continuous dose'),
    covariates: numerics('measured before treatment; all confounders, and what the effect may depend on'),
    weight: optionalNumeric('sample weight of each unit, at least 0'),
    cluster: optionalCategory('units of one cluster are drawn together and count as one for errors'),
  },
  options,
  result,
  async estimate({ outcome, treatment, covariates, weight, cluster }, chosen, context) {
    const engine = context.forests ?? referenceEngine;
    const data: CausalData = {
      features: covariates.map(({ name }) => name), x: covariates.map(({ values }) => values), y: outcome.values, w: treatment.values,
      weight: weight?.values ?? null, cluster: cluster?.codes ?? null,
      ...(chosen.propensity !== null && { wHat: new Float64Array(outcome.values.length).fill(chosen.propensity) }),
    };
    const { trees, minNodeSize, honestyFraction, sampleFraction, alpha } = chosen;
    const choices = { trees, minNodeSize, honestyFraction, sampleFraction, alpha, seed: context.seed };
    const engineOptions = context.signal ? { signal: context.signal } : {};
    const overlap = { bounds: chosen.propensityBounds, beyond: chosen.beyondBounds };
    const forest = await growCausalForest(engine, data, choices, engineOptions);
    if (isRefusal(forest)) return forest;
    const scores = await doublyRobustScores(engine, forest, engineOptions);
    if (isRefusal(scores)) return scores;
    const average = averageEffect(forest, scores, chosen.target, overlap);
    if (isRefusal(average)) return average;

    const ranking = await heterogeneityTest(engine, data, choices, overlap, {
      target: chosen.rate, replicates: chosen.replicates, fractions: FRACTIONS, level: chosen.level, seed: context.seed,
    }, engineOptions);
    const calibration = calibrationTest(forest, chosen.level);
    const isComplete = covariates.every(({ values }) => !values.some(Number.isNaN));
    const projection = isComplete
      ? bestLinearProjection(forest, scores, Object.fromEntries(covariates.map(({ name, values }) => [name, values])), chosen.level, overlap) : null;
    const importance = variableImportance(forest.trees, covariates.length);
    const sorted = Float64Array.from(forest.tauHat).sort();
    const quantile = (share: number) => sorted[Math.floor(share * (sorted.length - 1))]!;
    return {
      ...intervalOf(average, chosen.level),
      heterogeneity: isRefusal(ranking) ? null : { ...ranking, toc: [...ranking.toc] },
      calibration: isRefusal(calibration) ? null : calibration,
      projection: projection === null || isRefusal(projection) ? null : [...projection.coefficients],
      importance: covariates.map(({ name }, j) => ({ name, share: importance[j]! })),
      effects: { lowest: quantile(0.1), median: quantile(0.5), highest: quantile(0.9) },
    };
  },
});

function intervalOf({ estimate, standardError, n, groups, trimmedShare }: AverageEffect, confidence: number) {
  const half = normalQuantile((1 + confidence) / 2) * standardError;
  return {
    estimate, standardError, n, groups, trimmedShare, lower: estimate - half, upper: estimate + half,
    pValue: standardError > 0 ? 2 * normalUpperTail(Math.abs(estimate) / standardError) : 1,
  };
}
