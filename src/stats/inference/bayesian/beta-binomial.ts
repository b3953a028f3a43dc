import { z } from 'zod';
import { gaussLegendre } from '../../numeric/gauss-legendre.js';
import { betaDensity, betaLowerTail, betaUpperTail } from '../../numeric/incomplete-beta.js';
import { increasingRoot } from '../../numeric/increasing-root.js';
import { refuse, type Refusal } from '../../refusal.js';

/** Prior of a proportion; the default is Jeffreys'. Shapes below 1/2 put mass on 0 and 1 that no data remove. */
export const betaPriorSchema = z.strictObject({
  successes: z.number().gte(0.5).default(0.5).describe('prior successes'),
  failures: z.number().gte(0.5).default(0.5).describe('prior failures'),
}).meta({ id: 'BetaPrior' });
export type BetaPrior = z.output<typeof betaPriorSchema>;
const JEFFREYS: BetaPrior = { successes: 0.5, failures: 0.5 };

export interface Proportion { readonly successes: number; readonly n: number }
/** Beta posterior of a proportion. */
export interface BetaPosterior { readonly a: number; readonly b: number }

export const betaPosterior = ({ successes, n }: Proportion, prior: BetaPrior = JEFFREYS): BetaPosterior =>
  ({ a: successes + prior.successes, b: n - successes + prior.failures });

/** Equal-tailed credible interval of a proportion. */
export const betaInterval = (posterior: BetaPosterior, alpha: number): { readonly lower: number; readonly upper: number } => ({
  lower: sinSquared(angleWhere((angle) => tails(posterior, angle).lower, alpha / 2)),
  upper: sinSquared(angleWhere((angle) => 1 - tails(posterior, angle).upper, 1 - alpha / 2)),
});

/** What two proportions say of each other; treatment minus control. */
export interface ProportionComparison {
  /** posterior mean of the difference */
  readonly difference: number;
  /** equal-tailed credible interval of the difference */
  readonly lower: number;
  readonly upper: number;
  /** chance that the treatment's proportion is the larger */
  readonly chanceToBeat: number;
  /** mean loss by keeping the control, and by shipping the treatment, as proportions; larger is better */
  readonly expectedLoss: { readonly keepControl: number; readonly shipTreatment: number };
}

/**
 * Two independent proportions with beta priors, by quadrature: no draws, so no seed.
 * @param alpha of the credible interval
 */
export function compareProportions(control: Proportion, treatment: Proportion, alpha: number, prior: BetaPrior = JEFFREYS): ProportionComparison | Refusal {
  for (const { successes, n } of [control, treatment]) {
    if (!(n >= 1) || !(successes >= 0) || successes > n) return refuse('too_few_units', `beta-binomial needs at least 1 unit in each arm and successes among them; got ${successes} of ${n}`, 'Collect units in both arms first.');
  }
  const c = betaPosterior(control, prior);
  const t = betaPosterior(treatment, prior);
  const atDifference = (chance: number): number => increasingRoot((d) => (Math.abs(d) >= 1 ? d : chanceBelow(c, t, d) - chance), 0, 0.01)!;
  return {
    difference: meanOf(t) - meanOf(c),
    lower: atDifference(alpha / 2),
    upper: atDifference(1 - alpha / 2),
    chanceToBeat: Math.min(1, integral(angles(t), (angle) => weightedDensity(t, angle) * tails(c, angle).lower)),
    expectedLoss: lossOf(c, t),
  };
}

/** Chance that treatment minus control is at most d. Its integrand has a root-like kink where one of the two is 0 or 1. */
function chanceBelow(c: BetaPosterior, t: BetaPosterior, d: number): number {
  const { from, to } = angles(t);
  const f = (angle: number): number => weightedDensity(t, angle) * betaUpperTail(c.a, c.b, Math.min(1, Math.max(0, sinSquared(angle) - d)));
  const kink = Math.asin(Math.sqrt(d > 0 ? d : 1 + d));
  if (d > 0 && kink >= to) return 1;
  if (d < 0 && kink <= from) return 0;
  if (kink <= from || kink >= to) return integral({ from, to }, f);
  return d > 0 ? tails(t, kink).lower + gradedIntegral(kink, to, f) : gradedIntegral(kink, from, f);
}

const meanOf = ({ a, b }: BetaPosterior): number => a / (a + b);

/** The smaller loss by quadrature over what the two have in common; the larger is it plus the difference of the means. */
function lossOf(c: BetaPosterior, t: BetaPosterior): ProportionComparison['expectedLoss'] {
  const gain = meanOf(t) - meanOf(c);
  const [worse, better] = gain >= 0 ? [c, t] : [t, c];
  const from = Math.max(angles(c).from, angles(t).from);
  const to = Math.min(angles(c).to, angles(t).to);
  const smaller = to > from ? integral({ from, to }, (angle) => Math.sin(2 * angle) * tails(better, angle).lower * tails(worse, angle).upper) : 0;
  const larger = smaller + Math.abs(gain);
  return gain >= 0 ? { keepControl: larger, shipTreatment: smaller } : { keepControl: smaller, shipTreatment: larger };
}

// On the scale of the angle, p = sin^2(angle), a beta variate has standard deviation 1 / (2 sqrt(a + b)), wherever its mean is,
// and densities of shapes from 1/2 on are bounded.
interface AngleRange { readonly from: number; readonly to: number }
const sinSquared = (angle: number): number => Math.sin(angle) ** 2;

/** Beyond this many standard deviations of the angle lies a chance of 1e-16 or less. */
const REACH = 12;

function angles({ a, b }: BetaPosterior): AngleRange {
  const centre = Math.asin(Math.sqrt(a / (a + b)));
  const spread = REACH / (2 * Math.sqrt(a + b));
  return { from: Math.max(0, centre - spread), to: Math.min(Math.PI / 2, centre + spread) };
}

const tails = ({ a, b }: BetaPosterior, angle: number): { lower: number; upper: number } => {
  const x = sinSquared(angle);
  const y = Math.cos(angle) ** 2;
  return { lower: betaLowerTail(a, b, x, y), upper: betaUpperTail(a, b, x, y) };
};

/** Density times the Jacobian of the angle. */
const weightedDensity = ({ a, b }: BetaPosterior, angle: number): number => betaDensity(a, b, sinSquared(angle)) * Math.sin(2 * angle);

const RULE = gaussLegendre(16);
const PANELS = 24;

function integral({ from, to }: AngleRange, f: (angle: number) => number): number {
  const half = (to - from) / (2 * PANELS);
  let sum = 0;
  for (let panel = 0; panel < PANELS; panel++) {
    const middle = from + half * (2 * panel + 1);
    for (let i = 0; i < RULE.nodes.length; i++) sum += RULE.weights[i]! * f(middle + half * RULE.nodes[i]!);
  }
  return half * sum;
}

/** From a kink to an end, with steps that grow as the square: a root at the kink becomes a straight line. */
const gradedIntegral = (kink: number, end: number, f: (angle: number) => number): number =>
  integral({ from: 0, to: 1 }, (s) => 2 * s * Math.abs(end - kink) * f(kink + (end - kink) * s * s));

/** The angle at which an increasing chance is reached. */
const angleWhere = (chance: (angle: number) => number, target: number): number =>
  increasingRoot((angle) => (angle <= 0 ? angle - target : angle >= Math.PI / 2 ? angle : chance(angle) - target), Math.PI / 4, 0.1)!;
