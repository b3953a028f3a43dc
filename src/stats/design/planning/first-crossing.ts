import { advance, firstLook, lowerTail, upperTail } from '../../inference/group-sequential/sub-density.js';

/** A sequence of looks at a standardised statistic that has independent increments. */
export interface Looks {
  /** information at each look over that at the last, increasing, the last at 1, shape (K) */
  readonly times: readonly number[];
  /** stop above this standardised value, shape (K); Infinity: never */
  readonly upper: readonly number[];
  /** stop below this standardised value, shape (K); -Infinity: never */
  readonly lower: readonly number[];
}

/** Chance to stop at each look, on either side, shape (K). */
export interface Crossing {
  readonly above: readonly number[];
  readonly below: readonly number[];
}

/** What lies further from the mean than this, in standard deviations, has chance 1e-14. */
const REACH = 7.7;

/**
 * When a drifting Brownian motion, looked at K times, first leaves its boundaries.
 * @param drift expected standardised value at the last look: effect over the standard error there
 * @see Armitage, McPherson, Rowe (1969), JRSS A 132; Jennison, Turnbull (2000), chapter 19
 */
export function firstCrossing({ times, upper, lower }: Looks, drift: number): Crossing {
  const above: number[] = [];
  const below: number[] = [];
  let density = firstLook(times[0]!, drift);
  for (let k = 0; k < times.length; k++) {
    const root = Math.sqrt(times[k]!);
    above.push(upperTail(density, upper[k]! * root));
    below.push(lowerTail(density, lower[k]! * root));
    if (k < times.length - 1) density = advance(density, lower[k]! * root, upper[k]! * root, times[k + 1]!, REACH);
  }
  return { above, below };
}
