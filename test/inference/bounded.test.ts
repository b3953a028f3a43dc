import { describe, expect, it } from '@jest/globals';
import { bernoulliSequence } from '../../src/stats/inference/bounded/bernoulli-sequence.js';
import { bettingSequence, logBettingEValue } from '../../src/stats/inference/bounded/betting.js';
import { empiricalBernstein } from '../../src/stats/inference/bounded/empirical-bernstein.js';
import { quantileComparisonPValue, quantileDifferenceSequence, quantileSequence } from '../../src/stats/inference/bounded/quantile-sequence.js';
import { randomisedDifference } from '../../src/stats/inference/bounded/randomised-difference.js';
import { logShareEValue, shareSequence } from '../../src/stats/inference/bounded/two-share-batches.js';
import type { Shares } from '../../src/stats/effects/effect.js';
import { drawBinomial } from '../../src/stats/simulate/sufficient.js';
import { stream } from '../../src/stats/numeric/random.js';
import { isRefusal, type Refusal } from '../../src/stats/refusal.js';
import { logLooks } from './paths.js';

const answered = <T>(value: T | Refusal): T => {
  if (isRefusal(value)) throw new Error(value.detail);
  return value;
};
const draws = (seed: number, n: number): Float64Array => stream(seed).fillUniform(new Float64Array(n)).map((u) => u * u);

describe('bounded outcomes', () => {
  it('dollars or cents: the interval is a hundred times as wide and the e-value the same', () => {
    const dollars = { values: draws(71, 400), lowest: 0, highest: 1 };
    const cents = { values: dollars.values.map((x) => 100 * x), lowest: 0, highest: 100 };
    for (const method of [bettingSequence, empiricalBernstein]) {
      const [a, b] = [answered(method(dollars, 0.05)), answered(method(cents, 0.05))];
      expect(b.lower! / 100).toBeCloseTo(a.lower!, 12);
      expect(b.upper! / 100).toBeCloseTo(a.upper!, 12);
    }
    expect(answered(logBettingEValue(cents, 50))).toBeCloseTo(answered(logBettingEValue(dollars, 0.5)), 9);
  });

  it('turning the values upside down mirrors the interval', () => {
    const values = draws(72, 300);
    const a = answered(bettingSequence({ values, lowest: 0, highest: 1 }, 0.05));
    const b = answered(bettingSequence({ values: values.map((x) => 1 - x), lowest: 0, highest: 1 }, 0.05));
    expect(1 - b.upper!).toBeCloseTo(a.lower!, 10);
    expect(1 - b.lower!).toBeCloseTo(a.upper!, 10);
  });

  it('one-sided bounds are tighter and leave the other end open', () => {
    const data = { values: draws(73, 500), lowest: 0, highest: 1 };
    const both = answered(bettingSequence(data, 0.05));
    const above = answered(bettingSequence(data, 0.05, 'greater'));
    expect(above.lower!).toBeGreaterThan(both.lower!);
    expect(above.upper).toBeNull();
    expect(answered(bettingSequence(data, 0.05, 'less')).upper!).toBeLessThan(both.upper!);
  });

  it('refuses no units, values outside their bounds, bounds in the wrong order and a chance of 0, each with a remedy', () => {
    const refusals = [
      bettingSequence({ values: new Float64Array(0), lowest: 0, highest: 1 }, 0.05),
      empiricalBernstein({ values: Float64Array.of(0.2, 1.2), lowest: 0, highest: 1 }, 0.05),
      logBettingEValue({ values: Float64Array.of(NaN), lowest: 0, highest: 1 }, 0.5),
      bettingSequence({ values: Float64Array.of(0), lowest: 1, highest: 1 }, 0.05),
      randomisedDifference({ values: Float64Array.of(0), lowest: 0, highest: 1, isTreated: [true], treatmentChance: 0 }),
      bernoulliSequence(3, 2, 0.05, 100),
      quantileSequence(new Float64Array(0), 0.5, 0.05, 100),
      quantileComparisonPValue(Float64Array.of(1), new Float64Array(0), 0.5, 100),
    ];
    for (const refusal of refusals) expect(refusal).toMatchObject({ status: 'refused', detail: expect.stringMatching(/needs/), remedy: expect.stringMatching(/\.$/) });
  });

  it('constant values are answered: the interval closes in on them', () => {
    const set = answered(bettingSequence({ values: new Float64Array(2000).fill(0.25), lowest: 0, highest: 1 }, 0.05));
    expect(set.lower!).toBeGreaterThan(0.24);
    expect(set.upper!).toBeLessThan(0.26);
    expect(set.lower!).toBeLessThan(0.25);
  });
});

describe('quantiles at any time', () => {
  it('a quantile of rounded, heavy-tailed values stays in its sequence at all of 12 looks in at least 95 % of 400 paths', () => {
    const truth = Math.round(100 * Math.exp(1.2815515655446004));
    let missed = 0;
    for (let path = 0; path < 400; path++) {
      const random = stream(74, path);
      const all = Float64Array.from({ length: 1500 }, () => Math.round(100 * Math.exp(random.normal())));
      const isMissed = logLooks(30, 1500, 12).some((look) => {
        const { lower, upper } = answered(quantileSequence(all.slice(0, Math.round(look)).sort(), 0.9, 0.05, 400));
        return (lower !== null && lower > truth) || (upper !== null && upper < truth);
      });
      if (isMissed) missed++;
    }
    expect(missed / 400).toBeLessThanOrEqual(0.05);
  });

  it('few units bound nothing; an end appears when order statistics allow it', () => {
    expect(answered(quantileSequence(Float64Array.of(1, 2, 3), 0.9, 0.05, 100))).toEqual({ shape: 'interval', lower: null, upper: null });
    const set = answered(quantileSequence(Float64Array.from({ length: 1000 }, (_, i) => i), 0.5, 0.05, 1000));
    expect(set.lower!).toBeLessThan(500);
    expect(set.upper!).toBeGreaterThan(500);
    expect(set.upper! - set.lower!).toBeLessThan(120);
  });

  it('a shift is found: p-value and difference agree, and any increasing change of unit leaves the p-value as it is', () => {
    const control = draws(75, 2000).sort();
    const treatment = control.map((x) => x + 0.15);
    const p = answered(quantileComparisonPValue(control, treatment, 0.5, 500));
    expect(p).toBeLessThan(0.01);
    const { lower, upper } = answered(quantileDifferenceSequence(control, treatment, 0.5, 0.05, 500));
    expect(lower!).toBeGreaterThan(0);
    expect(lower!).toBeLessThan(0.15);
    expect(upper!).toBeGreaterThan(0.15);
    expect(answered(quantileComparisonPValue(control.map(Math.exp), treatment.map(Math.exp), 0.5, 500))).toBe(p);
    expect(answered(quantileComparisonPValue(treatment, control, 0.5, 500))).toBeCloseTo(p, 10);
  });
});

describe('two shares by batches', () => {
  const batch = (xc: number, nc: number, xt: number, nt: number): Shares => ({ control: { share: xc / nc, n: nc }, treatment: { share: xt / nt, n: nt } });
  const DAYS = [batch(10, 100, 14, 100), batch(8, 90, 15, 110), batch(12, 105, 20, 95), batch(9, 100, 17, 100)];

  it('a factor has mean at most 1 under every null, by summing over all outcomes of a batch', () => {
    // what was seen before makes the bet; the batch is then drawn from a point of the null
    const before = batch(3, 10, 7, 12);
    const choose = (n: number, k: number): number => Array.from({ length: k }, (_, i) => (n - i) / (i + 1)).reduce((a, b) => a * b, 1);
    const mass = (k: number, n: number, p: number): number => choose(n, k) * p ** k * (1 - p) ** (n - k);
    for (const [nc, nt] of [[1, 1], [4, 6], [7, 2]] as const) for (const [scale, nullValue] of [['difference', 0], ['difference', 0.1], ['difference', -0.4], ['lift', 0], ['lift', 0.5], ['lift', -0.3]] as const) {
      const past = logShareEValue([before], nullValue, scale, 'two_sided');
      for (const c of [0.05, 0.2, 0.45, 0.6, 0.9]) {
        const t = scale === 'lift' ? (1 + nullValue) * c : c + nullValue;
        if (t < 0 || t > 1) continue;
        let mean = 0;
        for (let x = 0; x <= nc; x++) for (let y = 0; y <= nt; y++) mean += mass(x, nc, c) * mass(y, nt, t) * Math.exp(logShareEValue([before, batch(x, nc, y, nt)], nullValue, scale, 'two_sided') - past);
        expect(mean).toBeLessThan(1 + 1e-9);
        expect(mean).toBeGreaterThan(0.05);
      }
    }
  });

  it('an interval leaves out a value exactly when its e-value reaches one over alpha, on both scales and sides', () => {
    for (const scale of ['difference', 'lift'] as const) for (const alternative of ['two_sided', 'greater', 'less'] as const) {
      const { lower, upper } = shareSequence(DAYS, 0.2, scale, alternative);
      for (const value of [-0.5, -0.1, 0, 0.02, 0.05, 0.1, 0.3, 0.9]) {
        const isLeftOut = (lower !== null && value < lower) || (upper !== null && value > upper);
        expect([scale, alternative, value, isLeftOut]).toEqual([scale, alternative, value, logShareEValue(DAYS, value, scale, alternative) >= Math.log(5)]);
      }
    }
  });

  it('a batch of one arm changes no evidence by itself', () => {
    expect(logShareEValue([...DAYS, { control: { share: 0.1, n: 100 }, treatment: { share: 0, n: 0 } }], 0, 'difference', 'two_sided')).toBe(logShareEValue(DAYS, 0, 'difference', 'two_sided'));
  });

  it('is not far wider than an interval for one look', () => {
    const random = stream(81);
    const days = Array.from({ length: 14 }, () => batch(drawBinomial(random, 2000, 0.1), 2000, drawBinomial(random, 2000, 0.1), 2000));
    const { lower, upper } = shareSequence(days, 0.05, 'difference', 'two_sided');
    const fixed = 2 * 1.96 * Math.sqrt((2 * 0.09) / 28_000);
    expect((upper! - lower!) / fixed).toBeGreaterThan(1.2);
    expect((upper! - lower!) / fixed).toBeLessThan(2.2);
  });
});
