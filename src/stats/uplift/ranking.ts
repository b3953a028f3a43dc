/** Units in the order in which a score would treat them, as shares of their total weight. */
export interface Ranking {
  /** units, highest score first, shape (n) */
  readonly order: Int32Array;
  /** where each unit's group of equal scores starts and ends, as shares of the total weight, shape (n) each */
  readonly from: Float64Array;
  readonly to: Float64Array;
  /** weights with mean 1, shape (n) */
  readonly weight: Float64Array;
}

/**
 * Ranks by score. Units of equal score are treated in random order: each has the same chance to be within a share, so that all curves are
 * straight between groups and do not depend on the order of rows.
 */
export function rankUnits(score: Float64Array, weight: Float64Array | null): Ranking {
  const n = score.length;
  const order = Int32Array.from(score.keys());
  order.sort((a, b) => score[b]! - score[a]! || a - b);
  const total = weight ? weight.reduce((sum, w) => sum + w, 0) : n;
  const from = new Float64Array(n);
  const to = new Float64Array(n);
  let before = 0;
  for (let start = 0; start < n;) {
    let end = start;
    let mass = before;
    while (end < n && score[order[end]!] === score[order[start]!]) {
      mass += weight ? weight[order[end]!]! : 1;
      end++;
    }
    for (let i = start; i < end; i++) {
      from[order[i]!] = before / total;
      to[order[i]!] = end === n ? 1 : mass / total;
    }
    before = mass;
    start = end;
  }
  return { order, from, to, weight: weight ? weight.map((w) => (w * n) / total) : new Float64Array(n).fill(1) };
}

/** Chance that a unit is among the first `share` of the ranking. */
export function chanceWithin({ from, to }: Ranking, unit: number, share: number): number {
  if (share >= to[unit]!) return 1;
  if (share <= from[unit]!) return 0;
  return (share - from[unit]!) / (to[unit]! - from[unit]!);
}

/** Share of the units (by weight) that are treated before this one, ties by half. */
export const middleOf = ({ from, to }: Ranking, unit: number): number => (from[unit]! + to[unit]!) / 2;
