import { normalUpperQuantile, normalUpperTail } from '../../numeric/normal.js';
import { isRefusal } from '../../refusal.js';
import { boundaryOf } from './boundary.js';
import type { Spending } from './spending.js';

/** Looks made so far under one spending plan; the last is the present one. */
export interface LooksSoFar {
  readonly spending: Spending;
  readonly looks: readonly number[];
  readonly plannedInformation: number;
}

/**
 * Boundary of the present look on the standardised statistic when the whole test has error rate alpha: the multiplier of a
 * repeated confidence interval.
 * @returns null when no error is left to spend at this look
 * @throws when looks do not grow, which the options of the inference exclude
 */
export function repeatedCritical({ spending, looks, plannedInformation }: LooksSoFar, alpha: number, sides: 1 | 2): number | null {
  const state = boundaryOf({ alpha, sides, spending, plannedInformation }, looks);
  if (isRefusal(state)) throw new Error(state.detail);
  return state.looks.at(-1)!.upper;
}

/** No p-value is told apart below this; it is then given as this, which is on the safe side. */
const SMALLEST_P = 1e-300;
const TOLERANCE = 1e-12;
/** One-sided p-values above P(Z > -4) are given as 1: near an alpha of 1 nothing is left to spend after the first look. */
const LOWEST_Z = -4;

/**
 * Repeated p-value: the smallest alpha at which the boundary of the present look is passed.
 * @param z standardised statistic in the direction of the alternative; its absolute value when there are two sides
 * @see Jennison, Turnbull (1984), Controlled Clinical Trials 5; (2000), section 9.2
 */
export function repeatedPValue(plan: LooksSoFar, z: number, sides: 1 | 2): number {
  const excess = (x: number): number => (repeatedCritical(plan, alphaOf(x, sides), sides) ?? Infinity) - z;
  // boundaries are at least as high as the fixed one, so x = z is on the high side
  let high = Math.min(z, normalUpperQuantile(SMALLEST_P / sides));
  let low = sides === 2 ? 1e-9 : LOWEST_Z;
  if (high <= low) return 1;
  let eLow = excess(low);
  if (eLow >= 0) return 1;
  let eHigh = excess(high);
  if (eHigh <= 0) return alphaOf(high, sides);
  for (let k = 0; k < 100 && high - low > TOLERANCE * Math.max(1, high); k++) {
    const falsi = Number.isFinite(eHigh) ? low + ((high - low) * -eLow) / (eHigh - eLow) : NaN;
    const x = k % 3 !== 2 && falsi > low && falsi < high ? falsi : (low + high) / 2;
    const e = excess(x);
    if (e <= 0) { low = x; eLow = e; eHigh /= 2; } else { high = x; eHigh = e; eLow /= 2; }
    if (e === 0) break;
  }
  // the alpha that does reject
  return Math.min(1, alphaOf(low, sides));
}

const alphaOf = (x: number, sides: 1 | 2): number => sides * normalUpperTail(x);
