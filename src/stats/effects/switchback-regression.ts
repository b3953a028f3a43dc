import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import { refuse, type Refusal } from '../refusal.js';
import { clusterMeanVariance } from './cluster-mean.js';
import type { Effect } from './effect.js';
import { isUsable, notFinite } from './lift.js';
import { correlationOf, satterthwaite } from './quadratic.js';

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
 * `n` of an effect counts blocks.
 * @returns the effect of any combination of lags, shape (1 + lags) of weights
 * @see Bojinov, Simchi-Levi, Zhao (2023), Management Science 69(7)
 */
export function switchbackRegression({ outcome, treated, blocks, arms, controls }: SwitchbackRows): ((weights: readonly number[]) => Effect | Refusal) | Refusal {
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
  const scores = design.map((column, j) => sumOver(blocks[j]!, arms.length, (t) => column[t]! * errors[t]!));
  const sizes = blocks.map((of) => sumOver(of, arms.length, () => 1)).reduce((a, b) => a.map((v, g) => v + b[g]!));
  // what was randomised, and what a sequence of looks counts
  const tosses = sizes.reduce((count, size) => count + Number(size > 0), 0);
  const largest = outcome.reduce((most, v) => (abs(v) > most ? abs(v) : most), 0);
  return (weights) => {
    const loadings = solve(weights);
    const parts = [0, 1].map((arm) => {
      const own = [...arms.keys()].filter((g) => arms[g] === arm && sizes[g]! > 0);
      const units = own.reduce((sum, g) => sum + sizes[g]!, 0);
      // clusterMeanVariance divides by the units of the arm
      return clusterMeanVariance({ residuals: own.map((g) => units * loadings.reduce((sum, l, j) => sum + l * scores[j]![g]!, 0)), sizes: own.map((g) => sizes[g]!) });
    });
    const variance = parts.reduce((sum, part) => sum + part.variance, 0);
    const estimate = weights.reduce((sum, weight, j) => sum + weight * coefficients[j]!, 0);
    if (sqrt(variance) <= ROUNDING * largest) return refuse('zero_variance', 'switchbackRegression needs outcomes that vary about the treatment; they do not', 'Check that the metric is recorded; a constant outcome cannot be tested.');
    const degreesOfFreedom = satterthwaite(parts, variance);
    return [estimate, sqrt(variance), degreesOfFreedom].every(isUsable)
      ? { estimate, standardError: sqrt(variance), degreesOfFreedom, n: tosses } : notFinite('the effect');
  };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let t = 0; t < a.length; t++) sum += a[t]! * b[t]!;
  return sum;
}

/** Less its projection on an orthonormal basis; twice, as once loses digits. */
function residual(column: Float64Array, basis: readonly Float64Array[]): Float64Array {
  const left = column.slice();
  for (let pass = 0; pass < 2; pass++) {
    for (const direction of basis) {
      const along = dot(left, direction);
      for (let t = 0; t < left.length; t++) left[t]! -= along * direction[t]!;
    }
  }
  return left;
}

/** Gram and Schmidt; columns that depend on those before add nothing. */
function orthonormal(columns: readonly Float64Array[]): Float64Array[] {
  const basis: Float64Array[] = [];
  for (const column of columns) {
    const left = residual(column, basis);
    const norm = sqrt(dot(left, left));
    if (norm > LEAST_OWN_NORM * sqrt(dot(column, column))) basis.push(left.map((v) => v / norm));
  }
  return basis;
}

function sumOver(groups: Int32Array, count: number, value: (row: number) => number): Float64Array {
  const sums = new Float64Array(count);
  for (let t = 0; t < groups.length; t++) sums[groups[t]!]! += value(t);
  return sums;
}
