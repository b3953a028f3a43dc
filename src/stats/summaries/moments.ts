/**
 * Centred moments of named columns over `n` units: the one summary behind means, proportions, ratios,
 * regression adjustment and everything else that is a function of first and second moments. Plain JSON.
 */
export interface Moments<C extends string = string> {
  /** number of randomisation units */
  readonly n: number;
  /** names of the k columns */
  readonly columns: readonly C[];
  /** shape (k), in units of each column */
  readonly mean: readonly number[];
  /** sums of (x - mean x)(y - mean y) over units, shape (k, k), symmetric */
  readonly scatter: readonly (readonly number[])[];
}

const indexOf = <C extends string>(moments: Moments<C>, column: C): number => {
  const index = moments.columns.indexOf(column);
  if (index < 0) throw new Error(`moments have no column ${column}; columns are ${moments.columns.join(', ')}`);
  return index;
};

/** Mean of a column, in its units. */
export const mean = <C extends string>(moments: Moments<C>, column: NoInfer<C>): number =>
  moments.mean[indexOf(moments, column)]!;

/** Sample covariance of two columns, divisor n - 1. */
export const covariance = <C extends string>(moments: Moments<C>, x: NoInfer<C>, y: NoInfer<C>): number =>
  moments.scatter[indexOf(moments, x)]![indexOf(moments, y)]! / (moments.n - 1);

/** Sample variance of a column, divisor n - 1. */
export const variance = <C extends string>(moments: Moments<C>, column: NoInfer<C>): number =>
  covariance(moments, column, column);

/** The moments of no units: the zero of `merge`. */
export const emptyMoments = <C extends string>(columns: readonly C[]): Moments<C> => ({
  n: 0,
  columns,
  mean: columns.map(() => 0),
  scatter: columns.map(() => columns.map(() => 0)),
});

/**
 * Two-pass moments of columns held in memory.
 * @param columns name -> values over units, all of one length
 */
export function momentsOf<C extends string>(columns: Readonly<Record<C, Float64Array>>): Moments<C> {
  const names = Object.keys(columns) as C[];
  const n = names.length ? columns[names[0]!].length : 0;
  if (n === 0) return emptyMoments(names);
  const means = names.map((name) => meanOf(columns[name]));
  const scatter = names.map(() => names.map(() => 0));
  for (let i = 0; i < names.length; i++) {
    for (let j = i; j < names.length; j++) {
      const sum = centredCrossProduct(columns[names[i]!], means[i]!, columns[names[j]!], means[j]!);
      scatter[i]![j] = sum;
      scatter[j]![i] = sum;
    }
  }
  return { n, columns: names, mean: means, scatter };
}

/** Mean in two passes: the second adds the mean of the residuals, which the first pass lost to rounding. */
function meanOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  const first = sum / values.length;
  let residual = 0;
  for (const value of values) residual += value - first;
  return first + residual / values.length;
}

function centredCrossProduct(x: Float64Array, xBar: number, y: Float64Array, yBar: number): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += (x[i]! - xBar) * (y[i]! - yBar);
  return sum;
}

/**
 * Moments of the union of two *disjoint* sets of units: strata, shards, segments, exposure cohorts.
 * Not of two days of the same units: aggregate by unit first.
 * @see Chan, Golub, LeVeque (1983), The American Statistician 37(3)
 */
export function mergeMoments<C extends string>(a: Moments<C>, b: Moments<C>): Moments<C> {
  if (a.n === 0) return b;
  if (b.n === 0) return a;
  const n = a.n + b.n;
  const gap = a.mean.map((mean, i) => b.mean[i]! - mean);
  return {
    n,
    columns: a.columns,
    mean: a.mean.map((mean, i) => mean + (gap[i]! * b.n) / n),
    scatter: a.scatter.map((row, i) =>
      row.map((sum, j) => sum + b.scatter[i]![j]! + (gap[i]! * gap[j]! * a.n * b.n) / n)),
  };
}
