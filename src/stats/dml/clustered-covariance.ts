/** Covariances of sums over rows. */
export interface SumCovariance {
  /** shape (k, k) */
  readonly covariance: readonly (readonly number[])[];
  /** independent groups: rows, or the smaller number of clusters of the ways */
  readonly groups: number;
}

/**
 * Covariance of the sums of `columns`, whose rows have mean 0: by row, by cluster, or by two ways of clustering.
 *
 * Two ways: first plus second less their intersection, and no variance less than either way's, which rounding and few clusters can make it.
 * Multiplied by G / (G - 1) for G groups with weight; with leverage, each group's sum is divided by one less its leverage and the whole
 * multiplied by (G - 1) / G, which is the jackknife: what leaving the group out moves.
 * @param columns shape (k)(n); rows of 0 in all columns count for nothing
 * @param leverage share of each row in what the sums are divided by, shape (n)
 * @see Cameron, Gelbach, Miller (2011), Journal of Business & Economic Statistics 29(2); MacKinnon, Nielsen, Webb (2024) for the bound
 */
export function sumCovariance(columns: readonly Float64Array[], clusters: readonly Int32Array[], leverage?: Float64Array): SumCovariance {
  const [first, second] = clusters;
  const n = columns[0]!.length;
  if (!first) return oneWay(columns, Int32Array.from({ length: n }, (_, row) => row), leverage);
  const byFirst = oneWay(columns, first, leverage);
  if (!second) return byFirst;
  const bySecond = oneWay(columns, second, leverage);
  const byBoth = oneWay(columns, pairs(first, second), leverage);
  const covariance = byFirst.covariance.map((row, a) => row.map((value, b) => value + bySecond.covariance[a]![b]! - byBoth.covariance[a]![b]!));
  const isTooSmall = covariance.some((row, a) => row[a]! < Math.max(byFirst.covariance[a]![a]!, bySecond.covariance[a]![a]!));
  const wider = byFirst.covariance[0]![0]! >= bySecond.covariance[0]![0]! ? byFirst : bySecond;
  return { covariance: isTooSmall ? wider.covariance : covariance, groups: Math.min(byFirst.groups, bySecond.groups) };
}

function oneWay(columns: readonly Float64Array[], codes: Int32Array, leverage: Float64Array | undefined): SumCovariance {
  const dense = new Map<number, number>();
  const group = codes.map((code, row) => {
    if (columns.every((column) => column[row] === 0)) return -1;
    const known = dense.get(code);
    if (known !== undefined) return known;
    dense.set(code, dense.size);
    return dense.size - 1;
  });
  const groups = dense.size;
  const sumsOf = (column: Float64Array) => {
    const bySum = new Float64Array(groups);
    column.forEach((value, row) => { if (group[row]! >= 0) bySum[group[row]!]! += value; });
    return bySum;
  };
  const shares = leverage ? sumsOf(leverage) : null;
  const sums = columns.map((column) => (shares ? sumsOf(column).map((value, g) => value / (1 - shares[g]!)) : sumsOf(column)));
  const correction = groups < 2 ? NaN : shares ? (groups - 1) / groups : groups / (groups - 1);
  return { covariance: sums.map((a) => sums.map((b) => correction * a.reduce((sum, value, g) => sum + value * b[g]!, 0))), groups };
}

/** Codes of the pairs of two columns of codes. */
export function pairs(first: Int32Array, second: Int32Array): Int32Array {
  const dense = new Map<string, number>();
  return first.map((code, row) => {
    const key = `${code} ${second[row]}`;
    if (!dense.has(key)) dense.set(key, dense.size);
    return dense.get(key)!;
  });
}
