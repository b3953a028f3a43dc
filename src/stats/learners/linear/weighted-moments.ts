/** Centred moments of k columns over weighted rows: all that least squares and its penalties need. */
export interface WeightedMoments {
  readonly rows: number;
  /** sum of weights */
  readonly weight: number;
  /** shape (k) */
  readonly mean: Float64Array;
  /** weighted sums of (a - mean a)(b - mean b), shape (k, k), symmetric */
  readonly scatter: Float64Array;
}

/**
 * @param columns k columns of one length
 * @param weight of each row; null: all 1
 * @param rows   which rows; null: all
 */
export function weightedMoments(columns: readonly Float64Array[], weight: Float64Array | null, rows: Int32Array | null): WeightedMoments {
  const k = columns.length;
  const n = rows ? rows.length : columns[0]?.length ?? 0;
  const weights = weight ? gather(weight, rows) : new Float64Array(n).fill(1);
  const total = weights.reduce((sum, value) => sum + value, 0);
  const centred = columns.map((column) => gather(column, rows));
  const mean = Float64Array.from(centred, (values) => centre(values, weights, total));
  const scatter = new Float64Array(k * k);
  const weighted = new Float64Array(n);
  for (let a = 0; a < k; a++) {
    const left = centred[a]!;
    for (let i = 0; i < n; i++) weighted[i] = left[i]! * weights[i]!;
    let b = a;
    for (; b + 4 <= k; b += 4) fourDots(weighted, centred, b, scatter, a * k + b);
    for (; b < k; b++) scatter[a * k + b] = dot(weighted, centred[b]!);
    for (b = a + 1; b < k; b++) scatter[b * k + a] = scatter[a * k + b]!;
  }
  return { rows: n, weight: total, mean, scatter };
}

function gather(column: Float64Array, rows: Int32Array | null): Float64Array {
  if (!rows) return column.slice();
  const values = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) values[i] = column[rows[i]!]!;
  return values;
}

/** Centres in place, in two passes: the second takes what rounding left of the mean. */
function centre(values: Float64Array, weights: Float64Array, total: number): number {
  if (!(total > 0)) return 0;
  const first = dot(values, weights) / total;
  for (let i = 0; i < values.length; i++) values[i]! -= first;
  const rest = dot(values, weights) / total;
  for (let i = 0; i < values.length; i++) values[i]! -= rest;
  return first + rest;
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** `dot` with four columns from `first` on, in one pass: sums that do not wait for each other. */
function fourDots(a: Float64Array, columns: readonly Float64Array[], first: number, to: Float64Array, at: number): void {
  const [b0, b1, b2, b3] = [columns[first]!, columns[first + 1]!, columns[first + 2]!, columns[first + 3]!];
  let [sum0, sum1, sum2, sum3] = [0, 0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const value = a[i]!;
    sum0 += value * b0[i]!;
    sum1 += value * b1[i]!;
    sum2 += value * b2[i]!;
    sum3 += value * b3[i]!;
  }
  to[at] = sum0;
  to[at + 1] = sum1;
  to[at + 2] = sum2;
  to[at + 3] = sum3;
}

/** Moments of disjoint sets of rows together. Chan, Golub, LeVeque (1983). */
export function mergeWeighted(parts: readonly WeightedMoments[]): WeightedMoments {
  return parts.reduce((a, b) => {
    if (!(a.weight > 0)) return b;
    if (!(b.weight > 0)) return a;
    const k = a.mean.length;
    const weight = a.weight + b.weight;
    const gap = a.mean.map((value, i) => b.mean[i]! - value);
    const pull = (a.weight * b.weight) / weight;
    const scatter = a.scatter.map((sum, at) => sum + b.scatter[at]! + gap[Math.floor(at / k)]! * gap[at % k]! * pull);
    return { rows: a.rows + b.rows, weight, mean: a.mean.map((value, i) => value + (gap[i]! * b.weight) / weight), scatter };
  });
}
