import type { Effect, Shares } from '../stats/effects/effect.js';
import { anytimeExact } from '../stats/inference/anytime-exact.js';
import { logBernoulliEValue } from '../stats/inference/bounded/bernoulli-sequence.js';
import { logBettingEValue } from '../stats/inference/bounded/betting.js';
import { empiricalBernstein } from '../stats/inference/bounded/empirical-bernstein.js';
import { quantileComparisonPValue, quantileDifferenceSequence } from '../stats/inference/bounded/quantile-sequence.js';
import { logShareEValue } from '../stats/inference/bounded/two-share-batches.js';
import { randomisedDifference } from '../stats/inference/bounded/randomised-difference.js';
import type { BatchArm, BoundedBatches } from '../stats/inference/bounded/bounded-batches.js';
import type { Alternative, ConfidenceSet } from '../stats/inference/inference.js';
import type { RandomStream } from '../stats/numeric/random.js';
import { drawBinomial } from '../stats/simulate/sufficient.js';
import { answered } from '../stats/simulate/two-arm-truth.js';
import { ALPHA, type Row } from './row.js';
import { logLooks } from './watch.js';

/** A look at 3,000 bounded values costs as many steps as there are values. */
const PATHS = 1000;
const atMost = { least: null, most: ALPHA } as const;
const BAR = -Math.log(ALPHA);
/** Skewed values in [0, 1] with mean 1/8. */
const skewed = (random: RandomStream): number => random.beta(0.25, 1.75);
const misses = ({ lower, upper }: ConfidenceSet, truth: number): boolean => truth < (lower ?? -Infinity) || truth > (upper ?? Infinity);

/** Whether any look of a path is true. */
const ever = (looks: readonly number[], isHit: (n: number) => boolean): number => Number(looks.some(isHit));

const betting: Row = {
  group: 'monitoring', name: '300 looks from 10 to 3000 units: mean of bounded values by betting, and an effect on them by betting and by empirical Bernstein', replicates: PATHS, brief: 0, covers: ['sequence:betting', 'estimator:anytime_bounded_mean'],
  prepare: () => ({
    figures: ['betting, e-value of 20 or more of the true mean', 'betting, e-value of 20 or more of the true effect', 'empirical Bernstein, sets that miss the true effect'].map((name) => ({ name, ...atMost })),
    replicate(random) {
      const looks = logLooks(10, 3000, 300);
      const values = Float64Array.from({ length: 3000 }, () => skewed(random));
      const isTreated = Array.from({ length: 3000 }, () => random.bernoulli(0.5));
      const outcomes = values.map((value, i) => value * (isTreated[i] ? 0.8 : 1));
      const stream = answered(randomisedDifference({ values: outcomes, lowest: 0, highest: 1, isTreated, treatmentChance: 0.5 }));
      const effects = (n: number) => ({ ...stream, values: stream.values.subarray(0, n) });
      return [
        ever(looks, (n) => Number(logBettingEValue({ values: values.subarray(0, n), lowest: 0, highest: 1 }, 0.125)) >= BAR),
        ever(looks, (n) => Number(logBettingEValue(effects(n), -0.2 * 0.125)) >= BAR),
        ever(looks, (n) => misses(answered(empiricalBernstein(effects(n), ALPHA)), -0.2 * 0.125)),
      ];
    },
  }),
};

const bernoulli: Row = {
  group: 'monitoring', name: '300 looks from 10 to 100000 trials: chance of 4%, by beta-binomial e-values tuned to 500 trials', replicates: 20_000, brief: 20, covers: ['sequence:bernoulli'],
  prepare: () => ({
    figures: [{ name: 'e-value of 20 or more of the true chance', ...atMost }],
    replicate(random) {
      let successes = 0;
      let trials = 0;
      // trials until the next success are geometric
      let next = gap(random);
      return [ever(logLooks(10, 100_000, 300), (n) => {
        while (next <= n) {
          successes++;
          next += gap(random);
        }
        trials = n;
        return logBernoulliEValue(successes, trials, 0.04, 500) >= BAR;
      })];
    },
  }),
};
const gap = (random: RandomStream): number => 1 + Math.floor(Math.log1p(-random.uniform()) / Math.log1p(-0.04));

const quantiles: Row = {
  group: 'monitoring', name: '300 looks from 20 to 2000 units an arm: medians of heavy-tailed values', replicates: PATHS, brief: 0, covers: ['sequence:quantile', 'estimator:anytime_quantile'],
  prepare: () => ({
    figures: [{ name: 'quantile comparison, p of 0.05 or less', ...atMost }, { name: 'quantile difference sequence, sets that miss no effect', ...atMost }],
    replicate(random) {
      const draw = (): Float64Array => Float64Array.from({ length: 2000 }, () => Math.round(Math.exp(2 * random.normal()) * 100));
      const [control, treatment] = [draw(), draw()];
      const hits = [0, 0];
      for (const n of logLooks(20, 2000, 300)) {
        const [c, t] = [control.slice(0, n).sort(), treatment.slice(0, n).sort()];
        if (hits[0] === 0 && answered({ p: quantileComparisonPValue(c, t, 0.5, 500) as number }).p <= ALPHA) hits[0] = 1;
        if (hits[1] === 0 && misses(answered(quantileDifferenceSequence(c, t, 0.5, ALPHA, 500)), 0)) hits[1] = 1;
      }
      return hits;
    },
  }),
};

const SHARE = 0.04;
const shares: Row = {
  group: 'monitoring', name: '100 days of 5 to 500 units an arm: shares of about 4% that move from day to day, by the e-process of two shares', replicates: 4000, brief: 10, covers: ['sequence:two shares', 'estimator:anytime_proportions'],
  prepare: () => ({
    figures: ['e-value of 20 or more of no effect', 'one-sided e-value of 20 or more of no effect', 'e-value of 20 or more of the true lift'].map((name) => ({ name, ...atMost })),
    replicate(random) {
      const hits = [0, 0, 0];
      const [even, lifted]: [Shares[], Shares[]] = [[], []];
      const arm = (n: number, p: number): Shares['control'] => ({ n, share: drawBinomial(random, n, p) / n });
      for (let day = 0; day < 100; day++) {
        const [n, m] = [5 + random.integer(495), 5 + random.integer(495)];
        const level = SHARE * (0.5 + random.uniform());
        const control = arm(n, level);
        even.push({ control, treatment: arm(m, level) });
        lifted.push({ control, treatment: arm(m, 1.5 * level) });
        [logShareEValue(even, 0, 'difference', 'two_sided'), logShareEValue(even, 0, 'difference', 'greater'), logShareEValue(lifted, 0.5, 'lift', 'two_sided')]
          .forEach((log, i) => { if (log >= BAR) hits[i] = 1; });
      }
      return hits;
    },
  }),
};

const LEVELS = { low: 0.1, high: 0.3 } as const;
const boundedBatches: Row = {
  group: 'monitoring', name: '100 looks over 300 days of 5 to 60 units: skewed values between bounds whose level moves from day to day, by empirical Bernstein of the days', replicates: 4000, brief: 10, covers: ['sequence:bounded batches', 'inference:anytime_exact'],
  prepare: () => ({
    figures: ['e-value of 20 or more of no effect', 'one-sided e-value of 20 or more of no effect', 'e-value of 20 or more of the true lift'].map((name) => ({ name, ...atMost })),
    replicate(random) {
      const hits = [0, 0, 0];
      const days = { even: [] as BoundedBatches['batches'][number][], lifted: [] as BoundedBatches['batches'][number][] };
      const read = (batches: BoundedBatches['batches'], nullValue: number, alternative: Alternative): number =>
        anytimeExact.eValue!(answeredBatches({ batches, lowest: 0, highest: 1, treatmentChance: 0.4 }, nullValue), nullValue, alternative, {});
      for (let day = 0; day < 300; day++) {
        const level = LEVELS.low + (LEVELS.high - LEVELS.low) * random.uniform();
        const units = 5 + random.integer(55);
        const treated = drawBinomial(random, units, 0.4);
        const draw = (n: number, mean: number) => batchArm(Float64Array.from({ length: n }, () => random.beta(2 * mean, 2 * (1 - mean))));
        const control = draw(units - treated, level);
        days.even.push({ control, treatment: draw(treated, level) });
        days.lifted.push({ control, treatment: draw(treated, 1.4 * level) });
        if (day % 3 === 0) [read(days.even, 0, 'two_sided'), read(days.even, 0, 'greater'), read(days.lifted, 0.4, 'two_sided')].forEach((e, i) => { if (e >= 1 / ALPHA) hits[i] = 1; });
      }
      return hits;
    },
  }),
};

function batchArm(values: Float64Array): BatchArm {
  const mean = values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
  return { n: values.length, mean, scatter: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) };
}

/** An effect of which nothing but its batches is read: a lift where the null is one. */
const answeredBatches = (bounded: BoundedBatches, lift: number): Effect => ({
  estimate: lift, standardError: 1, degreesOfFreedom: null, n: 0, batches: { kind: 'bounded', ...bounded },
  ...(lift !== 0 && { quotient: { numerator: 1, denominator: 1, numeratorVariance: 1, denominatorVariance: 1, covariance: 0 } }),
});

/** Sequences that hold from the first unit on, without a large-sample argument. */
export const boundedRows: readonly Row[] = [betting, bernoulli, quantiles, shares, boundedBatches];
