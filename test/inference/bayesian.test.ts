import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { contrasts } from '../../src/stats/effects/contrast.js';
import type { Contrast } from '../../src/stats/effects/effect.js';
import { meanOutcome } from '../../src/stats/effects/outcome.js';
import { bayesianNormal } from '../../src/stats/inference/bayesian-normal.js';
import { proportionContrast } from '../../src/stats/effects/proportions.js';
import { betaBinomial } from '../../src/stats/inference/beta-binomial.js';
import { betaDifference, betaInterval, betaPosterior, compareProportions } from '../../src/stats/inference/bayesian/beta-binomial.js';
import { betaLift } from '../../src/stats/inference/bayesian/beta-lift.js';
import type { BetaPosterior } from '../../src/stats/inference/bayesian/beta-quadrature.js';
import { betaDensity } from '../../src/stats/numeric/incomplete-beta.js';
import { empiricalPrior } from '../../src/stats/inference/bayesian/empirical-prior.js';
import { chanceAbove, expectedLoss, regionChances } from '../../src/stats/inference/bayesian/normal-posterior.js';
import { fixed } from '../../src/stats/inference/fixed.js';
import { stream } from '../../src/stats/numeric/random.js';
import { isRefusal, type Refusal } from '../../src/stats/refusal.js';
import { standardEffect, threeErrors } from './paths.js';

const answered = <T>(value: T | Refusal): T => {
  if (isRefusal(value)) throw new Error(value.detail);
  return value;
};
/** 2000 and 1900 units, a lift of 5 % on 10 dollars; `unit` is how many of the currency's units a dollar is. */
const contrastIn = (unit: number): Contrast => {
  const arm = (n: number, mean: number) => ({ n, columns: ['y'], mean: [mean * unit], scatter: [[(n - 1) * (40 * unit) ** 2]] });
  return answered(contrasts(arm(2000, 10), [arm(1900, 10.5)], 1, meanOutcome)[0]!);
};
const normalPrior = (fields: object) => bayesianNormal.options.parse({ prior: { kind: 'normal', standardDeviation: 0.1, ...fields } });

/** Chance of a step of the grid at its densest: its width of 16 / 400 standard deviations times 0.4. */
const GRID_STEP = 0.4 * (16 / 400);
/** Midpoints over 8 standard deviations to both sides, with the chance of each. */
function plainGrid({ a, b }: BetaPosterior): { readonly x: number; readonly weight: number }[] {
  const mean = a / (a + b);
  const deviation = Math.sqrt((mean * (1 - mean)) / (a + b + 1));
  const step = (16 / 400) * deviation;
  return Array.from({ length: 400 }, (_, i) => mean + (i + 0.5 - 200) * step).map((x) => ({ x, weight: step * betaDensity(a, b, x) }));
}

const shapeOf = ({ mean, standardDeviation }: { readonly mean: number; readonly standardDeviation: number }) => ({ mean, standardDeviation });

describe('Bayesian inference on an effect', () => {
  it('a prior on the lift gives the same posterior lift, chance and loss in dollars and in cents, and the difference times a hundred', () => {
    const options = normalPrior({ mean: 0.01, standardDeviation: 0.05 });
    const [dollars, cents] = [contrastIn(1), contrastIn(100)];
    const [a, b] = [bayesianNormal.posterior!(answered(dollars.lift), options), bayesianNormal.posterior!(answered(cents.lift), options)];
    expect(b.mean).toBeCloseTo(a.mean, 13);
    expect(chanceAbove(b)).toBeCloseTo(chanceAbove(a), 13);
    expect(expectedLoss(b).shipTreatment).toBeCloseTo(expectedLoss(a).shipTreatment, 13);
    const [c, d] = [bayesianNormal.posterior!(answered(dollars.difference), options), bayesianNormal.posterior!(answered(cents.difference), options)];
    expect(d.mean / 100).toBeCloseTo(c.mean, 12);
    expect(d.standardDeviation / 100).toBeCloseTo(c.standardDeviation, 12);
  });

  it('a prior in units of the metric is divided by the control value for a lift', () => {
    const { lift, difference } = contrastIn(1);
    const metric = bayesianNormal.posterior!(answered(lift), normalPrior({ mean: 1, standardDeviation: 1, unit: 'metric' }));
    expect(metric).toMatchObject(shapeOf(bayesianNormal.posterior!(answered(lift), normalPrior({ mean: 0.1, standardDeviation: 0.1 }))));
    expect(bayesianNormal.posterior!(answered(difference), normalPrior({ mean: 0.1, standardDeviation: 0.1 })))
      .toMatchObject(shapeOf(bayesianNormal.posterior!(answered(difference), normalPrior({ mean: 1, standardDeviation: 1, unit: 'metric' }))));
  });

  it('refuses a lift prior for a difference that does not know its control value, and a prior without scale', () => {
    const effect = standardEffect(1, 100);
    expect(bayesianNormal.refusal!(effect, normalPrior({}))).toMatchObject({ status: 'refused', reason: 'unsupported_combination' });
    expect(bayesianNormal.interval(effect, 0.05, 'two_sided', normalPrior({})).shape).toBe('line');
    expect(bayesianNormal.refusal!(effect, normalPrior({ unit: 'metric' }))).toBeNull();
    for (const scale of [{}, { standardDeviation: 0 }]) expect(bayesianNormal.options.safeParse({ prior: { kind: 'normal', ...scale } }).success).toBe(false);
  });

  it('the flat prior is the fixed normal test', () => {
    const options = bayesianNormal.options.parse({ prior: { kind: 'flat' } });
    for (const alternative of ['two_sided', 'greater', 'less'] as const) {
      expect(bayesianNormal.pValue(standardEffect(1.3, 50), 0.2, alternative, options)).toBeCloseTo(fixed.pValue(standardEffect(1.3, 50), 0.2, alternative, {}), 14);
    }
  });

  it('the p-value is at most alpha exactly when the credible interval leaves out the null', () => {
    const cases = fc.record({ z: fc.double({ min: -9, max: 9, noNaN: true }), sd: fc.double({ min: 0.01, max: 100, noNaN: true }), alternative: fc.constantFrom('two_sided' as const, 'greater' as const, 'less' as const) });
    fc.assert(fc.property(cases, ({ z, sd, alternative }) => {
      const options = normalPrior({ standardDeviation: sd, unit: 'metric', mean: 0.3 });
      const p = bayesianNormal.pValue(standardEffect(z, 10), 0, alternative, options);
      const { lower, upper } = bayesianNormal.interval(standardEffect(z, 10), 0.1, alternative, options);
      if (Math.abs(p - 0.1) > 1e-12) expect(p <= 0.1).toBe((lower !== null && lower > 0) || (upper !== null && upper < 0));
    }), { seed: 1, numRuns: 500 });
  });

  it('credible intervals of 90 % cover 90 % of effects drawn from the prior, and chances are calibrated', () => {
    const options = normalPrior({ mean: 0.5, standardDeviation: 2, unit: 'metric' });
    const replications = 20_000;
    let covered = 0;
    let promised = 0;
    let positive = 0;
    let regret = 0;
    for (let i = 0; i < replications; i++) {
      const random = stream(31, i);
      const truth = 0.5 + 2 * random.normal();
      const effect = standardEffect(truth + random.normal(), 100);
      const { lower, upper } = bayesianNormal.interval(effect, 0.1, 'two_sided', options);
      if (lower! <= truth && truth <= upper!) covered++;
      const posterior = bayesianNormal.posterior!(effect, options);
      promised += chanceAbove(posterior);
      positive += Number(truth > 0);
      regret += expectedLoss(posterior).shipTreatment - Math.max(0, -truth);
    }
    expect(Math.abs(covered / replications - 0.9)).toBeLessThan(threeErrors(0.9, replications));
    expect(Math.abs(promised - positive) / replications).toBeLessThan(0.01);
    expect(Math.abs(regret) / replications).toBeLessThan(0.02);
  });

  it('expected losses differ by the mean, and keep their digits far out', () => {
    const { keepControl, shipTreatment } = expectedLoss({ mean: 0.3, standardDeviation: 0.2 });
    expect(keepControl - shipTreatment).toBeCloseTo(0.3, 15);
    // density(z) - z tail(z) = density(z) / z^2 (1 - 3 / z^2 + 15 / z^4 - 105 / z^6 + ...), by its asymptotic series at z = 30
    let term = Math.exp(-450) / Math.sqrt(2 * Math.PI) / 900;
    let sum = 0;
    for (let k = 3; k < 30; k += 2) [sum, term] = [sum + term, (-term * k) / 900];
    expect(expectedLoss({ mean: 30, standardDeviation: 1 }).shipTreatment / sum).toBeCloseTo(1, 11);
    expect(expectedLoss({ mean: 1, standardDeviation: 1e-9 })).toEqual({ keepControl: 1, shipTreatment: 0 });
  });

  it('chances of a region of practical equivalence add up to 1, and a narrow region far out keeps its digits', () => {
    const { below, within, above } = regionChances({ mean: 0.01, standardDeviation: 0.02 }, -0.01, 0.01);
    expect(below + within + above).toBeCloseTo(1, 14);
    expect(within).toBeCloseTo(0.3413447460685429, 14);
    const far = regionChances({ mean: -10, standardDeviation: 1 }, 0, 1);
    expect(far.within / (chanceAbove({ mean: -10, standardDeviation: 1 }) - chanceAbove({ mean: -10, standardDeviation: 1 }, 1))).toBeCloseTo(1, 12);
  });
});

describe('beta-binomial', () => {
  const counts = fc.record({ n: fc.integer({ min: 1, max: 20_000 }), share: fc.double({ min: 0, max: 1, noNaN: true }) });
  it('swapping arms mirrors the comparison', () => {
    fc.assert(fc.property(counts, counts, (x, y) => {
      const [a, b] = [x, y].map(({ n, share }) => ({ n, successes: Math.round(n * share) })) as [{ n: number; successes: number }, { n: number; successes: number }];
      const there = answered(compareProportions(a, b, 0.1));
      const back = answered(compareProportions(b, a, 0.1));
      expect(there.chanceToBeat + back.chanceToBeat).toBeCloseTo(1, 8);
      expect(there.lower).toBeCloseTo(-back.upper, 6);
      expect(there.expectedLoss.keepControl).toBeCloseTo(back.expectedLoss.shipTreatment, 9);
    }), { seed: 4, numRuns: 15 });
  });

  it('agrees with 200,000 draws', () => {
    const [control, treatment] = [{ successes: 42, n: 104 }, { successes: 500, n: 1009 }];
    const compared = answered(compareProportions(control, treatment, 0.05));
    const random = stream(32);
    const draws = Array.from({ length: 200_000 }, () => random.beta(500.5, 509.5) - random.beta(42.5, 62.5)).sort((a, b) => a - b);
    expect(Math.abs(draws.filter((d) => d > 0).length / draws.length - compared.chanceToBeat)).toBeLessThan(0.0013);
    expect(Math.abs(draws[5000]! - compared.lower)).toBeLessThan(0.002);
    expect(Math.abs(draws[195_000]! - compared.upper)).toBeLessThan(0.002);
    expect(Math.abs(draws.reduce((sum, d) => sum + Math.max(0, -d), 0) / draws.length - compared.expectedLoss.shipTreatment)).toBeLessThan(2e-5);
  });

  it('answers with no success, all successes, and millions of units', () => {
    for (const [control, treatment] of [[{ successes: 0, n: 50 }, { successes: 50, n: 50 }], [{ successes: 0, n: 3 }, { successes: 0, n: 3 }], [{ successes: 500_000, n: 5_000_000 }, { successes: 501_000, n: 5_000_000 }]] as const) {
      const { chanceToBeat, lower, upper, expectedLoss: loss } = answered(compareProportions(control, treatment, 0.05));
      for (const value of [chanceToBeat, lower, upper, loss.keepControl, loss.shipTreatment]) expect(Number.isFinite(value)).toBe(true);
      expect(lower).toBeLessThan(upper);
    }
    // normal limit: z = 0.0002 / sqrt(2 x 0.09 / 5e6) = 1.0541
    expect(answered(compareProportions({ successes: 500_000, n: 5_000_000 }, { successes: 501_000, n: 5_000_000 }, 0.05)).chanceToBeat).toBeCloseTo(0.854, 3);
    expect(betaInterval(betaPosterior({ successes: 0, n: 10 }), 0.05).lower).toBeGreaterThan(0);
    expect(isRefusal(compareProportions({ successes: 3, n: 2 }, { successes: 1, n: 2 }, 0.05))).toBe(true);
  });
});

describe('empirical-Bayes prior of past lifts', () => {
  const past = (tau: number, seed: number, count: number) => Array.from({ length: count }, (_, i) => {
    const random = stream(seed, i);
    const standardError = 0.01 + 0.02 * random.uniform();
    const truth = 0.005 + tau * random.normal();
    return { truth, estimate: truth + standardError * random.normal(), standardError };
  });

  it('finds the prior that made 2000 lifts, and undoes the winner\'s curse', () => {
    const lifts = past(0.02, 33, 2000);
    const { mean, standardDeviation, shrunk } = answered(empiricalPrior(lifts));
    expect(Math.abs(mean - 0.005)).toBeLessThan(0.002);
    expect(Math.abs(standardDeviation - 0.02)).toBeLessThan(0.0015);
    const winners = lifts.map((lift, i) => ({ ...lift, shrunk: shrunk[i]!.mean })).filter(({ estimate, standardError }) => estimate > 1.96 * standardError);
    const average = (f: (lift: (typeof winners)[number]) => number): number => winners.reduce((sum, lift) => sum + f(lift), 0) / winners.length;
    expect(average(({ estimate, truth }) => estimate - truth)).toBeGreaterThan(0.008);
    expect(Math.abs(average(({ shrunk: s, truth }) => s - truth))).toBeLessThan(0.0025);
  });

  it('refuses too few lifts, and lifts that vary no more than their errors', () => {
    expect(empiricalPrior(past(0.02, 34, 2))).toMatchObject({ status: 'refused', reason: 'too_few_units' });
    const same = Array.from({ length: 10 }, () => ({ estimate: 0.01, standardError: 0.02 }));
    expect(empiricalPrior(same)).toMatchObject({ status: 'refused', reason: 'zero_variance' });
  });
});

describe('beta-binomial of a plan', () => {
  const arm = (successes: number, n: number) => ({ n, columns: ['y'], mean: [successes / n], scatter: [[(successes * (n - successes)) / n]] });
  const effects = (xc: number, nc: number, xt: number, nt: number) => {
    const contrast = proportionContrast(arm(xc, nc), arm(xt, nt));
    if (isRefusal(contrast) || isRefusal(contrast.difference) || isRefusal(contrast.lift)) throw new Error('refused');
    return { difference: contrast.difference, lift: contrast.lift };
  };
  const options = betaBinomial.options.parse({});

  it('has the lift of 200,000 draws: mean, spread, interval, chances, losses', () => {
    const { lift } = effects(42, 104, 500, 1009);
    const posterior = betaBinomial.posterior!(lift, options);
    const random = stream(33);
    const draws = Array.from({ length: 200_000 }, () => random.beta(500.5, 509.5) / random.beta(42.5, 62.5) - 1).sort((a, b) => a - b);
    const mean = draws.reduce((sum, d) => sum + d, 0) / draws.length;
    expect(Math.abs(mean - posterior.mean)).toBeLessThan(0.002);
    expect(Math.abs(Math.sqrt(draws.reduce((sum, d) => sum + (d - mean) ** 2, 0) / draws.length) - posterior.standardDeviation)).toBeLessThan(0.002);
    const { lower, upper } = betaBinomial.interval(lift, 0.05, 'two_sided', options);
    expect(Math.abs(draws[5000]! - lower!)).toBeLessThan(0.004);
    expect(Math.abs(draws[195_000]! - upper!)).toBeLessThan(0.01);
    const { positive, negative } = posterior.parts();
    expect(Math.abs(draws.reduce((sum, d) => sum + Math.max(0, -d), 0) / draws.length - negative)).toBeLessThan(1e-4);
    expect(positive - negative).toBeCloseTo(posterior.mean, 12);
    expect(Math.abs(draws.filter((d) => Math.abs(d) < 0.1).length / draws.length - posterior.chanceWithin(-0.1, 0.1))).toBeLessThan(0.0025);
  });

  it('the interval leaves out a value exactly when twice the chance of its nearer side is below alpha, however few the successes', () => {
    for (const table of [[3, 30, 9, 31], [150, 4000, 134, 4100]] as [number, number, number, number][]) {
      for (const effect of Object.values(effects(...table))) {
        for (const value of [-0.02, 0.05]) for (const alpha of [0.3, 0.05]) {
          const { lower, upper } = betaBinomial.interval(effect, alpha, 'two_sided', options);
          expect([table, value, alpha, value < lower! || value > upper!]).toEqual([table, value, alpha, betaBinomial.pValue(effect, value, 'two_sided', options) < alpha]);
        }
      }
    }
  });

  it('refuses what is not a share, and the lift over a control without successes, with a remedy', () => {
    expect(betaBinomial.refusal!({ estimate: 1, standardError: 1, degreesOfFreedom: null, n: 10 }, options)).toMatchObject({ reason: 'unsupported_combination', remedy: 'Use the method bayesian for this metric, or drop the covariate.' });
    expect(betaBinomial.refusal!(effects(1, 30, 9, 31).lift, options)).toMatchObject({ reason: 'denominator_near_zero' });
    expect(betaBinomial.refusal!(effects(1, 30, 9, 31).difference, options)).toBeNull();
  });

  const sizes = [[1_000_000, 200], [200, 1_000_000], [3000, 3000]] as const;
  it.each(sizes.flatMap(([n, m]) => [[n, m, 0.3, 0.33], [n, m, 0.33, 0.3]] as const))('%i units against %i, shares of %d and %d: chances and losses are those of plain sums over both posteriors', (n, m, share, other) => {
    const [control, treatment] = [betaPosterior({ successes: n * share, n }), betaPosterior({ successes: m * other, n: m })];
    const [c, t] = [plainGrid(control), plainGrid(treatment)];
    for (const [posterior, scaled] of [[betaDifference(control, treatment), () => 1], [betaLift(control, treatment), (x: number) => x]] as const) {
      const at = posterior.mean + 0.4 * posterior.standardDeviation;
      const sums = { below: 0, positive: 0, negative: 0 };
      for (const { x, weight } of c) {
        for (const { x: y, weight: w } of t) {
          const gain = (y - x) / scaled(x);
          sums[gain > 0 ? 'positive' : 'negative'] += weight * w * Math.abs(gain);
          if (gain <= at) sums.below += weight * w;
        }
      }
      expect(Math.abs(posterior.chanceBelow(at) - sums.below)).toBeLessThan(GRID_STEP); // a step of the grid is all in or all out
      const { positive, negative } = posterior.parts();
      expect(positive / sums.positive).toBeCloseTo(1, 4);
      expect(negative / sums.negative).toBeCloseTo(1, 4);
    }
  });
});
