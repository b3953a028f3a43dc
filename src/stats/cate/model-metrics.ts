import { averageEffect, type AverageEffect } from '../forest/average-effect.js';
import { calibrationTest } from '../forest/calibration-test.js';
import type { CausalChoices, CausalData, CausalForest } from '../forest/causal-forest.js';
import { doublyRobustScores } from '../forest/doubly-robust-scores.js';
import type { EngineOptions, ForestEngine } from '../forest/forest-engine.js';
import { heterogeneityTest } from '../forest/heterogeneity-test.js';
import type { OverlapRule } from '../forest/overlap.js';
import { progressPart } from '../forest/progress-part.js';
import type { RankWeightedEffect, RateOptions } from '../forest/rank-weighted-effect.js';
import type { Coefficient } from '../forest/robust-regression.js';
import { variableImportance } from '../forest/variable-importance.js';
import type { PredictionQuality } from '../learners/nuisance-report.js';
import { isRefusal, type Refusal } from '../refusal.js';

/** How well a model does, on units that what is judged did not learn from. */
export interface ModelMetrics {
  /** average effect over the units of training; null of a model of outcomes */
  readonly average: AverageMetric | null;
  /** of a model of one half of the units, on the other half; null: not asked for */
  readonly rate: RankWeightedEffect | Refusal | null;
  /** null of a model of outcomes */
  readonly calibration: MetricCalibration | Refusal | null;
  /** of predicted outcomes; null of a model of effects */
  readonly fit: PredictionQuality | null;
  /** share of the splits, or of the gain, that each feature has; shape (features) */
  readonly importance: Float64Array;
  /** out-of-sample effects, or predictions, of units, whose spread is told */
  readonly effects: Float64Array;
}

export type AverageMetric = Pick<AverageEffect, 'estimate' | 'standardError' | 'degreesOfFreedom' | 'n' | 'trimmedShare'>;

export interface MetricCalibration {
  readonly degreesOfFreedom: number;
  /** 1 when the ranking is as sharp as predicted; its p-value is one-sided, of no heterogeneity found */
  readonly differential: Coefficient;
}

/**
 * Metrics of a causal forest that has been grown from these data.
 *
 * Average and calibration are out of bag; the rank-weighted effect needs two further forests, each of a half of the units.
 * @param rate null: left out. @param localLinear whether the forest's effects were corrected, so that those of the halves are too. Refuses what the average effect refuses.
 */
export async function forestMetrics(
  engine: ForestEngine, data: CausalData, choices: CausalChoices, forest: CausalForest, overlap: OverlapRule, rate: RateOptions | null, level: number, options: EngineOptions, localLinear: boolean,
): Promise<ModelMetrics | Refusal> {
  const scores = await doublyRobustScores(engine, forest, progressPart(options, 0, 0.1));
  if (isRefusal(scores)) return scores;
  const average = averageEffect(forest, scores, 'all', overlap);
  if (isRefusal(average)) return average;
  return {
    average, fit: null, calibration: calibrationTest(forest, level), effects: forest.tauHat,
    rate: rate && await heterogeneityTest(engine, data, choices, overlap, rate, progressPart(options, 0.1, 1), localLinear),
    importance: variableImportance(forest.trees, forest.features.length),
  };
}
