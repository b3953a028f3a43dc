import { increasingRoot } from '../../numeric/increasing-root.js';
import { normalUpperQuantile } from '../../numeric/normal.js';
import { advance, firstLook, upperTail } from './sub-density.js';

/**
 * Constant of the classical two-sided designs with K equally spaced looks: reject at look k when the standardised statistic
 * passes C (Pocock) or C sqrt(K / k) (O'Brien-Fleming).
 * @param alpha two-sided error rate
 * @see Pocock (1977), Biometrika 64; O'Brien, Fleming (1979), Biometrics 35; Jennison, Turnbull (2000), tables 2.1 and 2.3
 */
export function classicalConstant(kind: 'pocock' | 'obrien_fleming', looks: number, alpha: number): number {
  const naive = normalUpperQuantile(alpha / 2);
  return increasingRoot((constant) => alpha - 2 * crossingChance(classicalBounds(kind, looks, constant)), naive * 1.1, naive * 0.1)!;
}

/** Boundaries of a classical design on the standardised statistic, shape (K). */
export const classicalBounds = (kind: 'pocock' | 'obrien_fleming', looks: number, constant: number): readonly number[] =>
  Array.from({ length: looks }, (_, k) => (kind === 'pocock' ? constant : constant * Math.sqrt(looks / (k + 1))));

const REACH = 9;

/** Chance under no effect to pass above the upper of symmetric bounds first, at equally spaced looks. */
function crossingChance(bounds: readonly number[]): number {
  let density = firstLook(1);
  let sum = 0;
  for (const [k, bound] of bounds.entries()) {
    const score = bound * Math.sqrt(k + 1);
    sum += upperTail(density, score);
    if (k + 1 < bounds.length) density = advance(density, -score, score, k + 2, REACH);
  }
  return sum;
}
