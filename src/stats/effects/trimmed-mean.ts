/** A trimmed mean with its error. */
export interface TrimmedMean {
  readonly value: number;
  readonly standardError: number;
  readonly degreesOfFreedom: number;
  /** values left out at each end */
  readonly trimmed: number;
}

/**
 * Mean without the largest and the smallest values, with Tukey and McLaughlin's error: the winsorised deviation over the share that is kept.
 * Nothing trimmed: the mean, its usual error, n - 1 degrees of freedom.
 * @param values at least 2 after trimming
 * @param share  left out at each end, in [0, 0.5)
 * @see Tukey, McLaughlin (1963), Sankhya A 25(3); Yuen (1974), Biometrika 61(1)
 */
export function trimmedMean(values: Float64Array, share: number): TrimmedMean {
  const n = values.length;
  const trimmed = Math.floor(share * n);
  const sorted = values.toSorted();
  const kept = sorted.subarray(trimmed, n - trimmed);
  const centre = kept[0]!;
  const value = centre + kept.reduce((sum, x) => sum + (x - centre), 0) / kept.length;
  const [least, most] = [kept[0]!, kept[kept.length - 1]!];
  const winsorised = sorted.map((x) => Math.min(most, Math.max(least, x)) - value);
  const mean = winsorised.reduce((a, b) => a + b, 0) / n;
  const scatter = winsorised.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  return { value, standardError: Math.sqrt(scatter / (n - 1) * n) / kept.length, degreesOfFreedom: kept.length - 1, trimmed };
}
