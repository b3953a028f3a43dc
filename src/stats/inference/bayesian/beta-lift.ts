import { betaLowerTail, betaUpperTail } from '../../numeric/incomplete-beta.js';
import type { Posterior } from '../inference.js';
import { meanOf } from './beta-binomial.js';
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

/** Chance that t is at most (1 + lift) c. Its integrand has a root-like kink where the other share comes to 1. */
function chanceLiftBelow(c: BetaPosterior, t: BetaPosterior, lift: number): number {
  if (lift <= -1) return 0;
  const ratio = 1 + lift;
  const { from, to } = angles(t);
  const f = (angle: number): number => weightedDensity(t, angle) * betaUpperTail(c.a, c.b, Math.min(1, sinSquared(angle) / ratio));
  if (ratio >= 1) return Math.min(1, integral({ from, to }, f, panelsFor(c, t)));
  const kink = Math.asin(Math.sqrt(ratio));
  if (kink <= from) return 0;
  return Math.min(1, kink >= to ? integral({ from, to }, f, panelsFor(c, t)) : gradedIntegral(kink, from, f));
}

/** Mean of (1 - t / c)+: over c, of the chance that t is below it less the mean of t there, in shares of c. */
function negativePart(c: BetaPosterior, t: BetaPosterior): number {
  const beyond = { a: t.a + 1, b: t.b };
  const value = integral(angles(c), (angle) => {
    const x = sinSquared(angle);
    return x <= 0 ? 0 : weightedDensity(c, angle) * (tails(t, angle).lower - (meanOf(t) / x) * betaLowerTail(beyond.a, beyond.b, x, Math.cos(angle) ** 2));
  }, panelsFor(c, t));
  return Math.max(0, value);
}
