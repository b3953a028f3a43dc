import { z } from 'zod';
import { betaUpperTail } from '../../numeric/incomplete-beta.js';
import { increasingRoot } from '../../numeric/increasing-root.js';
import { refuse, type Refusal } from '../../refusal.js';
import type { Posterior } from '../inference.js';
import { angles, angleWhere, gradedIntegral, integral, panelsFor, sinSquared, tails, weightedDensity, type BetaPosterior } from './beta-quadrature.js';

/** Prior of a proportion; the default is Jeffreys'. Shapes below 1/2 put mass on 0 and 1 that no data remove. */
const LEAST_PRIOR = 'a Beta prior needs at least half a success and half a failure (Jeffreys), or shares of 0 and 1 would be certain';
export const betaPriorSchema = z.strictObject({
  successes: z.number().gte(0.5, LEAST_PRIOR).default(0.5).describe('prior successes'),
  failures: z.number().gte(0.5, LEAST_PRIOR).default(0.5).describe('prior failures'),
}).meta({ id: 'BetaPrior' });
export type BetaPrior = z.output<typeof betaPriorSchema>;
const JEFFREYS: BetaPrior = { successes: 0.5, failures: 0.5 };

export interface Proportion { readonly successes: number; readonly n: number }
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
  const posterior = betaDifference(c, t);
  const atDifference = (chance: number): number => increasingRoot((d) => (Math.abs(d) >= 1 ? d : posterior.chanceBelow(d) - chance), 0, 0.01)!;
  const { positive, negative } = posterior.parts();
  return {
    difference: posterior.mean,
    lower: atDifference(alpha / 2),
    upper: atDifference(1 - alpha / 2),
    chanceToBeat: Math.min(1, posterior.chanceAbove(0)),
    expectedLoss: { keepControl: positive, shipTreatment: negative },
  };
}

/** Posterior of the difference of two independent proportions, treatment minus control. */
export function betaDifference(c: BetaPosterior, t: BetaPosterior): Posterior {
  const below = (value: number): number => (Math.abs(value) >= 1 ? Number(value > 0) : chanceBelow(c, t, value));
  const above = (value: number): number => (Math.abs(value) >= 1 ? Number(value < 0) : chanceBelow(t, c, -value));
  const mean = meanOf(t) - meanOf(c);
  return {
    mean,
    standardDeviation: Math.sqrt(varianceOf(c) + varianceOf(t)),
    chanceAbove: above,
    chanceBelow: below,
    chanceWithin: (lower, upper) => Math.max(0, mean > 0 ? below(upper) - below(lower) : above(lower) - above(upper)),
    parts() {
      const { keepControl, shipTreatment } = lossOf(c, t);
      return { positive: keepControl, negative: shipTreatment };
    },
  };
}

/** Chance that treatment minus control is at most d, as an integral over the narrower of the two: the tail of the wider is smooth there. */
const chanceBelow = (c: BetaPosterior, t: BetaPosterior, d: number): number =>
  (varianceOf(c) < varianceOf(t) ? overTreatment(failuresOf(t), failuresOf(c), d) : overTreatment(c, t, d));
const failuresOf = ({ a, b }: BetaPosterior): BetaPosterior => ({ a: b, b: a });

/** The integrand has a root-like kink where one of the two is 0 or 1. */
function overTreatment(c: BetaPosterior, t: BetaPosterior, d: number): number {
  const { from, to } = angles(t);
  const f = (angle: number): number => weightedDensity(t, angle) * betaUpperTail(c.a, c.b, Math.min(1, Math.max(0, sinSquared(angle) - d)));
  const kink = Math.asin(Math.sqrt(d > 0 ? d : 1 + d));
  if (d > 0 && kink >= to) return 1;
  if (d < 0 && kink <= from) return 0;
  if (kink <= from || kink >= to) return integral({ from, to }, f, panelsFor(c, t));
  return d > 0 ? tails(t, kink).lower + gradedIntegral(kink, to, f, panelsFor(c, t)) : gradedIntegral(kink, from, f, panelsFor(c, t));
}

export const meanOf = ({ a, b }: BetaPosterior): number => a / (a + b);
export const varianceOf = ({ a, b }: BetaPosterior): number => (a * b) / ((a + b) ** 2 * (a + b + 1));

/** The smaller loss by quadrature where the worse may be above the better, apart where each has its mass; the larger is it plus the difference of the means. */
function lossOf(c: BetaPosterior, t: BetaPosterior): ProportionComparison['expectedLoss'] {
  const gain = meanOf(t) - meanOf(c);
  const [worse, better] = gain >= 0 ? [c, t] : [t, c];
  const [from, to] = [angles(better).from, angles(worse).to];
  const ends = [from, angles(better).to, angles(worse).from, to].filter((angle) => angle >= from && angle <= to).sort((a, b) => a - b);
  const smaller = ends.slice(1).reduce((sum, end, i) => sum + (end > ends[i]! ? integral({ from: ends[i]!, to: end }, (angle) => Math.sin(2 * angle) * tails(better, angle).lower * tails(worse, angle).upper) : 0), 0);
  const larger = smaller + Math.abs(gain);
  return gain >= 0 ? { keepControl: larger, shipTreatment: smaller } : { keepControl: smaller, shipTreatment: larger };
}
