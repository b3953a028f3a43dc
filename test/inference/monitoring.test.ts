import { describe, expect, it } from '@jest/globals';
import { betaBinomialMixture } from '../../src/stats/inference/boundaries/beta-binomial-mixture.js';
import { empiricalProcessLil } from '../../src/stats/inference/boundaries/empirical-process-lil.js';
import { gammaExponentialMixture, gammaPoissonMixture } from '../../src/stats/inference/boundaries/gamma-mixture.js';
import { mixtureBound } from '../../src/stats/inference/boundaries/mixture.js';
import { normalMixtureBound, oneSidedNormalMixture } from '../../src/stats/inference/boundaries/normal-mixture.js';
import { doubleStitching, polynomialStitching } from '../../src/stats/inference/boundaries/stitching.js';
import { logBernoulliEValue } from '../../src/stats/inference/bounded/bernoulli-sequence.js';
import { bettingSequence, logBettingEValue } from '../../src/stats/inference/bounded/betting.js';
import { empiricalBernstein } from '../../src/stats/inference/bounded/empirical-bernstein.js';
import { quantileComparisonPValue } from '../../src/stats/inference/bounded/quantile-sequence.js';
import { randomisedDifference } from '../../src/stats/inference/bounded/randomised-difference.js';
import { confidenceSequence } from '../../src/stats/inference/confidence-sequence.js';
import { fixed } from '../../src/stats/inference/fixed.js';
import { hybrid } from '../../src/stats/inference/hybrid.js';
import type { ConfidenceSet } from '../../src/stats/inference/inference.js';
import { mixtureSprt } from '../../src/stats/inference/mixture-sprt.js';
import { stream, type RandomStream } from '../../src/stats/numeric/random.js';
import { isRefusal, type Refusal } from '../../src/stats/refusal.js';
import { chanceToCross, criticalOf, logLooks, standardisedPath, threeErrors } from './paths.js';

const ALPHA = 0.05;
const PATHS = 2000;
const TUNING = 1500;
/** The scale in standard deviations that makes mixture_sprt tightest at TUNING. */
const SCALE = 2 * Math.sqrt((2 * Math.log(1 / ALPHA) + Math.log1p(2 * Math.log(1 / ALPHA))) / TUNING);
const looks = logLooks(100, 1e6, 300);
const paths = Array.from({ length: PATHS }, (_, path) => standardisedPath(101, path, looks));

/** Share of paths that ever leave the boundary. */
function crossed(critical: (n: number) => number, sides: 1 | 2): number {
  const bounds = looks.map(critical);
  return paths.filter((path) => path.some((z, k) => (sides === 2 ? Math.abs(z) : z) > bounds[k]!)).length / PATHS;
}
const isEnd = (n: number): boolean => n > 0.999999 * looks.at(-1)!;

describe('watched at 300 looks from 100 to a million units, under no effect', () => {
  const tuned: readonly [string, (n: number) => number, 1 | 2][] = [
    ['confidence_sequence, two-sided', (n) => criticalOf(confidenceSequence, { tuningUnits: TUNING }, n, ALPHA, 'two_sided'), 2],
    ['confidence_sequence, one-sided', (n) => criticalOf(confidenceSequence, { tuningUnits: TUNING }, n, ALPHA, 'greater'), 1],
    ['mixture_sprt, two-sided', (n) => criticalOf(mixtureSprt, { scale: SCALE }, n, ALPHA, 'two_sided'), 2],
    ['mixture_sprt, one-sided', (n) => criticalOf(mixtureSprt, { scale: SCALE }, n, ALPHA, 'greater'), 1],
    ['hybrid, two-sided', (n) => criticalOf(hybrid, { tuningUnits: TUNING, isPlannedEnd: isEnd(n) }, n, ALPHA, 'two_sided'), 2],
    ['hybrid, one-sided', (n) => criticalOf(hybrid, { tuningUnits: TUNING, isPlannedEnd: isEnd(n) }, n, ALPHA, 'greater'), 1],
    ['two-sided normal mixture', (n) => normalMixtureBound(n, ALPHA, TUNING, ALPHA) / Math.sqrt(n), 2],
    ['one-sided normal mixture', (n) => mixtureBound(oneSidedNormalMixture(TUNING, ALPHA), n, ALPHA) / Math.sqrt(n), 1],
  ];
  it.each(tuned)('%s errs in at most 5 %% and, being tuned to the horizon, at least 3.5 %%', (_, critical, sides) => {
    const exact = chanceToCross(looks, looks.map(critical), sides);
    expect(exact).toBeLessThanOrEqual(ALPHA);
    expect(exact).toBeGreaterThanOrEqual(0.035);
    expect(Math.abs(crossed(critical, sides) - exact)).toBeLessThan(threeErrors(exact, PATHS));
  });

  const untuned: readonly [string, (n: number) => number][] = [
    ['polynomial stitching', (n) => polynomialStitching(n, ALPHA, 100, 0) / Math.sqrt(n)],
    ['gamma-exponential mixture', (n) => mixtureBound(gammaExponentialMixture(TUNING, ALPHA, 1), n, ALPHA) / Math.sqrt(n)],
    ['gamma-Poisson mixture', (n) => mixtureBound(gammaPoissonMixture(TUNING, ALPHA, 1), n, ALPHA) / Math.sqrt(n)],
    ['beta-binomial mixture', (n) => mixtureBound(betaBinomialMixture(TUNING, ALPHA, 1, 1, 1), n, ALPHA) / Math.sqrt(n)],
  ];
  it.each(untuned)('%s errs in at most 5 %%, at 100 of these looks', (_, critical) => {
    const some = looks.filter((_, k) => k % 3 === 0);
    expect(chanceToCross(some, some.map(critical), 1)).toBeLessThanOrEqual(ALPHA);
  });

  it('the fixed horizon, watched, errs far more often: the simulation can fail', () => {
    expect(crossed((n) => criticalOf(fixed, {}, n, ALPHA, 'two_sided'), 2)).toBeGreaterThan(0.5);
  });
});

const isOutside = (set: ConfidenceSet | Refusal, value: number): boolean => !isRefusal(set) && (value < (set.lower ?? -Infinity) || value > (set.upper ?? Infinity));

/** Skewed values in [0, 1] with mean 1/8. */
const skewed = (random: RandomStream): number => random.beta(0.25, 1.75);

describe('watched at every look, bounded or distribution-free', () => {
  it('betting e-values of the true mean pass 20 in at most 5 % of paths, at any of 15 looks', () => {
    let hits = 0;
    for (let path = 0; path < 200; path++) {
      const random = stream(7, path);
      const values = Float64Array.from({ length: 800 }, () => skewed(random));
      const log = logLooks(5, 800, 15).map((n) => logBettingEValue({ values: values.subarray(0, Math.round(n)), lowest: 0, highest: 1 }, 0.125));
      if (log.some((value) => !isRefusal(value) && value >= Math.log(1 / ALPHA))) hits++;
    }
    expect(hits / 200).toBeLessThanOrEqual(ALPHA);
  });

  it('betting and empirical Bernstein keep a treatment effect at all of 10 looks in at least 95 % of 150 paths', () => {
    const missed = { betting: 0, bernstein: 0 };
    for (let path = 0; path < 150; path++) {
      const random = stream(8, path);
      const isTreated = Array.from({ length: 1000 }, () => random.bernoulli(0.3));
      const values = Float64Array.from(isTreated, (treated) => skewed(random) * (treated ? 0.8 : 1));
      const bounded = randomisedDifference({ values, lowest: 0, highest: 1, isTreated, treatmentChance: 0.3 });
      if (isRefusal(bounded)) throw new Error(bounded.detail);
      const truth = -0.2 * 0.125;
      const parts = logLooks(20, 1000, 10).map((n) => ({ ...bounded, values: bounded.values.subarray(0, Math.round(n)) }));
      if (parts.some((part) => Number(logBettingEValue(part, truth)) >= Math.log(1 / ALPHA))) missed.betting++;
      if (parts.some((part) => isOutside(empiricalBernstein(part, ALPHA), truth))) missed.bernstein++;
    }
    expect(missed.betting / 150).toBeLessThanOrEqual(ALPHA);
    expect(missed.bernstein / 150).toBeLessThanOrEqual(ALPHA);
  });

  it('a mean of 0.125 is known to within 0.02 after 5000 values, by betting and by empirical Bernstein; and betting excludes what its e-value rejects', () => {
    const random = stream(9);
    const data = { values: Float64Array.from({ length: 5000 }, () => skewed(random)), lowest: 0, highest: 1 };
    for (const set of [bettingSequence(data, ALPHA), empiricalBernstein(data, ALPHA)]) {
      expect(isOutside(set, 0.125)).toBe(false);
      expect(isOutside(set, 0.145) && isOutside(set, 0.105)).toBe(true);
    }
    const set = bettingSequence(data, ALPHA);
    for (const mean of [0.11, 0.114, 0.118, 0.122, 0.13, 0.134, 0.138, 0.142]) {
      expect(isOutside(set, mean)).toBe(Number(logBettingEValue(data, mean)) >= Math.log(1 / ALPHA));
    }
  });

  it('Bernoulli e-values of the true chance pass 20 in at most 5 % of paths of 3000 trials, looked at 60 times', () => {
    let hits = 0;
    for (let path = 0; path < 500; path++) {
      const random = stream(10, path);
      let successes = 0;
      let trials = 0;
      const isCrossed = logLooks(10, 3000, 60).some((look) => {
        for (; trials < Math.round(look); trials++) successes += Number(random.bernoulli(0.04));
        return logBernoulliEValue(successes, trials, 0.04, 500) >= Math.log(1 / ALPHA);
      });
      if (isCrossed) hits++;
    }
    expect(hits / 500).toBeLessThanOrEqual(ALPHA);
  });

  it('comparing medians of two arms with one heavy-tailed distribution errs in at most 5 % of paths, looked at 25 times', () => {
    let hits = 0;
    for (let path = 0; path < 150; path++) {
      const random = stream(12, path);
      const draw = (): Float64Array => Float64Array.from({ length: 800 }, () => Math.round(Math.exp(2 * random.normal()) * 100));
      const [control, treatment] = [draw(), draw()];
      const isCrossed = logLooks(20, 800, 25).some((look) => {
        const n = Math.round(look);
        const p = quantileComparisonPValue(control.slice(0, n).sort(), treatment.slice(0, n).sort(), 0.5, 200);
        return !isRefusal(p) && p <= ALPHA;
      });
      if (isCrossed) hits++;
    }
    expect(hits / 150).toBeLessThanOrEqual(ALPHA);
  });

  it('the band of the empirical distribution and double stitching hold for every quantile at 20 looks in at least 95 % of paths', () => {
    let band = 0;
    let stitched = 0;
    for (let path = 0; path < 60; path++) {
      const random = stream(13, path);
      const all = Float64Array.from({ length: 1000 }, () => random.uniform());
      let leftBand = false;
      let leftStitched = false;
      for (const look of logLooks(30, 1000, 20)) {
        const n = Math.round(look);
        const sorted = all.slice(0, n).sort();
        const width = empiricalProcessLil(n, ALPHA, 30)!;
        for (let i = 0; i < n; i++) {
          // uniform: the true share below sorted[i] is sorted[i]
          if (Math.max((i + 1) / n - sorted[i]!, sorted[i]! - i / n) > width) leftBand = true;
          if (i % 10 === 5 && i + 1 - n * sorted[i]! > doubleStitching(sorted[i]!, n, ALPHA, 30)) leftStitched = true;
        }
      }
      band += Number(leftBand);
      stitched += Number(leftStitched);
    }
    expect(band / 60).toBeLessThanOrEqual(ALPHA);
    expect(stitched / 60).toBeLessThanOrEqual(ALPHA);
  });
});
