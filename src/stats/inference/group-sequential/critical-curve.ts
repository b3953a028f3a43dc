import { increasingRoot } from '../../numeric/increasing-root.js';

/** Points of the Chebyshev interpolant of a piece of width 1: levels are then right to 1e-8, to 1e-6 above 0.3 where none is tested. */
const POINTS = 12;
/** P(Z > 37) is about 1e-300: no smaller level is told apart. */
const HIGHEST = 37;

/** The boundary of the present look as a function of the level, and back. Levels are given as normal quantiles x. */
export interface CriticalCurve {
  /**
   * The x at which the boundary is z.
   * @returns null below the curve's lowest x; where the boundary is not finite, the last x at which it is
   */
  levelAt(z: number): number | null;
}

/**
 * A boundary costs a recursive integration; an analysis asks for as many p-values as it has rows, all under the same looks. So
 * the curve is interpolated on pieces of width 1, each made when it is first needed.
 * @param critical the boundary at a level, increasing in x; Infinity where no error is left to spend
 * @param lowest   whole number, the least x that is asked for
 */
export function criticalCurve(critical: (x: number) => number, lowest: number): CriticalCurve {
  const knots = new Map<number, number>();
  const pieces = new Map<number, Float64Array>();
  const knot = (k: number): number => remembered(knots, k, () => critical(k));
  const piece = (k: number): Float64Array => remembered(pieces, k, () => chebyshev((x) => critical(k + x)));
  return {
    levelAt(z) {
      // boundaries are at least as high as those of one look, so x <= z
      let k = Math.min(HIGHEST, Math.max(lowest, Math.floor(z)));
      while (k >= lowest && knot(k) > z) k--;
      if (k < lowest) return null;
      if (k >= HIGHEST) return HIGHEST;
      if (!Number.isFinite(knot(k + 1))) return k + lastWithin((x) => critical(k + x) <= z);
      const coefficients = piece(k);
      const excess = (x: number): number => (x <= 0 ? x - 1e-300 : x >= 1 ? x : clenshaw(coefficients, x) - z);
      return k + Math.min(1, Math.max(0, increasingRoot(excess, 0.5, 0.25) ?? 0));
    },
  };
}

function remembered<V>(map: Map<number, V>, key: number, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

/** Coefficients of the interpolant at the Chebyshev points of [0, 1]. */
function chebyshev(f: (x: number) => number): Float64Array {
  const values = Array.from({ length: POINTS }, (_, i) => f((1 + Math.cos((Math.PI * (i + 0.5)) / POINTS)) / 2));
  return Float64Array.from({ length: POINTS }, (_, j) =>
    ((j === 0 ? 1 : 2) / POINTS) * values.reduce((sum, value, i) => sum + value * Math.cos((Math.PI * j * (i + 0.5)) / POINTS), 0));
}

function clenshaw(coefficients: Float64Array, x: number): number {
  const t = 2 * x - 1;
  let b1 = 0;
  let b2 = 0;
  for (let j = POINTS - 1; j > 0; j--) [b1, b2] = [2 * t * b1 - b2 + coefficients[j]!, b1];
  return t * b1 - b2 + coefficients[0]!;
}

/** The largest x in [0, 1] at which a claim that holds first and fails later still holds. */
function lastWithin(holds: (x: number) => boolean): number {
  let low = 0;
  let high = 1;
  for (let step = 0; step < 40; step++) {
    const middle = (low + high) / 2;
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return low;
}
