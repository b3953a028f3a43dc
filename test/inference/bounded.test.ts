import { describe, expect, it } from '@jest/globals';
import { bernoulliSequence } from '../../src/stats/inference/bounded/bernoulli-sequence.js';
import { bettingSequence, logBettingEValue } from '../../src/stats/inference/bounded/betting.js';
import { empiricalBernstein } from '../../src/stats/inference/bounded/empirical-bernstein.js';
import { quantileComparisonPValue, quantileDifferenceSequence, quantileSequence } from '../../src/stats/inference/bounded/quantile-sequence.js';
import { randomisedDifference } from '../../src/stats/inference/bounded/randomised-difference.js';
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
