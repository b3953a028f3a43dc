import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import { refuse, type Refusal } from '../refusal.js';
import type { Moments } from '../summaries/moments.js';
import { isUsable, notFinite } from './lift.js';

/** Outcome means of one arm, moved to the covariate means of all arms together. */
export interface AdjustedArm {
  readonly n: number;
  /** shape (p) */
  readonly means: readonly number[];
  /** covariance of the means about their regression, shape (p, p) */
  readonly covariance: readonly (readonly number[])[];
  /** n - k - 1 */
  readonly degreesOfFreedom: number;
  /** regression slopes of outcomes on covariates within the arm, shape (p, k) */
  readonly slopes: readonly (readonly number[])[];
}

/** All arms of one comparison, adjusted once, so that an arm has the same value in every pair. */
export interface AdjustedArms {
  readonly arms: readonly (AdjustedArm | Refusal)[];
  readonly covariates: readonly string[];
  /** covariance of the pooled covariate means, shape (k, k): the part of the error that arms share */
  readonly shared: readonly (readonly number[])[];
  /** degrees of freedom of `shared` */
  readonly sharedDegreesOfFreedom: number;
}

/** Share of a covariate's variance that the other covariates must leave over; below it slopes are noise. */
const LEAST_OWN_VARIANCE = 1e-10;
/** Share of the variance that is left when nothing is left but rounding. */
export const PERFECT_FIT = 1e-13;

/**
 * Regression-adjusted outcome means of every arm: ordinary least squares of each outcome on covariates, fitted within each
 * arm (fully interacted) and read at the pooled covariate means. Without covariates these are the sample means.
 *
 * An arm refuses alone: fewer than 2 units, fewer units than covariates + 2, or covariates that are collinear.
 * @param arms     moments of the same columns, outcomes first, then covariates
 * @param outcomes number of outcome columns, p
 * @see Lin (2013), Annals of Applied Statistics 7(1)
 */
export function adjustArms(arms: readonly Moments[], outcomes: number): AdjustedArms {
  const columns = arms[0]!.columns;
  const covariates = columns.slice(outcomes);
  if (covariates.length === 0) return { arms: arms.map((arm) => plainArm(arm, outcomes)), covariates, shared: [], sharedDegreesOfFreedom: Infinity };
  const pooled = poolCovariates(arms, outcomes, covariates.length);
  return {
    arms: arms.map((arm) => regressionArm(arm, outcomes, pooled.mean)),
    covariates,
    shared: pooled.covariance,
    sharedDegreesOfFreedom: pooled.n - 1,
  };
}

const tooFew = (n: number): Refusal =>
  refuse('too_few_units', `adjustArms needs at least 2 units in each arm; an arm has ${n}`, 'Wait for more units, or compare arms that have them.');

function plainArm(arm: Moments, outcomes: number): AdjustedArm | Refusal {
  if (arm.n < 2) return tooFew(arm.n);
  const divisor = (arm.n - 1) * arm.n;
  const covariance: number[][] = [];
  for (let i = 0; i < outcomes; i++) {
    const row: number[] = [];
    for (let j = 0; j < outcomes; j++) row.push(arm.scatter[i]![j]! / divisor);
    covariance.push(row);
  }
  return { n: arm.n, means: arm.mean, covariance, degreesOfFreedom: arm.n - 1, slopes: [] };
}

function regressionArm(arm: Moments, outcomes: number, pooledMean: readonly number[]): AdjustedArm | Refusal {
  const k = pooledMean.length;
  if (arm.n < 2) return tooFew(arm.n);
  if (!arm.scatter.every((row) => row.every(isUsable))) return notFinite('a sum of products of outcomes and covariates');
  if (arm.n < k + 2) return refuse('too_few_units', `adjustArms needs at least ${k + 2} units in each arm for ${k} covariates; an arm has ${arm.n}`, 'Use fewer covariates, or wait for more units.');
  const slopes = slopesOf(arm, outcomes, k);
  if ('status' in slopes) return slopes;
  const degreesOfFreedom = arm.n - k - 1;
  const means = slopes.map((slope, i) => {
    let mean = arm.mean[i]!;
    for (let c = 0; c < k; c++) mean -= slope[c]! * (arm.mean[outcomes + c]! - pooledMean[c]!);
    return mean;
  });
  const covariance = slopes.map((slope, i) => slopes.map((_, j) => {
    const raw = arm.scatter[i]![j]!;
    let residual = raw;
    for (let c = 0; c < k; c++) residual -= slope[c]! * arm.scatter[outcomes + c]![j]!;
    const isPerfect = i === j && residual <= PERFECT_FIT * raw;
    return isPerfect ? 0 : residual / degreesOfFreedom / arm.n;
  }));
  return { n: arm.n, means, covariance, degreesOfFreedom, slopes };
}

/** Slopes shape (p, k), by closed form for one covariate and by Cholesky for more. */
function slopesOf(arm: Moments, outcomes: number, k: number): number[][] | Refusal {
  if (k === 1) {
    const own = arm.scatter[outcomes]![outcomes]!;
    return own > 0 ? arm.scatter.slice(0, outcomes).map((row) => [row[outcomes]! / own]) : collinear(arm, outcomes, [0]);
  }
  const range = Array.from({ length: outcomes }, (_, i) => i);
  const scatter = new Matrix(arm.scatter.slice(outcomes).map((row) => row.slice(outcomes)));
  const scale = Array.from({ length: k }, (_, c) => Math.sqrt(scatter.get(c, c)));
  const constant = scale.flatMap((s, c) => (s > 0 ? [] : [c]));
  if (constant.length > 0) return collinear(arm, outcomes, constant);
  const correlation = Matrix.from1DArray(k, k, scale.flatMap((a, i) => scale.map((b, j) => scatter.get(i, j) / (a * b))));
  const cholesky = new CholeskyDecomposition(correlation);
  const dependent = scale.flatMap((_, c) => (cholesky.lowerTriangularMatrix.get(c, c) ** 2 >= LEAST_OWN_VARIANCE ? [] : [c]));
  if (dependent.length > 0) return collinear(arm, outcomes, dependent);
  const solution = cholesky.solve(new Matrix(scale.map((s, c) => range.map((i) => arm.scatter[outcomes + c]![i]! / s))));
  return range.map((i) => scale.map((s, c) => solution.get(c, i) / s));
}

const collinear = (arm: Moments, outcomes: number, which: readonly number[]): Refusal => {
  const names = which.map((c) => arm.columns[outcomes + c]).join(', ');
  return refuse('not_identified', `adjustArms needs covariates that are not constant and not linear functions of each other within each arm; ${names} is`, `Leave out ${names}.`);
};

function poolCovariates(arms: readonly Moments[], outcomes: number, k: number): { n: number; mean: number[]; covariance: number[][] } {
  let n = 0;
  for (const arm of arms) n += arm.n;
  // From the first arm's means, so that large common means do not cost digits
  const origin = arms[0]!.mean;
  const mean: number[] = [];
  for (let c = outcomes; c < outcomes + k; c++) {
    let sum = 0;
    for (const arm of arms) sum += arm.n * (arm.mean[c]! - origin[c]!);
    mean.push(origin[c]! + sum / n);
  }
  const covariance = mean.map((meanC, c) => mean.map((meanD, d) => {
    let sum = 0;
    for (const arm of arms) if (arm.n > 0) sum = sum + arm.scatter[outcomes + c]![outcomes + d]! + arm.n * (arm.mean[outcomes + c]! - meanC) * (arm.mean[outcomes + d]! - meanD);
    return sum / (n - 1) / n;
  }));
  return { n, mean, covariance };
}
