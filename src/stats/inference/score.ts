import type { Effect, Shares } from '../effects/effect.js';
import { increasingRoot } from '../numeric/increasing-root.js';
import type { Alternative, ConfidenceSet } from './inference.js';

const { abs, acos, cos, max, min, sign, sqrt } = Math;

/**
 * Score statistic of "the effect is nullValue" for two shares: the distance over its standard error under that very null.
 *
 * At no effect it is the root of Pearson's chi-square. Test and interval are one: the interval holds what the test does not reject.
 * @see Farrington, Manning (1990), Statistics in Medicine 9(12) (difference); Koopman (1984), Biometrics 40(2) (lift)
 */
export function scoreStatistic(effect: Effect, shares: Shares, nullValue: number): number {
  const distance = effect.estimate - nullValue;
  return distance === 0 ? 0 : distance / standardErrorUnder(effect, shares, nullValue);
}

/**
 * All effects that the score test with this critical value does not reject.
 * @see Mee (1984), Biometrics 40(4); Koopman (1984), Biometrics 40(2); Miettinen, Nurminen (1985), Statistics in Medicine 4(2)
 */
export function scoreSet(effect: Effect, shares: Shares, critical: number, alternative: Alternative): ConfidenceSet {
  return {
    shape: 'interval',
    lower: alternative === 'less' ? null : endOf(effect, shares, critical),
    upper: alternative === 'greater' ? null : endOf(effect, shares, -critical),
  };
}

const MOST_STEPS = 12;
/** Of the root, in units of the effect: changes no digit that is read. */
const TOLERANCE = 1e-13;

/**
 * Where the falling statistic is at the critical value. The standard error moves slowly with the null, and at the estimate it is
 * Wald's: from there and from Wald's end a few steps of inverse quadratic interpolation find it; near a bound, where they do not, it is
 * bracketed. A step is the last when it would be below the tolerance were it only as much smaller again as it is than the one before.
 */
function endOf(effect: Effect, shares: Shares, critical: number): number | null {
  const { estimate, standardError } = effect;
  const highest = effect.quotient ? Infinity : 1;
  // three newest points, by their excess over the root's
  let a = NaN;
  let excessA = NaN;
  let b = estimate;
  let excessB = critical * standardError;
  let value = estimate - critical * standardError;
  for (let step = 0; step < MOST_STEPS && value > -1 && value < highest; step++) {
    const found = value - estimate + critical * standardErrorUnder(effect, shares, value);
    const tolerance = TOLERANCE * (abs(value) + standardError);
    if (abs(found) <= tolerance) return value;
    const slope = (value - b) / (found - excessB);
    const secant = value - found * slope;
    const bend = step === 0 ? 0 : (slope - (b - a) / (excessB - excessA)) / (found - excessA);
    const next = secant + bend * found * excessB;
    if ((next - value) * (next - value) <= tolerance * abs(value - b)) return next;
    [a, excessA, b, excessB, value] = [b, excessB, value, found, next];
  }
  return bracketedEnd(effect, shares, critical, highest);
}

/** Beyond a bound the search is sent back, by a value that is no root. */
const OUTSIDE = 1;

function bracketedEnd(effect: Effect, shares: Shares, critical: number, highest: number): number | null {
  const [from, to] = critical > 0 ? [-1, effect.estimate] : [effect.estimate, highest];
  // a lift of no successes has a standard error of 0
  const reach = max(abs(critical), 1) * (effect.standardError + 1 / effect.n);
  const excess = (value: number): number => {
    if (value <= from) return value - from - OUTSIDE;
    return value >= to ? value - to + OUTSIDE : critical - scoreStatistic(effect, shares, value);
  };
  const root = increasingRoot(excess, effect.estimate - sign(critical) * reach, reach);
  return root === null ? null : max(from, min(to, root));
}

/** Standard error of the effect when it is `value`, at the likeliest shares for which it is. */
function standardErrorUnder({ quotient }: Effect, { control, treatment }: Shares, value: number): number {
  const c = quotient ? controlUnderRatio(control, treatment, 1 + value) : controlUnderDifference(control, treatment, value);
  const ratio = quotient ? 1 + value : 1;
  const t = quotient ? ratio * c : c + value;
  const variance = max(0, t * (1 - t)) / treatment.n + (ratio * ratio * max(0, c * (1 - c))) / control.n;
  return sqrt(variance) / (quotient ? control.share : 1);
}

type Arm = Shares['control'];

/** The likeliest shares for which the effect is `value`: nearest to the observed in relative entropy, each arm weighed by its units. */
export function likeliestShares({ control, treatment }: Shares, value: number, isLift: boolean): { readonly control: number; readonly treatment: number } {
  const c = isLift ? controlUnderRatio(control, treatment, 1 + value) : controlUnderDifference(control, treatment, value);
  return { control: c, treatment: isLift ? min(1, (1 + value) * c) : max(0, min(1, c + value)) };
}

/** A root of a cubic, by its angles. */
function controlUnderDifference(control: Arm, treatment: Arm, difference: number): number {
  const ratio = control.n / treatment.n;
  if (difference === 0) return (treatment.share + ratio * control.share) / (1 + ratio);
  const a = 1 + ratio;
  const b = -(1 + ratio + treatment.share + ratio * control.share + difference * (ratio + 2));
  const c = difference * difference + difference * (2 * treatment.share + ratio + 1) + treatment.share + ratio * control.share;
  const d = -treatment.share * difference * (1 + difference);
  const third = b / (3 * a);
  const v = third * third * third - (b * c) / (6 * a * a) + d / (2 * a);
  const u = (v < 0 ? -1 : 1) * sqrt(max(0, third * third - c / (3 * a)));
  const cosine = u === 0 ? 1 : v / (u * u * u);
  const t = 2 * u * cos((Math.PI + acos(max(-1, min(1, cosine)))) / 3) - third;
  return max(max(0, -difference), min(min(1, 1 - difference), t - difference));
}

/** The smaller root of a quadratic, by the form that does not cancel. */
function controlUnderRatio(control: Arm, treatment: Arm, ratio: number): number {
  const units = control.n + treatment.n;
  const successes = control.share * control.n + treatment.share * treatment.n;
  if (ratio === 1) return successes / units;
  const b = treatment.n * ratio + treatment.share * treatment.n + control.n + control.share * control.n * ratio;
  return (2 * successes) / (b + sqrt(max(0, b * b - 4 * units * ratio * successes)));
}
