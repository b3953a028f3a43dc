import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import { isRefusal, refuse, type Refusal } from '../refusal.js';
import { differenceEffect } from './contrast.js';
import type { Contrast, Effect } from './effect.js';
import { isUsable, liftEffect, notFinite } from './lift.js';
import { dot, orthonormal, residual } from './orthonormal.js';
import { correlationOf } from './quadratic.js';
import { tossVariance, type TossVariance } from './toss-variance.js';

const { abs, sqrt } = Math;

/** Time buckets of a switchback, one a row. */
export interface SwitchbackRows {
  readonly outcome: Float64Array;
  /** whether the bucket `lag` buckets before was treated, shape (1 + lags, rows) */
  readonly treated: readonly Float64Array[];
  /** block that the bucket `lag` buckets before was in, shape (1 + lags, rows) */
  readonly blocks: readonly Int32Array[];
  /** arm of each block, 0 or 1; -1: not in the data */
  readonly arms: Int32Array;
  /** covariates, and indicators of units but one */
  readonly controls: readonly Float64Array[];
}

/** Effects that one fit of a switchback answers. */
export interface SwitchbackFit {
  /** of any combination of lags, shape (1 + lags) of weights; `n` counts blocks */
  effect(weights: readonly number[]): Effect | Refusal;
  /** treated now and at all lags against never treated, with the level of either at the mean of the controls */
  contrast(): Contrast | Refusal;
}

/** Share of a column that the columns before it must leave over; below it the column adds nothing. */
const LEAST_OWN_NORM = 1e-8;
/** Errors smaller than this share of the outcome are rounding. */
const ROUNDING = 64 * Number.EPSILON;

/**
 * Effects of treatment now and of treatment some buckets ago, by least squares, with errors over the coin tosses.
 *
 * Only the assignment of blocks is random: each coefficient's score is added up over the buckets whose treatment, at that lag, one toss
 * decided, and tosses are independent. Outcomes may depend on each other in any way. Without lags and controls this is the
 * cluster-randomised difference with blocks as clusters.
 * @see Bojinov, Simchi-Levi, Zhao (2023), Management Science 69(7)
 */
export function switchbackRegression({ outcome, treated, blocks, arms, controls }: SwitchbackRows): SwitchbackFit | Refusal {
  const rows = outcome.length;
  const basis = orthonormal([new Float64Array(rows).fill(1), ...controls]);
  const y = residual(outcome, basis);
  const design = treated.map((column) => residual(column, basis));
  const gram = design.map((a) => design.map((b) => dot(a, b)));
  const norms = gram.map((row, j) => sqrt(row[j]!));
  const lost = norms.findIndex((norm) => !(norm > LEAST_OWN_NORM * sqrt(rows)));
  if (lost >= 0) return refuse('not_identified', `switchbackRegression needs treatment that differs between buckets, beside the controls; ${lost} buckets ago it does not`, 'Use fewer controls, or fewer lags.');
  const cholesky = new CholeskyDecomposition(new Matrix(correlationOf(gram, norms)));
  if (norms.some((_, j) => !(cholesky.lowerTriangularMatrix.get(j, j) > LEAST_OWN_NORM))) return refuse('not_identified', 'switchbackRegression needs treatment at different lags to differ; blocks as long as the data, or alternating without chance, make it the same', 'Use fewer lags, or randomise more and shorter blocks.');
  const solve = (v: readonly number[]): number[] => cholesky.solve(Matrix.columnVector(v.map((x, j) => x / norms[j]!))).getColumn(0).map((x, j) => x / norms[j]!);
  const coefficients = solve(design.map((column) => dot(column, y)));
  const errors = y.map((value, t) => value - coefficients.reduce((sum, b, j) => sum + b * design[j]![t]!, 0));
  const everything = [...basis, ...orthonormal(design)];
  const largest = outcome.reduce((most, v) => (abs(v) > most ? abs(v) : most), 0);
  const shares = treated.map((column) => column.reduce((sum, w) => sum + w, 0) / rows);
  const average = outcome.reduce((sum, value) => sum + value, 0) / rows;
  // what was randomised, and what a sequence of looks counts
  const decided = [...new Set(blocks.flatMap((of) => [...of]))];
  const n = decided.length;

  /** @param level  1 to add the level without treatment, 0 for an effect alone */
  const variance = (weights: readonly number[], level: 0 | 1): TossVariance | Refusal => {
    const byLag = solve(weights.map((weight, j) => weight - level * shares[j]!));
    const loadings = design.map((column, j) => column.map((x) => byLag[j]! * x + (j === 0 ? level / rows : 0)));
    const found = tossVariance({ tosses: blocks, loadings }, everything, errors, arms);
    return 'fitted' in found ? refuse('too_few_units', 'switchbackRegression needs more blocks than it fits: one block is fitted exactly by controls, unit levels and lags', 'Run longer, switch more often, or use fewer controls and lags.') : found;
  };
  const valueOf = (weights: readonly number[]): number => weights.reduce((sum, weight, j) => sum + weight * coefficients[j]!, 0);

  const effect = (weights: readonly number[]): Effect | Refusal => {
    const error = variance(weights, 0);
    if (isRefusal(error)) return error;
    const standardError = sqrt(error.variance);
    if (standardError <= ROUNDING * largest) return refuse('zero_variance', 'switchbackRegression needs outcomes that vary about the treatment; they do not', 'Check that the metric is recorded; a constant outcome cannot be tested.');
    const estimate = valueOf(weights);
    return [estimate, standardError, error.degreesOfFreedom].every(isUsable) && error.degreesOfFreedom > 0 ? { estimate, standardError, degreesOfFreedom: error.degreesOfFreedom, n } : notFinite('the effect');
  };
  const contrast = (): Contrast | Refusal => {
    const [never, always] = [treated.map(() => 0), treated.map(() => 1)];
    const total = effect(always);
    if (isRefusal(total)) return total;
    const [control, treatment] = [variance(never, 1), variance(always, 1)];
    if (isRefusal(control)) return control;
    if (isRefusal(treatment)) return treatment;
    const level = average - valueOf(shares);
    const { degreesOfFreedom, standardError } = total;
    const difference = differenceEffect(level, level + total.estimate, standardError ** 2, degreesOfFreedom, n);
    const covariance = (control.variance + treatment.variance - standardError ** 2) / 2;
    const lift = isRefusal(difference) ? difference
      : liftEffect({ control: level, treatment: level + total.estimate, controlVariance: control.variance, treatmentVariance: treatment.variance, covariance, degreesOfFreedom, n });
    const tosses = (arm: number): number => decided.filter((toss) => arms[toss] === arm).length;
    return {
      control: { n: tosses(0), value: level, standardError: sqrt(control.variance) },
      treatment: { n: tosses(1), value: level + total.estimate, standardError: sqrt(treatment.variance) },
      difference, lift,
    };
  };
  return { effect, contrast };
}
