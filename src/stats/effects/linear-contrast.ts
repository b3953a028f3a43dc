import { isRefusal, refuse, type Refusal } from '../refusal.js';
import type { AdjustedArms } from './adjusted-means.js';
import type { Effect } from './effect.js';
import { isUsable, notFinite } from './lift.js';
import { bilinear, satterthwaite, varianceOf } from './quadratic.js';

/** Rounding of a mean: an error smaller than this share of the terms is the error of constants. */
const ROUNDING = 8 * Number.EPSILON;

/**
 * A linear combination of the means of many cells, such as a main effect or an interaction.
 *
 * Cells are independent but for the covariate means that they share. Satterthwaite's degrees of freedom.
 * @param cells   adjusted once for all combinations
 * @param weights shape (cells); cells of weight 0 may have refused
 */
export function linearContrast(cells: AdjustedArms, weights: readonly number[]): Effect | Refusal {
  let estimate = 0;
  let size = 0;
  let n = 0;
  const parts: { variance: number; degreesOfFreedom: number }[] = [];
  const loading = cells.covariates.map(() => 0);
  for (const [i, weight] of weights.entries()) {
    if (weight === 0) continue;
    const cell = cells.arms[i]!;
    if (isRefusal(cell)) return cell;
    estimate += weight * cell.means[0]!;
    size += Math.abs(weight * cell.means[0]!);
    n += cell.n;
    parts.push({ variance: weight * weight * cell.covariance[0]![0]!, degreesOfFreedom: cell.degreesOfFreedom });
    cell.slopes[0]?.forEach((slope, c) => { loading[c]! += weight * slope; });
  }
  if (loading.length > 0) parts.push({ variance: varianceOf(loading, cells.shared), degreesOfFreedom: cells.sharedDegreesOfFreedom });
  const variance = parts.reduce((sum, part) => sum + part.variance, 0);
  const standardError = Math.sqrt(variance);
  if (standardError <= ROUNDING * size) return refuse('zero_variance', 'linearContrast needs at least one cell whose values vary; all are constant', 'Check that the metric is recorded; a constant outcome cannot be tested.');
  if (![estimate, standardError].every(isUsable)) return notFinite('the contrast');
  return { estimate, standardError, degreesOfFreedom: satterthwaite(parts, variance), n };
}

/** Covariance of two linear combinations of the same cells. */
export function contrastCovariance(cells: AdjustedArms, a: readonly number[], b: readonly number[]): number {
  const loading = (weights: readonly number[]) => cells.covariates.map((_, c) => cells.arms.reduce((sum, cell, i) => (isRefusal(cell) || weights[i] === 0 ? sum : sum + weights[i]! * cell.slopes[0]![c]!), 0));
  const own = cells.arms.reduce((sum, cell, i) => (isRefusal(cell) ? sum : sum + a[i]! * b[i]! * cell.covariance[0]![0]!), 0);
  return cells.covariates.length === 0 ? own : own + bilinear(loading(a), cells.shared, loading(b));
}
