import { solveScore } from '../dml/linear-score.js';
import { checkSample, type Sample } from '../dml/sample.js';
import { groupsAmong } from '../forest/groups.js';
import { isConstant } from '../forest/standardise.js';
import { learningHalf } from '../forest/heterogeneity-test.js';
import type { OverlapRule } from '../forest/overlap.js';
import { rankWeightedEffect, type RateOptions } from '../forest/rank-weighted-effect.js';
import { robustRegression, type Coefficient } from '../forest/robust-regression.js';
import { planFolds } from '../learners/folds.js';
import type { LearningContext } from '../learners/learner.js';
import { featuresOf } from '../learners/training.js';
import { studentUpperTail } from '../numeric/student.js';
import { isRefusal, refuse, type Refusal } from '../refusal.js';
import { crossFittedScores } from './cross-fitted-scores.js';
import { effectRows, type EffectData, type EffectLearners } from './effect-data.js';
import { effectImportance, type LearnedEffects } from './learned-effects.js';
import { metaLearner } from './meta-learners.js';
import type { AverageMetric, MetricCalibration, ModelMetrics } from './model-metrics.js';

export interface EffectJudging {
  /** of the cross-fitting of outcome models and propensities */
  readonly folds: number;
  readonly overlap: OverlapRule;
  readonly rate: RateOptions | null;
  readonly level: number;
}

/** What units are judged by: doubly robust scores, of the rows that have overlap. */
interface Scored { readonly scores: Float64Array; readonly rows: Int32Array; readonly average: AverageMetric }

/**
 * Metrics of a meta-learner: the average effect over cross-fitted scores; ranking and calibration of a model of one half of
 * the units, on the scores of the other half.
 * Refuses what the nuisances, the average and the method refuse.
 */
export async function learnerMetrics(
  effects: LearnedEffects, data: EffectData, learners: EffectLearners, { folds, overlap, rate, level }: EffectJudging, context: LearningContext,
): Promise<ModelMetrics | Refusal> {
  const scored = await scoredRows(data, learners, folds, overlap, context);
  if (isRefusal(scored)) return scored;
  const isLearning = learningHalf(data.x.n, data.cluster ?? null, context.seed);
  const model = await metaLearner(effects.kind, learners, { folds, bounds: overlap.bounds }, context).fit(effectRows(data, Int32Array.from(isLearning.keys()).filter((row) => isLearning[row] === 1)), context.seed);
  if (isRefusal(model)) return model;
  const judging = scored.rows.filter((row) => isLearning[row] === 0);
  const priorities = await model.predict(featuresOf(data.x, judging));
  if (isRefusal(priorities)) return priorities;
  const at = (column: Float64Array) => Float64Array.from(judging, (row) => column[row]!);
  const cluster = data.cluster ? judging.map((row) => data.cluster![row]!) : null;
  const weight = data.weight ? at(data.weight) : new Float64Array(judging.length).fill(1);
  const alike = allAlike(priorities, data.y);
  return {
    average: scored.average, fit: null, effects: priorities, importance: effectImportance(effects, data.x, data.d),
    rate: rate && (alike ?? rankWeightedEffect({ scores: at(scored.scores), priorities, weight, cluster }, rate)),
    calibration: alike ?? calibrationOf(at(scored.scores), priorities, weight, groupsAmong(judging, data.cluster ? { codes: data.cluster } : null, weight), level),
  };
}

async function scoredRows(data: EffectData, learners: EffectLearners, count: number, overlap: OverlapRule, context: LearningContext): Promise<Scored | Refusal> {
  const { x, y, d, weight, cluster } = data;
  const sample: Sample = { x, y, d, ...(weight && { weight }), clusters: cluster ? [cluster] : [] };
  const refusal = checkSample('a meta-learner', sample, ['d']);
  if (refusal) return refusal;
  const folds = planFolds(x.n, { folds: count, ...(cluster && { cluster }), stratify: d }, context.seed);
  if (isRefusal(folds)) return folds;
  const scored = await crossFittedScores(sample, learners, folds, overlap, context);
  if (isRefusal(scored)) return scored;
  const { scores, rows, trimmedShare } = scored;
  const kept = new Uint8Array(x.n);
  for (const row of rows) kept[row] = 1;
  const root = solveScore('a meta-learner', { slope: new Float64Array(x.n).fill(-1), level: scores, kept }, sample);
  if (isRefusal(root)) return root;
  const { estimate, standardError, n, groups } = root;
  return { scores, rows, average: { estimate, standardError, n, degreesOfFreedom: groups - 1, trimmedShare } };
}

/** Refuses effects that differ by what rounding leaves of predicted outcomes, as those of an s-learner over a linear model do. Null where they differ by more. */
function allAlike(effects: Float64Array, y: Float64Array): Refusal | null {
  const mean = effects.reduce((sum, value) => sum + value, 0) / effects.length;
  const spread = Math.sqrt(effects.reduce((sum, value) => sum + (value - mean) ** 2, 0) / effects.length);
  const largest = y.reduce((most, value) => Math.max(most, Math.abs(value)), Math.abs(mean));
  return isConstant(spread, largest) ? refuse('zero_variance', 'predicted effects are all alike, so that nothing is ranked or calibrated', 'Use a learner whose effects can differ: an s-learner over a linear model has one effect for all.') : null;
}

/** Scores on predictions: 1 when units differ as predicted. */
function calibrationOf(scores: Float64Array, effects: Float64Array, weight: Float64Array, groups: ReturnType<typeof groupsAmong>, level: number): MetricCalibration | Refusal {
  const mean = effects.reduce((sum, value) => sum + value, 0) / effects.length;
  const fit = robustRegression(scores, { intercept: new Float64Array(scores.length).fill(1), differential: effects.map((value) => value - mean) }, weight, groups, level);
  if (isRefusal(fit)) return fit;
  const { degreesOfFreedom } = fit;
  const slope: Coefficient = fit.coefficients[1]!;
  return { degreesOfFreedom, differential: { ...slope, pValue: studentUpperTail(slope.estimate / slope.standardError, degreesOfFreedom) } };
}
