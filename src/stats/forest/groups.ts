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
