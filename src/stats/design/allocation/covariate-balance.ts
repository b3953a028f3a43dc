import { CholeskyDecomposition, Matrix, solve } from 'ml-matrix';
import { refuse, type Refusal } from '../../refusal.js';
import { chiSquareLowerTail } from '../../numeric/incomplete-gamma.js';

/** How alike the arms of one allocation are before the experiment. */
export interface CovariateBalance {
  /** sum over arms of n_a (xBar_a - xBar)' S^-1 (xBar_a - xBar); for two arms Morgan and Rubin's M */
  readonly mahalanobis: number;
  /** covariates times (arms - 1): M is about chi-square with these under pure randomisation */
  readonly degreesOfFreedom: number;
  /** chance that pure randomisation balances at least this well, a fraction */
  readonly percentile: number;
  /** largest difference of two arms' means over the standard deviation, for each covariate, shape (k) */
  readonly standardisedDifferences: readonly number[];
  /** units in each arm */
  readonly counts: readonly number[];
}

/** Covariates measured before the experiment, with what does not change from one allocation to another computed once. */
export interface PreparedCovariates {
  readonly units: number;
  readonly deviations: readonly number[];
  /** covariates rotated to be uncorrelated with variance 1 and mean 0, shape (k) of (units) */
  readonly whitened: readonly Float64Array[];
  /** centred covariates, shape (k) of (units) */
  readonly centred: readonly Float64Array[];
}

/** @param covariates shape (k) of (units) */
export function prepareCovariates(covariates: readonly Float64Array[]): PreparedCovariates | Refusal {
  const k = covariates.length;
  const units = covariates[0]?.length ?? 0;
  if (k < 1 || units < k + 2) {
    return refuse('too_few_units', `covariate balance needs at least one covariate and ${k + 2} units; got ${k} and ${units}`, 'Use fewer covariates or more units.');
  }
  const centred = covariates.map((values) => {
    const mean = values.reduce((sum, v) => sum + v, 0) / units;
    return values.map((v) => v - mean);
  });
  const covariance = centred.map((a) => centred.map((b) => a.reduce((sum, v, i) => sum + v * b[i]!, 0) / (units - 1)));
  const deviations = covariance.map((row, i) => Math.sqrt(row[i]!));
  if (deviations.some((deviation) => !(deviation > 0) || !Number.isFinite(deviation))) {
    return refuse('zero_variance', 'covariate balance needs covariates that vary and are finite', 'Leave the constant covariate out.');
  }
  const correlation = new Matrix(covariance.map((row, i) => row.map((v, j) => v / (deviations[i]! * deviations[j]!))));
  const cholesky = new CholeskyDecomposition(correlation);
  const lower = cholesky.lowerTriangularMatrix;
  if (!cholesky.isPositiveDefinite() || lower.diagonal().some((d) => d < LEAST_OWN_DEVIATION)) {
    return refuse('numerical_failure', 'covariate balance needs covariates of which none is a sum of the others', 'Leave a redundant covariate out.');
  }
  const inverse = solve(lower, Matrix.eye(k));
  const whitened = centred.map((_, row) => {
    const out = new Float64Array(units);
    for (let column = 0; column <= row; column++) {
      const weight = inverse.get(row, column) / deviations[column]!;
      const values = centred[column]!;
      for (let i = 0; i < units; i++) out[i] = out[i]! + weight * values[i]!;
    }
    return out;
  });
  return { units, deviations, whitened, centred };
}

/** Share of its standard deviation that the other covariates must leave a covariate. */
const LEAST_OWN_DEVIATION = 1e-5;

/** M of one allocation alone, which is all that a search compares. */
export function mahalanobisOf({ whitened }: PreparedCovariates, arms: Uint8Array, armCount: number): number {
  const counts = countsOf(arms, armCount);
  let total = 0;
  for (const values of whitened) {
    const sums = sumsByArm(values, arms, armCount);
    for (let a = 0; a < armCount; a++) if (counts[a]! > 0) total += sums[a]! ** 2 / counts[a]!;
  }
  return total;
}

/**
 * Balance of one allocation over all covariates together and each alone.
 * @param arms index of the arm of each unit, shape (units)
 * @see Morgan, Rubin (2012), Annals of Statistics 40; Morgan, Rubin (2015), JASA 110 (several arms)
 */
export function covariateBalance(covariates: PreparedCovariates, arms: Uint8Array, armCount: number): CovariateBalance {
  const counts = countsOf(arms, armCount);
  const mahalanobis = mahalanobisOf(covariates, arms, armCount);
  const degreesOfFreedom = covariates.whitened.length * (armCount - 1);
  const standardisedDifferences = covariates.centred.map((values, c) => {
    const means = [...sumsByArm(values, arms, armCount)].map((sum, a) => sum / counts[a]!).filter(Number.isFinite);
    return (Math.max(...means) - Math.min(...means)) / covariates.deviations[c]!;
  });
  return { mahalanobis, degreesOfFreedom, percentile: chiSquareLowerTail(mahalanobis, degreesOfFreedom), standardisedDifferences, counts: [...counts] };
}

function countsOf(arms: Uint8Array, armCount: number): Float64Array {
  const counts = new Float64Array(armCount);
  for (const arm of arms) counts[arm] = counts[arm]! + 1;
  return counts;
}

function sumsByArm(values: Float64Array, arms: Uint8Array, armCount: number): Float64Array {
  const sums = new Float64Array(armCount);
  for (let i = 0; i < arms.length; i++) sums[arms[i]!] = sums[arms[i]!]! + values[i]!;
  return sums;
}
