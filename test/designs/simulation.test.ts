import { describe, expect, it } from '@jest/globals';
import { trimmedMean } from '../../src/stats/effects/trimmed-mean.js';
import { clusterDifference } from '../../src/stats/estimators/cluster/difference.js';
import { complierEffect } from '../../src/stats/estimators/encouragement/complier-effect.js';
import type { Category, Numeric } from '../../src/stats/estimators/estimator.js';
import { factorialEffects } from '../../src/stats/estimators/factorial/effects.js';
import { pairedGeo } from '../../src/stats/estimators/geo/paired.js';
import { interactionScreen } from '../../src/stats/estimators/interaction/screen.js';
import { postStratifiedMean } from '../../src/stats/estimators/poststratification/mean.js';
import { postStratifiedRatio } from '../../src/stats/estimators/poststratification/ratio.js';
import { clusteredQuantile } from '../../src/stats/estimators/quantile/clustered-quantile.js';
import { ratioCuped } from '../../src/stats/estimators/ratio/ratio-cuped.js';
import { switchback } from '../../src/stats/estimators/switchback/regression.js';
import { fixed } from '../../src/stats/inference/fixed.js';
import { stream, type RandomStream } from '../../src/stats/numeric/random.js';
import { isRefusal, type Refusal } from '../../src/stats/refusal.js';

const { exp, sin, floor } = Math;
const ALPHA = 0.05;
const RUNS = 1500;
const SLACK = 3 * Math.sqrt((ALPHA * (1 - ALPHA)) / RUNS);

interface Reading { readonly interval: { readonly lower: number | null; readonly upper: number | null; readonly shape: string }; readonly pValue: number }
/** A process of known truth, and how it is read. `effect` 0 is the null of no effect. */
interface Process { readonly name: string; readonly effect: number; read(random: RandomStream, effect: number): Reading }

const column = (values: ArrayLike<number>): Numeric => ({ name: 'column', values: Float64Array.from(values) });
const codes = (values: ArrayLike<number>, levels: number, name = 'codes'): Category => ({ name, codes: Int32Array.from(values), levels: Array.from({ length: levels }, (_, i) => `${i}`) });
const list = <T>(n: number, draw: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => draw(i));
const context = { seed: 1 };
function answered<T extends object>(answer: T | Refusal | Promise<T | Refusal>): T {
  if (answer instanceof Promise || isRefusal(answer)) throw new Error(isRefusal(answer) ? answer.detail : 'late');
  return answer;
}
const strataOptions = postStratifiedMean.options.parse({});
const clusterOptions = clusterDifference.options.parse({});
const quantileOptions = clusteredQuantile.options.parse({ probability: 0.75 });
const lagOptions = switchback.options.parse({ lags: 1 });
const burnInOptions = switchback.options.parse({ burnIn: 1 });
const plainOptions = switchback.options.parse({});
const geoOptions = pairedGeo.options.parse({});
const factorialOptions = factorialEffects.options.parse({});
const complierOptions = complierEffect.options.parse({});
const coin = (r: RandomStream) => Number(r.bernoulli(0.5));

/** Blocks decided by tosses, a day's rhythm, noise that remembers, and a bucket of carry-over. */
function market(r: RandomStream, blocks: number, length: number, now: number, before: number) {
  const tosses = list(blocks, () => coin(r));
  let noise = r.normal();
  const treated = list(blocks * length, (t) => tosses[floor(t / length)]!);
  const outcome = treated.map((w, t) => {
    noise = 0.7 * noise + r.normal();
    return 20 + 3 * sin((2 * Math.PI * t) / 24) + now * w + before * (treated[t - 1] ?? 0) + noise;
  });
  return { outcome: column(outcome), treatment: codes(treated, 2), time: column(treated.map((_, t) => t)), block: codes(treated.map((_, t) => floor(t / length)), blocks), unit: undefined, covariates: [] };
}

/** Regions of their own level that switch apart, four tosses each. */
function regions(r: RandomStream, count: number, effect: number) {
  const rows = list(count * 4, (block) => ({ block, region: floor(block / 4), toss: coin(r), shock: r.normal() }));
  const levels = list(count, () => 5 * r.normal());
  const buckets = rows.flatMap((row) => list(2, (i) => ({ ...row, time: 2 * (row.block % 4) + i, y: levels[row.region]! + row.shock + effect * row.toss + r.normal() })));
  return {
    outcome: column(buckets.map(({ y }) => y)), treatment: codes(buckets.map(({ toss }) => toss), 2), time: column(buckets.map(({ time }) => time)),
    block: codes(buckets.map(({ block }) => block), 4 * count), unit: codes(buckets.map(({ region }) => region), count), covariates: [],
  };
}

const processes: readonly Process[] = [
  {
    name: 'post-stratified mean with a covariate, strata that differ in size and effect', effect: 2,
    read: (r, d) => {
      const s = list(240, () => r.choice([5, 3, 2]));
      const w = s.map(() => coin(r));
      const x = s.map(() => r.normal());
      // effects 0, d and 3.5 d: the mean over strata is d
      const y = s.map((k, i) => 4 * k + x[i]! + w[i]! * d * [0, 1, 3.5][k]! + r.normal() * (1 + w[i]!));
      return answered(postStratifiedMean.estimate({ outcome: column(y), treatment: codes(w, 2), stratum: codes(s, 3), covariates: [column(x)] }, strataOptions, context)).difference;
    },
  },
  {
    name: 'post-stratified ratio', effect: 0.3,
    read: (r, d) => {
      const s = list(400, () => r.choice([1, 1]));
      const w = s.map(() => coin(r));
      const orders = s.map((k) => 1 + r.poisson(1 + 2 * k));
      const revenue = orders.map((count, i) => count * (3 + d * w[i]! + 0.5 * r.normal()));
      return answered(postStratifiedRatio.estimate({ numerator: column(revenue), denominator: column(orders), treatment: codes(w, 2), stratum: codes(s, 2), covariates: [] }, strataOptions, context)).difference;
    },
  },
  {
    name: 'CUPED of a ratio', effect: 0.2,
    read: (r, d) => {
      const w = list(400, () => coin(r));
      const taste = w.map(() => r.normal());
      const [now, then] = [w.map(() => 1 + r.poisson(2)), w.map(() => 1 + r.poisson(2))];
      const numerator = now.map((count, i) => count * (3 + d * w[i]! + 0.6 * taste[i]! + 0.4 * r.normal()));
      const before = then.map((count, i) => count * (3 + 0.6 * taste[i]! + 0.4 * r.normal()));
      return answered(ratioCuped.estimate({ numerator: column(numerator), denominator: column(now), numeratorBefore: column(before), denominatorBefore: column(then), treatment: codes(w, 2) }, clusterOptions, context)).difference;
    },
  },
  {
    name: 'upper quartile of skewed events of users who differ', effect: 0.8,
    read: (r, d) => {
      const users = list(120, (u) => ({ u, level: r.normal(), events: 1 + r.poisson(4) }));
      const events = users.flatMap(({ u, level, events: count }) => list(count, () => ({ u, y: exp(1 + 0.5 * level + 0.5 * r.normal()) + d * (u % 2) })));
      return answered(clusteredQuantile.estimate({ outcome: column(events.map(({ y }) => y)), treatment: codes(events.map(({ u }) => u % 2), 2), unit: codes(events.map(({ u }) => u), 120) }, quantileOptions, context)).difference;
    },
  },
  {
    name: 'ten clusters an arm, of 2 to 30 units', effect: 1.5,
    read: (r, d) => {
      const rows = list(20, (g) => ({ g, level: r.normal() })).flatMap(({ g, level }) => list(2 + r.integer(29), () => ({ g, y: 5 + level + d * (g % 2) + 2 * r.normal() })));
      return answered(clusterDifference.estimate({ outcome: column(rows.map(({ y }) => y)), treatment: codes(rows.map(({ g }) => g % 2), 2), cluster: codes(rows.map(({ g }) => g), 20) }, clusterOptions, context)).difference;
    },
  },
  { name: 'switchback with one lag: effect now and after', effect: 1.5, read: (r, d) => answered(switchback.estimate(market(r, 60, 3, (2 * d) / 3, d / 3), lagOptions, context)).difference },
  { name: 'switchback with burn-in over the carry-over', effect: 1.5, read: (r, d) => answered(switchback.estimate(market(r, 40, 4, (2 * d) / 3, d / 3), burnInOptions, context)).difference },
  { name: 'switchback of ten regions of four blocks', effect: 1, read: (r, d) => answered(switchback.estimate(regions(r, 10, d), plainOptions, context)).difference },
  { name: 'carry-over of a switchback', effect: 0.8, read: (r, d) => answered(switchback.estimate(market(r, 60, 3, 1, d), lagOptions, context)).carryOver! },
  {
    name: 'interaction in a 2 x 2 design with unequal variances', effect: 1,
    read: (r, d) => {
      const [a, b] = [list(120, () => coin(r)), list(120, () => coin(r))];
      const y = a.map((i, k) => 2 + i - b[k]! + d * i * b[k]! + (1 + i + b[k]!) * r.normal());
      return answered(factorialEffects.estimate({ outcome: column(y), factors: [codes(a, 2, 'a'), codes(b, 2, 'b')], covariates: [] }, factorialOptions, context)).interactions[0]!;
    },
  },
  {
    name: 'complier effect of a strong encouragement, uptake confounded', effect: 1,
    read: (r, d) => {
      const z = list(400, () => coin(r));
      const hidden = z.map(() => r.normal());
      const uptake = z.map((e, i) => Number(hidden[i]! + 2 * e - 1 + r.normal() > 0));
      const y = uptake.map((t, i) => d * t + hidden[i]! + r.normal());
      return answered(complierEffect.estimate({ outcome: column(y), treatment: codes(z, 2), uptake: column(uptake), covariates: [] }, complierOptions, context)).difference!;
    },
  },
  {
    name: 'Anderson-Rubin set of a weak encouragement, uptake confounded', effect: 1,
    read: (r, d) => {
      const z = list(200, () => coin(r));
      const hidden = z.map(() => r.normal());
      const uptake = z.map((e, i) => 2 * hidden[i]! + 0.4 * e + r.normal());
      const y = uptake.map((t, i) => d * t + 3 * hidden[i]! + r.normal());
      return answered(complierEffect.estimate({ outcome: column(y), treatment: codes(z, 2), uptake: column(uptake), covariates: [] }, complierOptions, context)).andersonRubin;
    },
  },
  {
    name: 'nine pairs of heavy-tailed regions, by coin tosses', effect: 5,
    read: (r, d) => {
      const pairs = list(9, () => coin(r));
      const y = pairs.flatMap((toss) => { const wild = r.normal() / r.uniform(); return [wild * (toss ? 1 : -1) + d, 0]; });
      return answered(pairedGeo.estimate({ outcome: column(y), treatment: codes(y.map((_, i) => 1 - (i % 2)), 2), pair: codes(y.map((_, i) => floor(i / 2)), 9), before: undefined }, geoOptions, context)).randomisation as Reading;
    },
  },
  {
    name: 'trimmed mean of twenty pairs', effect: 1,
    read: (r, d) => {
      const { value, standardError, degreesOfFreedom } = trimmedMean(Float64Array.from(list(20, () => d + r.normal())), 0.1);
      const effect = { estimate: value, standardError, degreesOfFreedom, n: 20 };
      return { interval: fixed.interval(effect, ALPHA, 'two_sided', {}), pValue: fixed.pValue(effect, 0, 'two_sided', {}) };
    },
  },
];

const holds = ({ interval: { shape, lower, upper } }: Reading, truth: number): boolean => {
  switch (shape) {
    case 'interval': return lower! <= truth && truth <= upper!;
    case 'complement': return truth <= lower! || truth >= upper!;
    default: return true;
  }
};

describe('designs by simulation', () => {
  it.each(processes)('$name: the p-value has its size at no effect', ({ read }) => {
    let rejections = 0;
    for (let run = 0; run < RUNS; run++) if (read(stream(300, run), 0).pValue <= ALPHA) rejections++;
    expect(Math.abs(rejections / RUNS - ALPHA)).toBeLessThanOrEqual(SLACK);
  });

  it.each(processes)('$name: the interval covers at an effect', ({ read, effect }) => {
    let covered = 0;
    for (let run = 0; run < RUNS; run++) if (holds(read(stream(400, run), effect), effect)) covered++;
    expect(Math.abs(covered / RUNS - (1 - ALPHA))).toBeLessThanOrEqual(SLACK);
  });

  it('a factor of three levels beside another: Johansen\'s joint test of no interaction has its size', () => {
    let rejections = 0;
    for (let run = 0; run < RUNS; run++) {
      const r = stream(500, run);
      const [a, b] = [list(90, () => coin(r)), list(90, () => r.integer(3))];
      const y = a.map((i, k) => i + b[k]! + (1 + b[k]!) * r.normal());
      const { tests } = answered(factorialEffects.estimate({ outcome: column(y), factors: [codes(a, 2, 'a'), codes(b, 3, 'b')], covariates: [] }, factorialOptions, context));
      if (tests[2]!.pValue <= ALPHA) rejections++;
    }
    expect(Math.abs(rejections / RUNS - ALPHA)).toBeLessThanOrEqual(SLACK);
  });

  it.each([0, 1.2])('a screen of ten pairs of experiments, one of them interacting by %p: at most 5 %% of what is called is false', (strength) => {
    const runs = 400;
    const options = interactionScreen.options.parse({});
    let share = 0;
    let found = 0;
    for (let run = 0; run < runs; run++) {
      const r = stream(600, run);
      const arms = list(5, () => list(300, () => coin(r)));
      const y = arms[0]!.map((a, i) => a + 0.5 * arms[3]![i]! + strength * a * arms[1]![i]! + r.normal());
      const { pairs } = answered(interactionScreen.estimate({ outcome: column(y), experiments: arms.map((of, i) => codes(of, 2, `${i}`)), covariates: [] }, options, context));
      const called = pairs.filter(({ isInteraction }) => isInteraction);
      const real = strength === 0 ? 0 : called.filter(({ first, second }) => first === '0' && second === '1').length;
      if (called.length > 0) share += (called.length - real) / called.length;
      found += real;
    }
    expect(share / runs).toBeLessThanOrEqual(ALPHA + 3 * Math.sqrt((ALPHA * (1 - ALPHA)) / runs));
    if (strength > 0) expect(found / runs).toBeGreaterThan(0.6);
  });
});
