import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { covariateBalance, prepareCovariates } from '../../src/stats/design/allocation/covariate-balance.js';
import { allocate, rerandomise } from '../../src/stats/design/allocation/rerandomise.js';
import { rerandomisedVariance } from '../../src/stats/design/allocation/rerandomised-variance.js';
import { stratifiedAllocation } from '../../src/stats/design/allocation/stratified-allocation.js';
import { assign, prepareAssignment } from '../../src/stats/design/assignment/assign.js';
import { assignmentSchema } from '../../src/stats/design/assignment/assignment-config.js';
import { stream } from '../../src/stats/numeric/random.js';
import { isRefusal, type Refusal } from '../../src/stats/refusal.js';

const answered = <T>(value: T | Refusal): T => {
  if (isRefusal(value)) throw new Error(value.detail);
  return value;
};
const ids = (n: number) => Array.from({ length: n }, (_, i) => `unit-${i}`);
const normals = (n: number, ...path: number[]) => stream(11, ...path).fillNormal(new Float64Array(n));

describe('covariateBalance', () => {
  it('of two arms and one covariate is the squared standardised difference, whatever its unit', () => {
    const x = normals(200, 1);
    const arms = allocate(ids(200), [0.5, 0.5], 's');
    const mean = (arm: number) => { const own = x.filter((_, i) => arms[i] === arm); return own.reduce((a, b) => a + b, 0) / own.length; };
    const n = arms.reduce((a, b) => a + b, 0);
    const grand = x.reduce((a, b) => a + b, 0) / 200;
    const variance = x.reduce((sum, v) => sum + (v - grand) ** 2, 0) / 199;
    const expected = ((n * (200 - n)) / 200) * ((mean(1) - mean(0)) ** 2 / variance);
    const balance = (values: Float64Array) => covariateBalance(answered(prepareCovariates([values])), arms, 2);
    expect(balance(x).mahalanobis).toBeCloseTo(expected, 10);
    expect(balance(x.map((v) => 1e6 + 1000 * v)).mahalanobis).toBeCloseTo(expected, 6);
    expect(balance(x).standardisedDifferences[0]).toBeCloseTo(Math.abs(mean(1) - mean(0)) / Math.sqrt(variance), 10);
  });

  it('does not change when covariates are replaced by sums and differences of themselves', () => {
    const [a, b] = [normals(300, 2), normals(300, 3)];
    const arms = allocate(ids(300), [0.2, 0.3, 0.5], 't');
    const of = (covariates: Float64Array[]) => covariateBalance(answered(prepareCovariates(covariates)), arms, 3);
    expect(of([a.map((v, i) => v + 5 * b[i]!), a.map((v, i) => v - b[i]!)]).mahalanobis).toBeCloseTo(of([a, b]).mahalanobis, 8);
    expect(of([a, b]).degreesOfFreedom).toBe(4);
  });

  it('is chi-square under hashing: mean and variance over 400 salts within 4 standard errors', () => {
    const covariates = answered(prepareCovariates([normals(500, 4), normals(500, 5), normals(500, 6)]));
    const values = Array.from({ length: 400 }, (_, i) => covariateBalance(covariates, allocate(ids(500), [0.5, 0.5], `salt ${i}`), 2).mahalanobis);
    const mean = values.reduce((a, b) => a + b, 0) / 400;
    expect(Math.abs(mean - 3)).toBeLessThan(4 * Math.sqrt(6 / 400));
  });

  it('refuses constant and redundant covariates, and fewer units than covariates + 2', () => {
    const x = normals(50, 7);
    const reason = (covariates: Float64Array[]) => (prepareCovariates(covariates) as Refusal).reason;
    expect(reason([new Float64Array(50).fill(3)])).toBe('zero_variance');
    expect(reason([x, x.map((v) => 2 * v + 1)])).toBe('numerical_failure');
    expect(reason([x.slice(0, 2)])).toBe('too_few_units');
    expect(reason([])).toBe('too_few_units');
  });
});

describe('rerandomisedVariance', () => {
  it('agrees with scipy\'s chi-square: 1, 3 and 10 covariates at 5 %, 0.1 % and 1 % accepted', () => {
    expect(rerandomisedVariance(1, 0.05) / 0.0013100262742689833).toBeCloseTo(1, 9);
    expect(rerandomisedVariance(3, 0.001) / 0.004852766414576658).toBeCloseTo(1, 9);
    expect(rerandomisedVariance(10, 0.01) / 0.20595912701682684).toBeCloseTo(1, 9);
    expect(rerandomisedVariance(4, 1)).toBe(1);
  });
});

describe('rerandomise', () => {
  const covariates = [normals(400, 8), normals(400, 9)];
  const input = { units: ids(400), covariates, weights: [0.5, 0.5], salt: 'launch', candidates: 100 };

  it('finds the best of its salts, with the balance that a plain assignment under that salt has', () => {
    const found = answered(rerandomise(input));
    expect(found.tried).toBe(100);
    expect(found.balance.mahalanobis).toBeLessThanOrEqual(found.firstBalance.mahalanobis);
    expect(found.balance.percentile).toBeLessThan(0.05);
    const experiment = prepareAssignment(assignmentSchema.parse({ key: 'any', salt: found.salt, variations: [{ key: 'a', weight: 0.5 }, { key: 'b', weight: 0.5 }] }));
    const arms = Uint8Array.from(input.units, (id) => assign(experiment, { id }).index!);
    expect(covariateBalance(answered(prepareCovariates(covariates)), arms, 2)).toEqual(found.balance);
  });

  it('with an acceptance stops at the first salt that is good enough, or says that none was', () => {
    const found = answered(rerandomise({ ...input, acceptance: 0.2 }));
    expect(found.isAccepted).toBe(true);
    expect(found.balance.percentile).toBeLessThanOrEqual(0.2);
    expect(found.tried).toBeLessThan(100);
    expect(answered(rerandomise({ ...input, candidates: 3, acceptance: 1e-6 })).isAccepted).toBe(false);
    for (const acceptance of [0, -1, 1.5, NaN]) expect(rerandomise({ ...input, acceptance })).toMatchObject({ status: 'refused', detail: expect.stringContaining('acceptance in (0, 1]') });
  });

  it('leaves the variance of covariate differences that it promises, over 100 experiments', () => {
    let total = 0;
    let promise = 0;
    const x = normals(200, 10);
    for (let i = 0; i < 100; i++) {
      const found = answered(rerandomise({ units: ids(200), covariates: [x, normals(200, 12)], weights: [0.5, 0.5], salt: `trial ${i}`, candidates: 10 }));
      total += found.balance.mahalanobis / 2;
      promise = found.remainingVariance;
    }
    // the minimum of ten exponentials of mean 1 has mean 0.1
    expect(promise).toBeCloseTo(0.1, 2);
    expect(Math.abs(total / 100 - 0.1)).toBeLessThan(4 * 0.1 / Math.sqrt(100));
  });
});

describe('stratifiedAllocation', () => {
  const shares = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 2, maxLength: 5 }).map((w) => w.map((v) => v / w.reduce((a, b) => a + b, 0)));

  it('holds every arm within one unit of its share in every stratum', () => {
    fc.assert(fc.property(shares, fc.array(fc.constantFrom('de', 'fr', 'us', 'jp'), { minLength: 1, maxLength: 200 }), fc.string(), (weights, strata, salt) => {
      const found = answered(stratifiedAllocation(ids(strata.length), strata, weights, salt));
      expect(found.largestDeviation).toBeLessThan(1 + 1e-9);
      for (const { stratum, counts } of found.strata) {
        const own = [...found.arms].filter((_, i) => strata[i] === stratum);
        expect(counts).toEqual(weights.map((_, arm) => own.filter((a) => a === arm).length));
      }
    }), { seed: 6, numRuns: 150 });
  });

  it('does not depend on the order of the units', () => {
    const units = ids(120);
    const strata = units.map((_, i) => `s${i % 7}`);
    const byId = (order: number[]) => {
      const { arms } = answered(stratifiedAllocation(order.map((i) => units[i]!), order.map((i) => strata[i]!), [0.5, 0.3, 0.2], 'x'));
      return new Map(order.map((i, at) => [units[i], arms[at]]));
    };
    const forward = byId(units.map((_, i) => i));
    const shuffled = units.map((_, i) => i);
    stream(5).shuffle(shuffled);
    for (const [id, arm] of byId(shuffled)) expect(arm).toBe(forward.get(id));
  });

  it('over 400 salts treats every unit as often as its share, single units of a stratum included', () => {
    const units = ids(9);
    const strata = ['a', 'a', 'a', 'a', 'b', 'b', 'b', 'c', 'd'];
    const treated = new Float64Array(9);
    for (let salt = 0; salt < 400; salt++) {
      answered(stratifiedAllocation(units, strata, [0.5, 0.5], `salt ${salt}`)).arms.forEach((arm, i) => { treated[i] = treated[i]! + arm; });
    }
    for (const count of treated) expect(Math.abs(count / 400 - 0.5)).toBeLessThan(4 * Math.sqrt(0.25 / 400));
  });

  it('refuses repeated units', () => {
    expect((stratifiedAllocation(['a', 'a'], ['x', 'x'], [0.5, 0.5], 's') as Refusal).detail).toContain('listed once; 1 are repeated');
  });
});
