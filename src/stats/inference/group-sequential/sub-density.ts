import { gaussLegendre } from '../../numeric/gauss-legendre.js';
import { normalDensity, normalUpperQuantile, normalUpperTail } from '../../numeric/normal.js';

/**
 * Score statistic at one look on the paths that went on past all earlier looks, as a finite mixture of normals. Plain JSON.
 *
 * The score after information t is a Brownian motion with drift: mean `drift` t, variance t. Standardised: score / sqrt(t).
 */
export interface SubDensity {
  readonly information: number;
  readonly drift: number;
  /** ascending, shape (J) */
  readonly means: readonly number[];
  /** chance times quadrature weight, shape (J); their sum is the chance to come to this look */
  readonly masses: readonly number[];
  /** common to all components: root of the information gained since the look before */
  readonly deviation: number;
}

// Taken once: a look-up of the global in every term costs more than the term in sandboxed realms.
const { abs, ceil, log, max, min, sqrt } = Math;

const RULE = gaussLegendre(12);
/** Width of a panel in standard deviations of the finer of two steps: with 12 points each, chances are right to 1e-12. */
const PANEL_WIDTH = 4;
/** Normal tails beyond this many standard deviations underflow. */
const UNDERFLOW = 38.5;
/** Share of a sum below which a term, and all that follow, cannot change it. */
const LOST = 1e-18;
/** Standard deviations from the likeliest origin of a path beyond which origins are left out: e^-40 of the whole. */
const ORIGINS = 9;

export const firstLook = (information: number, drift = 0): SubDensity =>
  ({ information, drift, means: [drift * information], masses: [1], deviation: sqrt(information) });

/** Chance to come to this look and have a score above x. Terms rise, then fall for good: masses and tails are log-concave. */
export function upperTail({ means, masses, deviation }: SubDensity, x: number): number {
  let sum = 0;
  for (let j = means.length - 1; j >= 0; j--) {
    const term = masses[j]! * normalUpperTail((x - means[j]!) / deviation);
    sum += term;
    if (term < LOST * sum && means[j]! < x) break;
  }
  return sum;
}

/** Chance to come to this look and have a score below x. */
export const lowerTail = (density: SubDensity, x: number): number => upperTail(mirrored(density), -x);

/** The same for the score with its sign changed. */
export const mirrored = (density: SubDensity): SubDensity => ({
  ...density,
  drift: -density.drift,
  means: density.means.map((mean) => -mean).reverse(),
  masses: [...density.masses].reverse(),
});

/** Density of the score at x on the paths that come to this look. */
export function densityAt({ information, drift, means, masses, deviation }: SubDensity, x: number): number {
  const before = information - deviation * deviation;
  const end = drift * information;
  // a bridge back from x, kept to where paths went on
  const likeliest = min(means[means.length - 1]!, max(means[0]!, end + ((x - end) * before) / information));
  const reach = ORIGINS * deviation;
  const last = likeliest + reach;
  let sum = 0;
  for (let j = firstAbove(means, likeliest - reach); j < means.length && means[j]! <= last; j++) {
    sum += masses[j]! * normalDensity((x - means[j]!) / deviation);
  }
  return sum / deviation;
}

function firstAbove(ascending: readonly number[], bound: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The next look: the paths with a score between `lower` and `upper` at this one gain more information.
 * @param lower  score; -Infinity: no stop below
 * @param upper  score; Infinity: no stop above
 * @param reach  standard deviations from the mean beyond which paths are left out
 * @see Armitage, McPherson, Rowe (1969), JRSS A 132; Jennison, Turnbull (2000), chapter 19
 */
export function advance(density: SubDensity, lower: number, upper: number, nextInformation: number, reach: number): SubDensity {
  const { information, drift } = density;
  const gained = nextInformation - information;
  const deviation = sqrt(gained);
  const spread = reach * sqrt(information);
  const low = max(lower, drift * information - spread);
  const high = min(upper, drift * information + spread);
  const means: number[] = [];
  const masses: number[] = [];
  if (high > low && density.means.length > 0) {
    const panels = ceil((high - low) / (PANEL_WIDTH * min(density.deviation, deviation)));
    const isSymmetric = drift === 0 && low === -high && density.means[0] === -density.means.at(-1)!;
    const half = (high - low) / (2 * panels);
    for (let panel = 0; panel < panels; panel++) {
      // the rule's nodes run downwards
      for (let i = RULE.nodes.length - 1; i >= 0; i--) {
        const x = low + half * (2 * panel + 1 + RULE.nodes[i]!);
        means.push(x + drift * gained);
        const twin = isSymmetric ? panels * RULE.nodes.length - means.length : Infinity;
        masses.push(twin < masses.length ? masses[twin]! : half * RULE.weights[i]! * densityAt(density, x));
      }
    }
  }
  return { information: nextInformation, drift, means, masses, deviation };
}

/** Newton steps on a concave function need about six; bisection, where tails underflow, sixty. */
const MOST_STEPS = 200;
const QUANTILE_TOLERANCE = 1e-13;

/**
 * The score above which a chance of `target` lies; Infinity for a target of 0, -Infinity where even the whole has less.
 *
 * The density is log-concave (a normal, cut to an interval, plus a normal, and so on), so is its tail, and Newton on the log
 * of the tail converges from the right; bisection takes over where the tail underflows.
 */
export function upperQuantile(density: SubDensity, target: number): number {
  if (target <= 0) return Infinity;
  const { information, drift, means, deviation } = density;
  if (means.length === 0) return -Infinity;
  let low = means[0]! - UNDERFLOW * deviation;
  let high = means[means.length - 1]! + UNDERFLOW * deviation;
  if (upperTail(density, low) <= target) return -Infinity;
  let x = min(high, drift * information + normalUpperQuantile(target) * sqrt(information));
  for (let step = 0; step < MOST_STEPS; step++) {
    const tail = upperTail(density, x);
    if (tail >= target) low = x;
    else high = x;
    const newton = x + (log(tail / target) * tail) / densityAt(density, x);
    const next = newton >= low && newton <= high ? newton : (low + high) / 2;
    const isDone = abs(next - x) <= QUANTILE_TOLERANCE * (deviation + abs(x));
    x = next;
    if (isDone) break;
  }
  return x;
}
