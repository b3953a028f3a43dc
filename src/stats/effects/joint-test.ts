import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import { fUpperTail } from '../numeric/fisher-f.js';
import { isRefusal, refuse, type Refusal } from '../refusal.js';
import type { AdjustedArms } from './adjusted-means.js';
import { correlationOf } from './quadratic.js';
import { contrastCovariance } from './linear-contrast.js';

/** Share of a contrast's variance that the other contrasts must leave over. */
const LEAST_OWN_VARIANCE = 1e-12;

export interface JointTest {
  readonly statistic: number;
  readonly degreesOfFreedom: number;
  readonly residualDegreesOfFreedom: number;
  /** in [0, 1] */
  readonly pValue: number;
}

/**
 * Tests that several linear combinations of cell means are all zero, with variances that may differ between cells.
 *
 * Welch and James's statistic with Johansen's degrees of freedom; for one combination it is the square of Welch's t.
 * @param contrasts linearly independent weights, shape (q, cells)
 * @see Johansen (1980), Biometrika 67(1)
 */
export function jointTest(cells: AdjustedArms, contrasts: readonly (readonly number[])[]): JointTest | Refusal {
  const refused = cells.arms.find((cell, i) => isRefusal(cell) && contrasts.some((weights) => weights[i] !== 0));
  if (refused !== undefined && isRefusal(refused)) return refused;
  const q = contrasts.length;
  const estimates = contrasts.map((weights) => weights.reduce((sum, weight, i) => { const cell = cells.arms[i]!; return isRefusal(cell) ? sum : sum + weight * cell.means[0]!; }, 0));
  const covariance = contrasts.map((a) => contrasts.map((b) => contrastCovariance(cells, a, b)));
  const scale = covariance.map((row, i) => Math.sqrt(row[i]!));
  if (!scale.every((s) => s > 0 && Number.isFinite(s))) return refuse('zero_variance', 'jointTest needs contrasts whose values vary', 'Check that the metric is recorded; a constant outcome cannot be tested.');
  const cholesky = new CholeskyDecomposition(new Matrix(correlationOf(covariance, scale)));
  if (scale.some((_, i) => !(cholesky.lowerTriangularMatrix.get(i, i) ** 2 > LEAST_OWN_VARIANCE))) return refuse('zero_variance', 'jointTest needs contrasts that vary beside each other; too many cells are constant', 'Leave out the cells that are constant.');
  const inverse = cholesky.solve(Matrix.eye(q));
  const form = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, i) => sum + b.reduce((inner, y, j) => inner + (x / scale[i]!) * inverse.get(i, j) * (y / scale[j]!), 0), 0);
  const wald = form(estimates, estimates);
  // each cell's share of the form, squared over its degrees of freedom; the error of shared covariate means is known too well to count
  const slack = cells.arms.reduce((sum, cell, i) => {
    if (isRefusal(cell)) return sum;
    const weights = contrasts.map((row) => row[i]!);
    return sum + (cell.covariance[0]![0]! * form(weights, weights)) ** 2 / cell.degreesOfFreedom;
  }, 0);
  const residualDegreesOfFreedom = (q * (q + 2)) / (3 * slack);
  const statistic = wald / (q + 2 * slack - (6 * slack) / (q + 2));
  if (![statistic, residualDegreesOfFreedom].every(Number.isFinite)) return refuse('not_finite', 'jointTest came to a statistic that is not finite', 'Rescale the outcome.');
  return { statistic, degreesOfFreedom: q, residualDegreesOfFreedom, pValue: fUpperTail(statistic, q, residualDegreesOfFreedom) };
}
