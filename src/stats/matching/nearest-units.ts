/** How units of the other arm are chosen. */
export interface Nearness {
  /** matches of a unit, at least where there are as many */
  readonly ratio: number;
  /** largest distance of a match; null: none is too far */
  readonly caliper: number | null;
  /** squared distances this much above that of the last match count as ties with it, and are matches too */
  readonly tieTolerance: number;
}

/**
 * For each of `from` the nearest of `to` within its stratum, all that tie for the last place among them; empty where none is near enough.
 *
 * @param points shape (k)(n), none: all are equally near; @param from, to rows; @param stratum codes that must agree, shape (n)
 */
export function nearestUnits(points: readonly Float64Array[], from: Int32Array, to: Int32Array, stratum: Int32Array, nearness: Nearness): Int32Array[] {
  const candidates = byStratum(to, stratum);
  if (points.length === 1) {
    const line = points[0]!;
    const sorted = new Map([...candidates].map(([code, rows]) => [code, rows.sort((a, b) => line[a]! - line[b]! || a - b)]));
    return Array.from(from, (unit) => nearestOnLine(line, unit, sorted.get(stratum[unit]!) ?? NONE, nearness));
  }
  return Array.from(from, (unit) => nearestInSpace(points, unit, candidates.get(stratum[unit]!) ?? NONE, nearness));
}

const NONE = new Int32Array(0);

export function byStratum(rows: Int32Array, stratum: Int32Array): Map<number, Int32Array> {
  const lists = new Map<number, number[]>();
  for (const row of rows) {
    const known = lists.get(stratum[row]!);
    if (known) known.push(row);
    else lists.set(stratum[row]!, [row]);
  }
  return new Map([...lists].map(([code, list]) => [code, Int32Array.from(list)]));
}

/** Squared distance from a unit to each candidate. */
export function squaredDistances(points: readonly Float64Array[], unit: number, candidates: Int32Array): Float64Array {
  const squares = new Float64Array(candidates.length);
  for (const column of points) {
    const at = column[unit]!;
    for (let i = 0; i < candidates.length; i++) squares[i]! += (column[candidates[i]!]! - at) ** 2;
  }
  return squares;
}

function nearestInSpace(points: readonly Float64Array[], unit: number, candidates: Int32Array, { ratio, caliper, tieTolerance }: Nearness): Int32Array {
  const squares = squaredDistances(points, unit, candidates);
  const limit = caliper === null ? Infinity : caliper * caliper;
  const last = Math.min(limit, smallest(squares, ratio) + tieTolerance);
  return candidates.filter((_, i) => squares[i]! <= last);
}

/** The `rank`-th smallest, or the largest where there are fewer. */
function smallest(values: Float64Array, rank: number): number {
  const least: number[] = [];
  for (const value of values) {
    if (least.length === rank && value >= least[rank - 1]!) continue;
    let place = least.length;
    while (place > 0 && least[place - 1]! > value) place--;
    least.splice(place, 0, value);
    if (least.length > rank) least.pop();
  }
  return least.at(-1) ?? Infinity;
}

/** @param sorted candidates in ascending order of `line` */
function nearestOnLine(line: Float64Array, unit: number, sorted: Int32Array, { ratio, caliper, tieTolerance }: Nearness): Int32Array {
  const at = line[unit]!;
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (line[sorted[middle]!]! < at) low = middle + 1;
    else high = middle;
  }
  let [left, right] = [low - 1, low];
  const squareAt = (place: number) => (place >= 0 && place < sorted.length ? (line[sorted[place]!]! - at) ** 2 : Infinity);
  const limit = caliper === null ? Infinity : caliper * caliper;
  let last = limit;
  const found: number[] = [];
  while (Math.min(squareAt(left), squareAt(right)) <= last && found.length < sorted.length) {
    found.push(squareAt(left) <= squareAt(right) ? sorted[left--]! : sorted[right++]!);
    if (found.length === ratio) last = Math.min(limit, (line[found.at(-1)!]! - at) ** 2 + tieTolerance);
  }
  return Int32Array.from(found).sort();
}
