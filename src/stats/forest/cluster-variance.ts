/** Codes 0 .. count - 1 of the independent groups of rows: clusters, or the rows themselves. */
export interface Groups {
  readonly codes: Int32Array | null;
  readonly count: number;
}

/** Groups among the listed rows: clusters that have at least one of them with weight. */
export function groupsAmong(rows: Int32Array, clusters: { readonly codes: Int32Array } | null, weight: Float64Array): Groups {
  const weighted = rows.filter((_, i) => weight[i]! > 0);
  if (!clusters) return { codes: null, count: weighted.length };
  return { codes: rows.map((row) => clusters.codes[row]!), count: new Set(weighted.map((row) => clusters.codes[row]!)).size };
}

/**
 * Variance of an estimate from its influence values, summed within groups: sum_g (sum_i psi_i)^2 x G / (G - 1).
 *
 * @param influence what each row adds to the estimation error, shape (n)
 */
export function clusterVariance(influence: Float64Array, groups: Groups): number {
  const sum = groupSums(influence, groups).reduce((total, value) => total + value * value, 0);
  return (sum * groups.count) / (groups.count - 1);
}

function groupSums(influence: Float64Array, { codes }: Groups): Float64Array {
  if (!codes) return influence;
  const sums = new Map<number, number>();
  influence.forEach((value, i) => sums.set(codes[i]!, (sums.get(codes[i]!) ?? 0) + value));
  return Float64Array.from(sums.values());
}
