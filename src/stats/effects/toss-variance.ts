const { abs } = Math;

/** A linear estimate from outcomes as a sum over tosses: what each toss contributes through each row. */
export interface TossLoadings {
  /** toss that decided the treatment of a row at each lag, shape (lags, rows) */
  readonly tosses: readonly Int32Array[];
  /** coefficient of the row's outcome through that toss, shape (lags, rows) */
  readonly loadings: readonly Float64Array[];
}

/** Share of a toss's own loadings that the fit must leave over; below it the toss was fitted exactly. */
const LEAST_LEFT = 1e-9;

export interface TossVariance {
  readonly variance: number;
  readonly degreesOfFreedom: number;
}

/**
 * Variance of a least-squares estimate where only tosses are random, with the degrees of freedom of its estimate.
 *
 * The contributions of each toss are added up and divided by the root of the share that the whole fit, with its
 * controls and unit levels, left of them: CR2 by toss, unbiased where outcomes are independent. Bell and McCaffrey's degrees of freedom
 * with a variance of its own for each arm. With one lag and no controls this is the cluster-randomised variance.
 * @param basis   orthonormal columns of everything that was fitted, shape (k) of (rows)
 * @param errors  of the fit, shape (rows)
 * @param arms    of each toss, 0 or 1
 * @returns the place of a toss that was fitted exactly, when there is one
 * @see Bell, McCaffrey (2002), Survey Methodology 28(2); Pustejovsky, Tipton (2018), JBES 36(4)
 */
export function tossVariance({ tosses, loadings }: TossLoadings, basis: readonly Float64Array[], errors: Float64Array, arms: Int32Array): TossVariance | { readonly fitted: number } {
  const count = arms.length;
  const sums = new Float64Array(count);
  const fitted = basis.map(() => new Float64Array(count));
  const products = new Map<number, number>();
  for (const [lag, of] of tosses.entries()) {
    for (let row = 0; row < errors.length; row++) {
      const value = loadings[lag]![row]!;
      if (value === 0) continue;
      const toss = of[row]!;
      sums[toss]! += value * errors[row]!;
      for (let c = 0; c < basis.length; c++) fitted[c]![toss]! += basis[c]![row]! * value;
      for (const [other, ofOther] of tosses.entries()) {
        const key = toss * count + ofOther[row]!;
        products.set(key, (products.get(key) ?? 0) + value * loadings[other]![row]!);
      }
    }
  }
  const own = Float64Array.from({ length: count }, (_, toss) => products.get(toss * count + toss) ?? 0);
  const left = own.map((square, toss) => square - fitted.reduce((sum, column) => sum + column[toss]! ** 2, 0));
  const exact = own.findIndex((square, toss) => square > 0 && !(left[toss]! > LEAST_LEFT * square));
  if (exact >= 0) return { fitted: exact };
  const inflation = own.map((square, toss) => (square > 0 ? square / left[toss]! : 0));
  const variances = [0, 0];
  const expected = [0, 0];
  for (let toss = 0; toss < count; toss++) {
    if (arms[toss]! < 0) continue;
    variances[arms[toss]!]! += inflation[toss]! * sums[toss]! ** 2;
    expected[arms[toss]!]! += own[toss]!;
  }
  const variance = variances[0]! + variances[1]!;
  // as shares of the variance, whose square may overflow
  const scale = inflation.map((factor, toss) => {
    const arm = arms[toss]!;
    return arm < 0 || expected[arm] === 0 ? 0 : (factor * (variances[arm]! / variance)) / expected[arm]!;
  });
  return { variance, degreesOfFreedom: 1 / squareSum(products, fitted, scale) };
}

/** Sum of squares of the matrix of scaled covariances between tosses, from its sparse part and its part of low rank. */
function squareSum(products: ReadonlyMap<number, number>, fitted: readonly Float64Array[], scale: Float64Array): number {
  const count = scale.length;
  let sum = 0;
  for (const [key, product] of products) {
    const [a, b] = [Math.floor(key / count), key % count];
    const explained = fitted.reduce((total, column) => total + column[a]! * column[b]!, 0);
    sum += scale[a]! * scale[b]! * (product * product - 2 * product * explained);
  }
  for (const first of fitted) {
    for (const second of fitted) {
      let entry = 0;
      for (let toss = 0; toss < count; toss++) entry += scale[toss]! * first[toss]! * second[toss]!;
      sum += entry * entry;
    }
  }
  return abs(sum);
}
