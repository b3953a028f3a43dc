import { gaussLegendre } from '../../numeric/gauss-legendre.js';
import { betaDensity, betaLowerTail, betaUpperTail } from '../../numeric/incomplete-beta.js';
import { increasingRoot } from '../../numeric/increasing-root.js';

/** Beta posterior of a proportion. */
export interface BetaPosterior { readonly a: number; readonly b: number }

// On the scale of the angle, p = sin^2(angle), a beta variate has standard deviation 1 / (2 sqrt(a + b)), wherever its mean is,
// and densities of shapes from 1/2 on are bounded.
export interface AngleRange { readonly from: number; readonly to: number }
export const sinSquared = (angle: number): number => Math.sin(angle) ** 2;

/** Beyond this many standard deviations of the angle lies a chance of 1e-16 or less. */
const REACH = 12;

export function angles({ a, b }: BetaPosterior): AngleRange {
  const centre = Math.asin(Math.sqrt(a / (a + b)));
  const spread = REACH / (2 * Math.sqrt(a + b));
  return { from: Math.max(0, centre - spread), to: Math.min(Math.PI / 2, centre + spread) };
}

export const tails = ({ a, b }: BetaPosterior, angle: number): { lower: number; upper: number } => {
  const x = sinSquared(angle);
  const y = Math.cos(angle) ** 2;
  return { lower: betaLowerTail(a, b, x, y), upper: betaUpperTail(a, b, x, y) };
};

/** Density times the Jacobian of the angle. */
export const weightedDensity = ({ a, b }: BetaPosterior, angle: number): number => betaDensity(a, b, sinSquared(angle)) * Math.sin(2 * angle);

const RULE = gaussLegendre(16);
/** Panels of a shape that may be far from normal. */
const MOST_PANELS = 24;
/** Shapes from here on are near enough to normal that a panel may be 4 standard deviations wide: chances are right to 1e-13. */
const NEARLY_NORMAL = 20;
const PANEL_WIDTH = 4;

/** Enough panels over the reach of one of them, which must be the narrower on the scale of what is compared. */
export const panelsFor = (...posteriors: readonly BetaPosterior[]): number =>
  (posteriors.some(({ a, b }) => Math.min(a, b) < NEARLY_NORMAL) ? MOST_PANELS : (2 * REACH) / PANEL_WIDTH);

export function integral({ from, to }: AngleRange, f: (angle: number) => number, panels = MOST_PANELS): number {
  const half = (to - from) / (2 * panels);
  let sum = 0;
  for (let panel = 0; panel < panels; panel++) {
    const middle = from + half * (2 * panel + 1);
    for (let i = 0; i < RULE.nodes.length; i++) sum += RULE.weights[i]! * f(middle + half * RULE.nodes[i]!);
  }
  return half * sum;
}

/**
 * From a kink to an end, with steps that grow as the square: a root at the kink becomes a straight line.
 * @param panels  enough for equal steps; the last of these steps is twice as wide as an equal one
 */
export const gradedIntegral = (kink: number, end: number, f: (angle: number) => number, panels: number): number =>
  integral({ from: 0, to: 1 }, (s) => 2 * s * Math.abs(end - kink) * f(kink + (end - kink) * s * s), Math.min(MOST_PANELS, 2 * panels));

/** The angle at which an increasing chance is reached. */
export const angleWhere = (chance: (angle: number) => number, target: number): number =>
  increasingRoot((angle) => (angle <= 0 ? angle - target : angle >= Math.PI / 2 ? angle : chance(angle) - target), Math.PI / 4, 0.1)!;
