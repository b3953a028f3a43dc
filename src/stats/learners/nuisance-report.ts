import { isConstant } from '../forest/standardise.js';
import type { Task } from './training.js';

/** How well a nuisance function predicts rows that it did not see. */
export interface PredictionQuality {
  /** rows with a prediction and weight */
  readonly rows: number;
  /** mean squared error; of labels the Brier score */
  readonly squaredError: number;
  /** 1 - mean squared error / variance: 0 predicts as well as the mean, below 0 worse */
  readonly rSquared: number;
  /** mean log loss of labels, in nats; null for a regression */
  readonly logLoss: number | null;
  /** probability that a label of 1 is ranked above one of 0, ties half; null for a regression */
  readonly auc: number | null;
  readonly calibration: Calibration;
}

export interface Calibration {
  /** of the weighted regression of the target on its prediction: 0 and 1 when calibrated; null when predictions are all alike */
  readonly intercept: number | null;
  readonly slope: number | null;
  /** mean target and mean prediction of ten groups of about as many rows in order of the prediction; fewer when predictions tie */
  readonly groups: readonly { readonly predicted: number; readonly observed: number; readonly rows: number }[];
  /** mean absolute gap between the two over the groups, in units of the target */
  readonly error: number;
}

/** How far the arms of a binary treatment overlap. */
export interface OverlapReport {
  readonly lowest: number;
  readonly highest: number;
  /** share of rows with a propensity outside the bounds, in [0, 1] */
  readonly outside: number;
  readonly bounds: readonly [number, number];
  /** Kish's effective sample size of each arm under inverse propensity weights, and the rows it has */
  readonly control: EffectiveSize;
  readonly treated: EffectiveSize;
}
export interface EffectiveSize { readonly rows: number; readonly effective: number }

/** Log loss is held finite where a probability is 0 or 1. */
const LEAST_PROBABILITY = 1e-15;
const GROUPS = 10;

/**
 * Loss, explained share, ranking and calibration of predictions; rows whose prediction is NaN (no fold predicts them) are left out.
 * Null when no row is left, or the target does not vary.
 * @param among rows that count, not 0 where they do: a nuisance of the treated is judged by the treated
 */
export function predictionQuality(
  task: Task, y: Float64Array, predictions: Float64Array, weight?: ArrayLike<number>, among?: ArrayLike<number>,
): PredictionQuality | null {
  const rows = Int32Array.from(y.keys()).filter((row) => !Number.isNaN(predictions[row]!) && (!among || among[row] !== 0) && (!weight || weight[row]! > 0));
  const weights = Float64Array.from(rows, (row) => (weight ? weight[row]! : 1));
  const total = weights.reduce((sum, value) => sum + value, 0);
  const mean = (of: (row: number) => number) => rows.reduce((sum, row, i) => sum + (weights[i]! / total) * of(row), 0);
  const yBar = mean((row) => y[row]!);
  const variance = mean((row) => (y[row]! - yBar) ** 2);
  if (rows.length === 0 || isConstant(Math.sqrt(variance), yBar)) return null;
  const squaredError = mean((row) => (y[row]! - predictions[row]!) ** 2);
  const isLabel = task === 'classification';
  return {
    rows: rows.length, squaredError, rSquared: 1 - squaredError / variance,
    logLoss: isLabel ? mean((row) => -Math.log(Math.max(LEAST_PROBABILITY, y[row] === 1 ? predictions[row]! : 1 - predictions[row]!))) : null,
    auc: isLabel ? areaUnderCurve(rows, weights, y, predictions) : null,
    calibration: { ...calibrationLine(mean, y, predictions, yBar), ...calibrationGroups(rows, weights, total, y, predictions) },
  };
}

/** P(score of a 1 > score of a 0) + P(equal) / 2, weighted: Mann and Whitney's statistic. */
function areaUnderCurve(rows: Int32Array, weights: Float64Array, y: Float64Array, scores: Float64Array): number {
  const order = Int32Array.from(rows.keys()).sort((a, b) => scores[rows[a]!]! - scores[rows[b]!]!);
  let [zeros, ones, pairs] = [0, 0, 0];
  for (let first = 0, end = 0; first < order.length; first = end) {
    let [tiedZeros, tiedOnes] = [0, 0];
    for (end = first; end < order.length && scores[rows[order[end]!]!] === scores[rows[order[first]!]!]; end++) {
      if (y[rows[order[end]!]!] === 1) tiedOnes += weights[order[end]!]!;
      else tiedZeros += weights[order[end]!]!;
    }
    pairs += tiedOnes * (zeros + tiedZeros / 2);
    zeros += tiedZeros;
    ones += tiedOnes;
  }
  return pairs / (zeros * ones);
}

function calibrationLine(mean: (of: (row: number) => number) => number, y: Float64Array, predictions: Float64Array, yBar: number): Pick<Calibration, 'intercept' | 'slope'> {
  const fBar = mean((row) => predictions[row]!);
  const spread = mean((row) => (predictions[row]! - fBar) ** 2);
  if (isConstant(Math.sqrt(spread), fBar)) return { intercept: null, slope: null };
  const slope = mean((row) => (y[row]! - yBar) * (predictions[row]! - fBar)) / spread;
  return { intercept: yBar - slope * fBar, slope };
}

function calibrationGroups(rows: Int32Array, weights: Float64Array, total: number, y: Float64Array, predictions: Float64Array): Pick<Calibration, 'groups' | 'error'> {
  const order = Int32Array.from(rows.keys()).sort((a, b) => predictions[rows[a]!]! - predictions[rows[b]!]!);
  const groups: { predicted: number; observed: number; rows: number }[] = [];
  let error = 0;
  for (let start = 0, end = 0; start < order.length; start = end) {
    end = Math.max(start + 1, Math.ceil(((groups.length + 1) * order.length) / GROUPS));
    while (end < order.length && predictions[rows[order[end]!]!] === predictions[rows[order[end - 1]!]!]) end++;
    const members = order.subarray(start, end);
    const share = members.reduce((sum, i) => sum + weights[i]!, 0);
    const average = (column: Float64Array) => members.reduce((sum, i) => sum + (weights[i]! / share) * column[rows[i]!]!, 0);
    const group = { predicted: average(predictions), observed: average(y), rows: members.length };
    error += (share / total) * Math.abs(group.predicted - group.observed);
    groups.push(group);
  }
  return { groups, error };
}

/**
 * Overlap of the arms by estimated propensities.
 * @param propensity P(W = 1 | X), shape (n); rows where it is NaN are left out
 * @param treatment 0 or 1, shape (n)
 * @see Kish (1965), Survey Sampling, for the effective sample size (sum of weights)^2 / sum of squares
 */
export function overlapReport(propensity: Float64Array, treatment: ArrayLike<number>, bounds: readonly [number, number], weight?: ArrayLike<number>): OverlapReport {
  const rows = Int32Array.from(propensity.keys()).filter((row) => !Number.isNaN(propensity[row]!) && (!weight || weight[row]! > 0));
  const sizeOf = (arm: 0 | 1): EffectiveSize => {
    const members = rows.filter((row) => treatment[row] === arm);
    const weights = Array.from(members, (row) => (weight ? weight[row]! : 1) / Math.max(LEAST_PROBABILITY, arm === 1 ? propensity[row]! : 1 - propensity[row]!));
    const sum = weights.reduce((a, b) => a + b, 0);
    const squares = weights.reduce((a, b) => a + b * b, 0);
    return { rows: members.length, effective: squares > 0 ? (sum * sum) / squares : 0 };
  };
  return {
    lowest: rows.reduce((least, row) => Math.min(least, propensity[row]!), 1),
    highest: rows.reduce((most, row) => Math.max(most, propensity[row]!), 0),
    outside: rows.length > 0 ? rows.filter((row) => propensity[row]! < bounds[0] || propensity[row]! > bounds[1]).length / rows.length : 0,
    bounds, control: sizeOf(0), treated: sizeOf(1),
  };
}
