import type { Numeric } from '../estimators/estimator.js';

export const targets = ['all', 'treated', 'control'] as const;
/** Over whom an effect is averaged. */
export type Target = (typeof targets)[number];

/** One covariate in both arms. */
export interface ArmsBalance {
  readonly control: number;
  readonly treated: number;
  /** treated less control mean, over the standard deviation of the target before weighting; null when that is 0 */
  readonly standardisedDifference: number | null;
  /** variance of the treated over that of the control units; null when the latter is 0 */
  readonly varianceRatio: number | null;
}
export interface ColumnBalance { readonly name: string; readonly before: ArmsBalance; readonly after: ArmsBalance }

/**
 * How alike the arms are in each column, as they were and under weights.
 *
 * Differences are over one standard deviation, before and after: the treated units' for an effect on the treated, the control units' likewise, and the root of the
 * mean of both variances for an effect on all.
 * @param base sample weights, shape (n); @param after with what matching or weighting makes of them, shape (n)
 * @see Austin (2009), Statistics in Medicine 28(25); Stuart (2010), Statistical Science 25(1)
 */
export function columnBalance(columns: readonly Numeric[], d: Float64Array, base: Float64Array, after: Float64Array, target: Target): ColumnBalance[] {
  return columns.map(({ name, values }) => {
    const [before, then] = [base, after].map((weight) => [0, 1].map((arm) => weightedMoments(values, weight, (row) => d[row] === arm)));
    const [off, on] = before as [Spread, Spread];
    const scale = Math.sqrt(target === 'treated' ? on.variance : target === 'control' ? off.variance : (off.variance + on.variance) / 2);
    const armsOf = ([control, treated]: readonly Spread[]): ArmsBalance => ({
      control: control!.mean, treated: treated!.mean,
      standardisedDifference: scale > 0 ? (treated!.mean - control!.mean) / scale : null,
      varianceRatio: control!.variance > 0 ? treated!.variance / control!.variance : null,
    });
    return { name, before: armsOf(before!), after: armsOf(then!) };
  });
}

interface Spread { readonly mean: number; readonly variance: number }

/** Mean, and variance over the effective number of rows less one: n - 1 where all weigh alike. */
function weightedMoments(values: Float64Array, weight: Float64Array, isInside: (row: number) => boolean): Spread {
  let [total, squares, mean] = [0, 0, 0];
  values.forEach((_, row) => {
    if (!isInside(row)) return;
    total += weight[row]!;
    squares += weight[row]! ** 2;
  });
  values.forEach((value, row) => { if (isInside(row) && weight[row]! > 0) mean += (weight[row]! / total) * value; });
  let variance = 0;
  values.forEach((value, row) => { if (isInside(row) && weight[row]! > 0) variance += (weight[row]! / total) * (value - mean) ** 2; });
  const lost = squares / total ** 2;
  return { mean, variance: lost < 1 ? variance / (1 - lost) : 0 };
}

/** Equally weighted units that would average as precisely as these: (sum of weights)^2 over the sum of their squares, by arm. */
export function effectiveUnits(d: Float64Array, weight: Float64Array): { readonly control: number; readonly treated: number } {
  const of = (arm: number) => {
    let [total, squares] = [0, 0];
    weight.forEach((value, row) => {
      if (d[row] !== arm) return;
      total += value;
      squares += value * value;
    });
    return squares > 0 ? (total * total) / squares : 0;
  };
  return { control: of(0), treated: of(1) };
}
