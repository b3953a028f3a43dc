import { betaLowerTail, betaUpperTail } from '../../numeric/incomplete-beta.js';
import type { Posterior } from '../inference.js';
import { meanOf, varianceOf } from './beta-binomial.js';
import { angles, gradedIntegral, integral, panelsFor, sinSquared, tails, weightedDensity, type BetaPosterior } from './beta-quadrature.js';

/**
 * Posterior of the lift t / c - 1 of two independent proportions, by quadrature.
 * @param c of the control, a above 2, so that the lift has a variance
 */
export function betaLift(c: BetaPosterior, t: BetaPosterior): Posterior {
  const below = (value: number): number => chanceLiftBelow(c, t, value);
  const above = (value: number): number => (value <= -1 ? 1 : chanceLiftBelow(t, c, 1 / (1 + value) - 1));
  const inverse = (c.a + c.b - 1) / (c.a - 1);
  const inverseSquare = (inverse * (c.a + c.b - 2)) / (c.a - 2);
  const square = (meanOf(t) * (t.a + 1)) / (t.a + t.b + 1);
  const mean = meanOf(t) * inverse - 1;
  return {
    mean,
    standardDeviation: Math.sqrt(square * inverseSquare - (mean + 1) ** 2),
    chanceAbove: above,
    chanceBelow: below,
    chanceWithin: (lower, upper) => Math.max(0, mean > 0 ? below(upper) - below(lower) : above(lower) - above(upper)),
    parts() {
      const negative = negativePart(c, t);
      return { positive: Math.max(0, mean + negative), negative };
    },
  };
}

/** Chance that t is at most (1 + lift) c, as an integral over the narrower of the two: the tail of the wider is smooth there. */
function chanceLiftBelow(c: BetaPosterior, t: BetaPosterior, lift: number): number {
  if (lift <= -1) return 0;
  const ratio = 1 + lift;
  return Math.min(1, ratio ** 2 * varianceOf(c) < varianceOf(t) ? overControl(c, t, ratio) : overTreatment(c, t, ratio));
}

/** The integrand has a root-like kink where the treatment's share comes to 1. */
function overControl(c: BetaPosterior, t: BetaPosterior, ratio: number): number {
  const { from, to } = angles(c);
  const f = (angle: number): number => weightedDensity(c, angle) * betaLowerTail(t.a, t.b, Math.min(1, ratio * sinSquared(angle)));
  const kink = ratio > 1 ? Math.asin(Math.sqrt(1 / ratio)) : Infinity;
  if (kink <= from) return 1;
  return kink >= to ? integral({ from, to }, f, panelsFor(c, t)) : gradedIntegral(kink, from, f, panelsFor(c, t)) + tails(c, kink).upper;
}

/** The integrand has a root-like kink where the control's share comes to 1. */
function overTreatment(c: BetaPosterior, t: BetaPosterior, ratio: number): number {
  const { from, to } = angles(t);
  const f = (angle: number): number => weightedDensity(t, angle) * betaUpperTail(c.a, c.b, Math.min(1, sinSquared(angle) / ratio));
  const kink = ratio < 1 ? Math.asin(Math.sqrt(ratio)) : Infinity;
  if (kink <= from) return 0;
  return kink >= to ? integral({ from, to }, f, panelsFor(c, t)) : gradedIntegral(kink, from, f, panelsFor(c, t));
}

/** Mean of (1 - t / c)+, as an integral over the narrower of the two. */
function negativePart(c: BetaPosterior, t: BetaPosterior): number {
  const ratio = meanOf(t) / meanOf(c);
  return Math.max(0, ratio ** 2 * varianceOf(c) < varianceOf(t) ? lossOverControl(c, t) : lossOverTreatment(c, t));
}

/** Of the chance that c is above t less t times the mean of 1 / c there. */
function lossOverTreatment(c: BetaPosterior, t: BetaPosterior): number {
  const inverse = (c.a + c.b - 1) / (c.a - 1);
  return integral(angles(t), (angle) => {
    const x = sinSquared(angle);
    return weightedDensity(t, angle) * (tails(c, angle).upper - x * inverse * betaUpperTail(c.a - 1, c.b, x, Math.cos(angle) ** 2));
  }, panelsFor(c, t));
}

/** Of the chance that t is below c less the mean of t there, in shares of c. */
function lossOverControl(c: BetaPosterior, t: BetaPosterior): number {
  const beyond = { a: t.a + 1, b: t.b };
  return integral(angles(c), (angle) => {
    const x = sinSquared(angle);
    return x <= 0 ? 0 : weightedDensity(c, angle) * (tails(t, angle).lower - (meanOf(t) / x) * betaLowerTail(beyond.a, beyond.b, x, Math.cos(angle) ** 2));
  }, panelsFor(c, t));
}
