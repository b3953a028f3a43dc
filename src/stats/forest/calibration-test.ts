import { isRefusal, refuse, type Refusal } from '../refusal.js';
import { studentUpperTail } from '../numeric/student.js';
import type { CausalForest } from './causal-forest.js';
import { groupsAmong } from './groups.js';
import { observationWeights } from './observation-weights.js';
import { robustRegression, type Coefficient } from './robust-regression.js';

export interface Calibration {
  /** of the reference t distribution */
  readonly degreesOfFreedom: number;
  /** 1 when the mean prediction is right; its p-value is one-sided, of no average effect */
  readonly mean: Coefficient;
  /** 1 when the forest ranks as sharply as it says; its p-value is one-sided, of no heterogeneity found */
  readonly differential: Coefficient;
}

/**
 * Calibration of the out-of-bag effects: residual outcome on residual treatment times the mean and the deviation of the prediction.
 *
 * Refuses when all predictions are equal.
 * @see Chernozhukov, Demirer, Duflo, Fernandez-Val (2018), "Generic machine learning inference"
 */
export function calibrationTest(forest: CausalForest, level: number): Calibration | Refusal {
  const { y, w, yHat, wHat, tauHat, rows } = forest;
  const weight = observationWeights(forest);
  const total = weight.reduce((sum, value) => sum + value, 0);
  const mean = tauHat.reduce((sum, tau, i) => sum + (weight[i]! * tau) / total, 0);
  const everyone = Int32Array.from({ length: rows.rows }, (_, row) => row);
  const fit = robustRegression(
    y.map((value, i) => value - yHat[i]!),
    { mean: w.map((value, i) => (value - wHat[i]!) * mean), differential: w.map((value, i) => (value - wHat[i]!) * (tauHat[i]! - mean)) },
    weight, groupsAmong(everyone, rows.clusters, weight), level);
  if (isRefusal(fit)) return refuse(fit.reason, `calibration is not identified: ${fit.detail}`, 'Grow more trees, or collect more units.');
  const oneSided = (coefficient: Coefficient): Coefficient =>
    ({ ...coefficient, pValue: studentUpperTail(coefficient.estimate / coefficient.standardError, fit.degreesOfFreedom) });
  return { degreesOfFreedom: fit.degreesOfFreedom, mean: oneSided(fit.coefficients[0]!), differential: oneSided(fit.coefficients[1]!) };
}
