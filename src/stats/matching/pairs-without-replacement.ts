import { byStratum, squaredDistances } from './nearest-units.js';

/** closest: the two units that are nearest of all that are left; largest: treated units from the largest propensity down, each its nearest. */
export const greedyOrders = ['closest', 'largest'] as const;
export type GreedyOrder = (typeof greedyOrders)[number];

/** What greedy matching needs. */
export interface GreedyMatching {
  /** matches of a treated unit, at most: one in each round */
  readonly ratio: number;
  readonly caliper: number | null;
  readonly order: GreedyOrder;
  /** shape (n); for the order by propensity */
  readonly propensity: Float64Array | null;
}

/**
 * Greedy nearest-neighbour matches in which every control unit is used at most once; the first rows of equals.
 *
 * @param points shape (k)(n); @param treated, controls rows; @param stratum codes that must agree, shape (n)
 * @returns matches of each of `treated`, empty where none was left near enough
 * @see Rubin (1973), Biometrics 29(1)
 */
export function pairsWithoutReplacement(points: readonly Float64Array[], treated: Int32Array, controls: Int32Array, stratum: Int32Array, { ratio, caliper, order, propensity }: GreedyMatching): Int32Array[] {
  const matches = Array.from(treated, (): number[] => []);
  const strata = byStratum(controls, stratum);
  const isTaken = new Uint8Array(stratum.length);
  const limit = caliper === null ? Infinity : caliper * caliper;
  const nearestFree = (place: number): Candidate => {
    const free = (strata.get(stratum[treated[place]!]!) ?? new Int32Array(0)).filter((row) => !isTaken[row]);
    const squares = squaredDistances(points, treated[place]!, free);
    let best = { row: -1, square: Infinity };
    squares.forEach((square, i) => { if (square < best.square && square <= limit) best = { row: free[i]!, square }; });
    return best;
  };
  const take = (place: number, { row }: Candidate) => {
    isTaken[row] = 1;
    matches[place]!.push(row);
  };
  const byPropensity = propensity && [...treated.keys()].sort((a, b) => propensity[treated[b]!]! - propensity[treated[a]!]! || a - b);
  for (let round = 0; round < ratio; round++) {
    if (order === 'largest') {
      for (const place of byPropensity!) {
        const found = nearestFree(place);
        if (found.row >= 0) take(place, found);
      }
    } else matchClosest(treated.length, nearestFree, take, (row) => isTaken[row] === 1);
  }
  return matches.map((rows) => Int32Array.from(rows).sort());
}

interface Candidate { readonly row: number; readonly square: number }

/** Joins the closest pair of all until nobody finds one; a unit whose candidate was taken looks again. */
function matchClosest(count: number, nearestFree: (place: number) => Candidate, take: (place: number, found: Candidate) => void, isTaken: (row: number) => boolean): void {
  const best = Array.from({ length: count }, (_, place) => nearestFree(place));
  const waiting = new Set(best.keys());
  for (;;) {
    let first = -1;
    for (const place of waiting) {
      if (best[place]!.row < 0) waiting.delete(place);
      else if (first < 0 || best[place]!.square < best[first]!.square) first = place;
    }
    if (first < 0) return;
    if (isTaken(best[first]!.row)) {
      best[first] = nearestFree(first);
      continue;
    }
    take(first, best[first]!);
    waiting.delete(first);
  }
}
