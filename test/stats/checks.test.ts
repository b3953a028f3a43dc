import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { meanEquality, type MeanEquality } from '../../src/stats/checks/mean-equality.js';
import { logMultinomialEValue } from '../../src/stats/checks/multinomial-e-value.js';
import { weightedTrend, type Trend } from '../../src/stats/checks/weighted-trend.js';
import { stream } from '../../src/stats/numeric/random.js';
import { studentUpperTail } from '../../src/stats/numeric/student.js';
import { isRefusal, type Refusal } from '../../src/stats/refusal.js';
import { momentsOf, type Moments } from '../../src/stats/summaries/moments.js';

const answered = <T extends object>(result: T | Refusal): T => { if (isRefusal(result)) throw new Error(result.detail); return result; };
/** Three binomial standard errors about a rate. */
const margin = (rate: number, replicates: number): number => 3 * Math.sqrt((rate * (1 - rate)) / replicates);

describe('log e-value of multinomial counts', () => {
  const counts = fc.array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 3, maxLength: 3 });
  const weights = [0.5, 0.3, 0.2];

  it('is a martingale: the mean over the next unit is the present value', () => fc.assert(fc.property(counts, (units) => {
    const now = logMultinomialEValue(units, weights);
    const next = weights.map((weight, i) => weight * Math.exp(logMultinomialEValue(units.map((n, j) => n + Number(i === j)), weights) - now));
    expect(next.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 7);
  }), { seed: 31 }));

  it('starts at 1, and is the ratio of two chances for one unit', () => {
    expect(logMultinomialEValue([0, 0, 0], weights)).toBeCloseTo(0, 12);
    for (const i of [0, 1, 2]) expect(logMultinomialEValue([0, 1, 2].map((j) => Number(i === j)), weights)).toBeCloseTo(0, 9);
  });

  it('watched at 300 looks it warns falsely in at most its level, and finds a mismatch of two percent', () => {
    const random = stream(41);
    const [replicates, looks, block] = [1500, 300, 50];
    const falseAlarms = { true: 0, false: 0 };
    for (const isBroken of [false, true]) {
      const share = isBroken ? 0.52 : 0.5;
      for (let r = 0; r < replicates / (isBroken ? 10 : 1); r++) {
        let [control, treatment] = [0, 0];
        for (let look = 0; look < looks; look++) {
          const drawn = Math.min(block, Math.max(0, Math.round(block * share + Math.sqrt(block * share * (1 - share)) * random.normal())));
          control += drawn;
          treatment += block - drawn;
          if (logMultinomialEValue([control, treatment], [0.5, 0.5]) > -Math.log(0.05)) { falseAlarms[`${isBroken}`]++; break; }
        }
      }
    }
    expect(falseAlarms.false / replicates).toBeLessThanOrEqual(0.05 + margin(0.05, replicates));
    expect(falseAlarms.false / replicates).toBeGreaterThan(0.005);
    expect(falseAlarms.true / (replicates / 10)).toBeGreaterThan(0.95);
  });
});

describe('meanEquality', () => {
  const random = stream(42);
  const arm = (n: number, shift = 0): Moments => {
    const a = Float64Array.from({ length: n }, () => random.normal());
    return momentsOf({ a: a.map((x) => x + shift), b: a.map((x) => 0.5 * x + random.normal()), c: a.map(() => -Math.log(1 - random.uniform())) }) as Moments;
  };
  const only = ({ n, mean, scatter }: Moments, keep: readonly number[]): Moments => ({ n, columns: keep.map(String), mean: keep.map((i) => mean[i]!), scatter: keep.map((i) => keep.map((j) => scatter[i]![j]!)) });

  it('is the pooled t test for one column and two arms', () => {
    const [x, y] = [only(arm(20), [0]), only(arm(30, 0.5), [0])];
    const pooled = (x.scatter[0]![0]! + y.scatter[0]![0]!) / 48;
    const t = (y.mean[0]! - x.mean[0]!) / Math.sqrt(pooled * (1 / 20 + 1 / 30));
    const test = answered<MeanEquality>(meanEquality([x, y]));
    expect(test.statistic).toBeCloseTo(t * t, 10);
    expect(test.pValue).toBeCloseTo(2 * studentUpperTail(Math.abs(t), 48), 12);
  });

  it('is Hotelling by the inverse of the pooled covariance for two columns', () => {
    const [x, y] = [only(arm(25), [0, 1]), only(arm(40, 0.4), [0, 1])];
    const s = [0, 1].map((i) => [0, 1].map((j) => (x.scatter[i]![j]! + y.scatter[i]![j]!) / 63));
    const d = [0, 1].map((i) => y.mean[i]! - x.mean[i]!);
    const determinant = s[0]![0]! * s[1]![1]! - s[0]![1]! ** 2;
    const quadratic = (d[0]! ** 2 * s[1]![1]! - 2 * d[0]! * d[1]! * s[0]![1]! + d[1]! ** 2 * s[0]![0]!) / determinant;
    expect(answered<MeanEquality>(meanEquality([x, y])).statistic).toBeCloseTo((quadratic * 25 * 40) / 65, 9);
  });

  it('does not hang on order, unit of measurement, or a column that repeats another', () => {
    const arms = [arm(200), arm(300), arm(250)];
    const p = answered<MeanEquality>(meanEquality(arms)).pValue;
    const scaled = arms.map(({ n, columns, mean, scatter }) => ({ n, columns, mean: mean.map((m, i) => (i === 0 ? 1e6 + 100 * m : m)), scatter: scatter.map((row, i) => row.map((v, j) => v * (i === 0 ? 100 : 1) * (j === 0 ? 100 : 1))) }));
    expect(answered<MeanEquality>(meanEquality([...arms].reverse())).pValue).toBeCloseTo(p, 10);
    expect(answered<MeanEquality>(meanEquality(scaled)).pValue).toBeCloseTo(p, 8);
    const repeated = arms.map((moments) => only(moments, [0, 1, 2, 1]));
    expect(answered<MeanEquality>(meanEquality(repeated))).toMatchObject({ degreesOfFreedom: 6 });
    expect(answered<MeanEquality>(meanEquality(repeated)).pValue).toBeCloseTo(p, 8);
  });

  it.each([2, 3])('has its size under randomisation, with a skewed column, in %d arms', (arms) => {
    const replicates = 1200;
    let rejected = 0;
    for (let r = 0; r < replicates; r++) if (answered<MeanEquality>(meanEquality(Array.from({ length: arms }, () => arm(120)))).pValue < 0.05) rejected++;
    expect(Math.abs(rejected / replicates - 0.05)).toBeLessThan(margin(0.05, replicates));
  });

  it('refuses one arm, one unit, and columns that do not vary', () => {
    expect(meanEquality([arm(20)])).toMatchObject({ status: 'refused', reason: 'too_few_units' });
    expect(meanEquality([arm(20), arm(1)])).toMatchObject({ status: 'refused', reason: 'too_few_units' });
    const constant = { n: 10, columns: ['a'], mean: [1], scatter: [[0]] };
    expect(meanEquality([constant, constant])).toMatchObject({ status: 'refused', reason: 'zero_variance' });
  });
});

describe('weightedTrend', () => {
  const line = (random: () => number, slope = 0) => Array.from({ length: 14 }, (_, at) => {
    const standardError = 0.01 * (1 + (at % 3));
    return { at, estimate: 0.05 + slope * at + standardError * random(), standardError };
  });

  it('recovers a line, and weighs points by their precision', () => {
    const exact = answered<Trend>(weightedTrend(line(() => 0, 0.003)));
    expect(exact.slope).toBeCloseTo(0.003, 14);
    const points = [{ at: 0, estimate: 0, standardError: 1 }, { at: 1, estimate: 1, standardError: 1 }, { at: 2, estimate: 2, standardError: 1 }, { at: 3, estimate: 100, standardError: 1e6 }];
    expect(answered<Trend>(weightedTrend(points)).slope).toBeCloseTo(1, 6);
  });

  it('has at most its size when there is no trend, and finds one that is there', () => {
    const random = stream(43);
    const replicates = 4000;
    const rate = (slope: number): number => {
      let found = 0;
      for (let r = 0; r < replicates; r++) if (answered<Trend>(weightedTrend(line(() => random.normal(), slope))).pValue < 0.05) found++;
      return found / replicates;
    };
    const size = rate(0);
    expect(size).toBeLessThan(0.05 + margin(0.05, replicates));
    expect(size).toBeGreaterThan(0.02);
    expect(rate(0.005)).toBeGreaterThan(0.9);
  });

  it('refuses fewer than four points', () => {
    expect(weightedTrend(line(() => 0).slice(0, 3))).toMatchObject({ status: 'refused', reason: 'too_few_units' });
  });
});
