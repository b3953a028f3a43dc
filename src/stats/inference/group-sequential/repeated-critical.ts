import { normalUpperTail } from '../../numeric/normal.js';
import { isRefusal, type Refusal } from '../../refusal.js';
import { addLook, beginBoundary, type BoundaryDesign, type BoundaryState } from './boundary.js';
import { criticalCurve, type CriticalCurve } from './critical-curve.js';
import type { Spending } from './spending.js';

/** Looks made so far under one spending plan; the last is the present one. */
export interface LooksSoFar {
  readonly spending: Spending;
  readonly looks: readonly number[];
  readonly plannedInformation: number;
  /** one-sided tests only: bounds of the looks at which the test must stop; see `BoundaryDesign` */
  readonly stopsBelow?: readonly (number | null)[];
}

/**
 * Boundary of the present look on the standardised statistic when the whole test has error rate alpha: the multiplier of a
 * repeated confidence interval.
 * @returns null when no error is left to spend at this look
 * @throws when looks do not grow, which the options of the inference exclude
 */
export function repeatedCritical({ spending, looks, plannedInformation, stopsBelow }: LooksSoFar, alpha: number, sides: 1 | 2): number | null {
  const state = walk({ alpha, sides, spending, plannedInformation, ...(stopsBelow && { stopsBelow }) }, looks);
  if (isRefusal(state)) throw new Error(state.detail);
  return state.looks.at(-1)!.upper;
}

/** The boundaries that were walked last: the looks of a timeline extend each other, and each is then one step. */
let walked: readonly BoundaryState[] = [];
/** One that rejects and one that gives up. */
const MOST_WALKED = 2;

/** As `boundaryOf`, from where the same design was left when the looks go on from there. */
export function walk(design: BoundaryDesign, looks: readonly number[]): BoundaryState | Refusal {
  const begun = walked.find((state) => isPrefix(state, design, looks));
  let state = begun ? { ...begun, design } : beginBoundary(design);
  for (const information of looks.slice(state.looks.length)) {
    const next = addLook(state, information);
    if (isRefusal(next)) return next;
    state = next;
  }
  walked = [state, ...walked.filter((other) => other !== begun)].slice(0, MOST_WALKED);
  return state;
}

const isPrefix = ({ design: walkedDesign, looks: walkedLooks }: BoundaryState, design: BoundaryDesign, looks: readonly number[]): boolean =>
  walkedDesign.alpha === design.alpha && walkedLooks.length <= looks.length && walkedLooks.every(({ information }, i) => information === looks[i])
  && identityOf(walkedDesign, walkedLooks.length) === identityOf(design, walkedLooks.length);

const identityOf = ({ stopsBelow, ...design }: BoundaryDesign, looks: number): string => JSON.stringify([design, stopsBelow?.slice(0, looks) ?? null]);

/** One-sided p-values above P(Z > -4) are given as 1: near an alpha of 1 nothing is left to spend after the first look. */
const LOWEST_ONE_SIDED = -4;

export const repeatedCurve = (plan: LooksSoFar, sides: 1 | 2): CriticalCurve =>
  criticalCurve((x) => repeatedCritical(plan, alphaOf(x, sides), sides) ?? Infinity, sides === 2 ? 0 : LOWEST_ONE_SIDED);

/**
 * Repeated p-value: the smallest alpha at which the boundary of the present look is passed. Not below 1e-300, nor below what the
 * spending function can tell from 0 at this look.
 * @param z standardised statistic in the direction of the alternative; its absolute value when there are two sides
 * @see Jennison, Turnbull (1984), Controlled Clinical Trials 5; (2000), section 9.2
 */
export function repeatedPValue(curve: CriticalCurve, z: number, sides: 1 | 2): number {
  const x = curve.levelAt(z);
  return x === null ? 1 : Math.min(1, alphaOf(x, sides));
}

const alphaOf = (x: number, sides: 1 | 2): number => sides * normalUpperTail(x);
