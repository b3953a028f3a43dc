import { QUANTILE_NEIGHBOUR_Z, type QuantileSummary } from './quantiles.js';

/**
 * Sample quantile of values in memory, with its binomial neighbours; interpolates linearly between order statistics
 * (type 7 of Hyndman and Fan, like R, NumPy and SQL's percentile_cont).
 * @param values at least one
 */
export function quantileSummaryOf(values: Float64Array, probability: number, z = QUANTILE_NEIGHBOUR_Z): QuantileSummary {
  const sorted = values.toSorted();
  const reach = z * Math.sqrt((probability * (1 - probability)) / values.length);
  return {
    n: values.length, probability, z,
    estimate: sortedQuantile(sorted, probability),
    lower: sortedQuantile(sorted, Math.max(0, probability - reach)),
    upper: sortedQuantile(sorted, Math.min(1, probability + reach)),
  };
}

/** @param sorted ascending, at least one value */
export function sortedQuantile(sorted: ArrayLike<number>, probability: number): number {
  const position = (sorted.length - 1) * probability;
  const below = Math.floor(position);
  const low = sorted[below]!;
  return low + (position - below) * (sorted[Math.min(below + 1, sorted.length - 1)]! - low);
}
