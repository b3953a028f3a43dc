import { refuse, type Refusal } from '../refusal.js';
import type { Effect, Quotient, Shares } from './effect.js';
import { TOLD_FROM_ZERO } from './told-from-zero.js';

/** Two arm values with their joint covariance, and what a difference of them already knows. */
export interface LiftInput {
  readonly control: number;
  readonly treatment: number;
  readonly controlVariance: number;
  readonly treatmentVariance: number;
  readonly covariance: number;
  readonly degreesOfFreedom: number | null;
  readonly n: number;
  /** where both values are shares of units */
  readonly shares?: Shares;
}

/** Square of the distance at which control and treatment together must be told from zero. */
const SQUARE = TOLD_FROM_ZERO ** 2;

/**
 * Lift: (treatment - control) / |control|, a fraction, with the delta method's standard error.
 *
 * The quotient is kept, so that inference can invert the test (Fieller). Divides by |control|, so that a rise of a
 * negative metric is positive. Refuses when a Fieller set of 95 % would be the whole line: control and treatment are
 * then both indistinguishable from zero.
 */
export function liftEffect(input: LiftInput): Effect | Refusal {
  const { control, treatment, controlVariance, treatmentVariance, covariance } = input;
  if (control === 0 || saysNothing(input)) {
    return refuse('denominator_near_zero', `lift needs a control value that can be told from zero; it is ${control} with standard error ${Math.sqrt(controlVariance)}`, 'Read the difference instead of the lift.');
  }
  const base = Math.abs(control);
  const ratio = treatment / control;
  const variance = treatmentVariance - 2 * ratio * covariance + ratio * ratio * controlVariance;
  const standardError = Math.sqrt(Math.max(0, variance)) / base;
  const estimate = (treatment - control) / base;
  if (!isUsable(estimate) || !isUsable(standardError)) return notFinite('lift');
  const quotient: Quotient = { numerator: treatment, denominator: control, numeratorVariance: treatmentVariance, denominatorVariance: controlVariance, covariance };
  const { degreesOfFreedom, n, shares } = input;
  return shares === undefined ? { estimate, standardError, degreesOfFreedom, n, quotient } : { estimate, standardError, degreesOfFreedom, n, quotient, shares };
}

/** True where every ratio of the two values is compatible with the data. */
function saysNothing({ control, treatment, controlVariance, treatmentVariance, covariance }: LiftInput): boolean {
  const a = control * control - SQUARE * controlVariance;
  if (a > 0) return false;
  const b = treatment * control - SQUARE * covariance;
  const c = treatment * treatment - SQUARE * treatmentVariance;
  return b * b - a * c <= 0;
}

/** Inference squares what it reads: beyond this, squares leave the range of doubles. */
export const LARGEST = 1e140;
export const isUsable = (value: number): boolean => Math.abs(value) < LARGEST;

export const notFinite = (what: string): Refusal =>
  refuse('not_finite', `${what} is not a number below ${LARGEST} for these data`, 'Look for values that are NaN, infinite or too large for a double.');
