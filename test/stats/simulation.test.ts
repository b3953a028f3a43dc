import { describe, expect, it } from '@jest/globals';
import { contrasts } from '../../src/stats/effects/contrast.js';
import type { Contrast } from '../../src/stats/effects/effect.js';
import { meanOutcome, ratioOutcome } from '../../src/stats/effects/outcome.js';
import { proportionContrast } from '../../src/stats/effects/proportions.js';
import { quantileContrast } from '../../src/stats/effects/quantile.js';
import { mixingScale, sequencePValue } from '../../src/stats/inference/confidence-sequence.js';
import { fixed } from '../../src/stats/inference/fixed.js';
import { stream, type RandomStream } from '../../src/stats/numeric/random.js';
import { isRefusal, type Refusal } from '../../src/stats/refusal.js';
import { momentsOf } from '../../src/stats/summaries/moments.js';
import { quantileSummaryOf } from '../../src/stats/summaries/sample-quantile.js';

const ALPHA = 0.05;
const RUNS = 1000;
const SLACK = 3 * Math.sqrt((ALPHA * (1 - ALPHA)) / RUNS);

/** A process of known truth, and how it is read. `effect` 0 is the null of no effect. */
interface Process {
  readonly name: string;
  readonly effect: number;
  readonly truth: { readonly difference: number; readonly lift: number };
  read(random: RandomStream, effect: number): Contrast | Refusal;
}

const fill = (n: number, draw: () => number): Float64Array => Float64Array.from({ length: n }, draw);
const moment = (columns: Record<string, Float64Array>) => momentsOf(columns);

const processes: readonly Process[] = [
  {
    name: 'welch with unequal variances and sizes', effect: 0.4, truth: { difference: 0.4, lift: 0.1 },
    read: (r, d) => contrasts(moment({ y: fill(60, () => 4 + 2 * r.normal()) }), [moment({ y: fill(150, () => 4 + d + r.normal()) })], 1, meanOutcome)[0]!,
  },
  {
    name: 'lin with two covariates and slopes that differ between arms', effect: 0.5, truth: { difference: 0.5, lift: 0.1 },
    read: (r, d) => {
      const arm = (n: number, mean: number, slope: number) => {
        const [x, w] = [fill(n, r.normal), fill(n, r.uniform)];
        return moment({ y: x.map((value, i) => mean + slope * value + (w[i]! - 0.5) + r.normal()), x, w });
      };
      return contrasts(arm(150, 5, 1), [arm(250, 5 + d, 2)], 1, meanOutcome)[0]!;
    },
  },
  {
    name: 'ratio of sums with a random denominator', effect: 0.3, truth: { difference: 0.3, lift: 0.1 },
    read: (r, d) => {
      const arm = (value: number) => {
        const denominator = fill(400, () => 1 + r.poisson(2));
        return moment({ n: denominator.map((count) => count * (value + 0.5 * r.normal())), d: denominator });
      };
      return contrasts(arm(3), [arm(3 + d)], 2, ratioOutcome)[0]!;
    },
  },
  {
    name: 'two proportions', effect: 0.06, truth: { difference: 0.06, lift: 0.2 },
    read: (r, d) => proportionContrast(moment({ y: fill(500, () => Number(r.bernoulli(0.3))) }), moment({ y: fill(700, () => Number(r.bernoulli(0.3 + d))) })),
  },
  {
    name: 'median of a skewed outcome', effect: Math.LN2, truth: { difference: Math.LN2, lift: 1 },
    read: (r, d) => {
      const arm = (scale: number) => quantileSummaryOf(fill(600, () => scale * r.exponential()), 0.5);
      return quantileContrast(arm(1), arm(1 + d / Math.LN2));
    },
  },
];

describe('simulation', () => {
  it.each(processes)('$name: the p-value has its size at no effect', ({ read }) => {
    let rejections = 0;
    for (let run = 0; run < RUNS; run++) {
      const contrast = read(stream(100, run), 0);
      if (isRefusal(contrast) || isRefusal(contrast.difference)) throw new Error('refused');
      if (fixed.pValue(contrast.difference, 0, 'two_sided', {}) <= ALPHA) rejections++;
    }
    expect(Math.abs(rejections / RUNS - ALPHA)).toBeLessThanOrEqual(SLACK);
  });

  it.each(processes)('$name: intervals of difference and lift cover at an effect', ({ read, effect, truth }) => {
    const covered = { difference: 0, lift: 0 };
    for (let run = 0; run < RUNS; run++) {
      const contrast = read(stream(200, run), effect);
      if (isRefusal(contrast)) throw new Error('refused');
      for (const scale of ['difference', 'lift'] as const) {
        const found = contrast[scale];
        if (isRefusal(found)) throw new Error('refused');
        const { lower, upper } = fixed.interval(found, ALPHA, 'two_sided', {});
        if (lower! <= truth[scale] && truth[scale] <= upper!) covered[scale]++;
      }
    }
    expect(Math.abs(covered.difference / RUNS - (1 - ALPHA))).toBeLessThanOrEqual(SLACK);
    expect(Math.abs(covered.lift / RUNS - (1 - ALPHA))).toBeLessThanOrEqual(SLACK);
  });

  it.each(['two_sided', 'greater'] as const)('confidence sequence (%s): 300 looks from 100 to 100,000 units reject a true null in at most 5 %% of runs', (alternative) => {
    const looks = [...new Set(Array.from({ length: 300 }, (_, i) => Math.round(100 * 1000 ** (i / 299))))];
    const rho = mixingScale(ALPHA, 5000, alternative);
    let rejections = 0;
    for (let run = 0; run < RUNS; run++) {
      const random = stream(300, run);
      let [n, sum, isRejected] = [0, 0, false];
      for (const look of looks) {
        // the sum of standardised differences is a random walk
        sum += Math.sqrt(look - n) * random.normal();
        n = look;
        isRejected ||= sequencePValue(sum / Math.sqrt(n), n, rho, alternative) <= ALPHA;
      }
      if (isRejected) rejections++;
    }
    expect(rejections / RUNS).toBeLessThanOrEqual(ALPHA);
    expect(rejections).toBeGreaterThan(0);
  });
});
