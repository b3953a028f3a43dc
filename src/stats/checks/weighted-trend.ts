import { chiSquareUpperTail } from '../numeric/incomplete-gamma.js';
import { refuse, type Refusal } from '../refusal.js';

/** An estimate at a point, independent of the others. */
export interface TrendPoint { readonly at: number; readonly estimate: number; readonly standardError: number }

export interface Trend {
  /** change of the estimate for one step of `at` */
  readonly slope: number;
  readonly standardError: number;
  /** two-sided, of no slope */
  readonly pValue: number;
}

/** With fewer a line says little. */
export const LEAST_POINTS = 4;

/**
 * Line through independent estimates, weighted by their precisions, which are taken as known: a meta-regression with fixed effects.
 * Estimates that scatter more about the line than their errors say widen its error (a scale factor of at least 1).
 * @see Thompson, Higgins (2002), Statistics in Medicine 21(11)
 */
export function weightedTrend(points: readonly TrendPoint[]): Trend | Refusal {
  if (points.length < LEAST_POINTS) return refuse('too_few_units', `weightedTrend needs at least ${LEAST_POINTS} points; got ${points.length}`, 'Wait for more days.');
  const weight = ({ standardError }: TrendPoint): number => 1 / standardError ** 2;
  const total = points.reduce((sum, point) => sum + weight(point), 0);
  const centre = points.reduce((sum, point) => sum + weight(point) * point.at, 0) / total;
  const level = points.reduce((sum, point) => sum + weight(point) * point.estimate, 0) / total;
  const spread = points.reduce((sum, point) => sum + weight(point) * (point.at - centre) ** 2, 0);
  if (!(spread > 0) || !Number.isFinite(spread)) return refuse('zero_variance', 'weightedTrend needs points at more than one place, with standard errors above 0', 'Wait for more days.');
  const slope = points.reduce((sum, point) => sum + weight(point) * (point.at - centre) * (point.estimate - level), 0) / spread;
  const residual = points.reduce((sum, point) => sum + weight(point) * (point.estimate - level - slope * (point.at - centre)) ** 2, 0);
  const standardError = Math.sqrt(Math.max(1, residual / (points.length - 2)) / spread);
  return { slope, standardError, pValue: chiSquareUpperTail((slope / standardError) ** 2, 1) };
}
