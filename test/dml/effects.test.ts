import { describe, expect, it } from '@jest/globals';
import { sumCovariance } from '../../src/stats/dml/clustered-covariance.js';
import { planSampleFolds } from '../../src/stats/dml/fold-plan.js';
import { runEstimator } from '../../src/stats/estimators/run-estimator.js';
import { stream } from '../../src/stats/numeric/random.js';
import { isRefusal } from '../../src/stats/refusal.js';
import { frameOf } from '../../src/stats/summaries/frame.js';
import { numericOf } from '../stats/data.js';

const quick = { folds: 2, outcomeLearner: { name: 'linear' }, treatmentLearner: { name: 'logistic' } } as const;

/** Confounded rows of effect 1; the instrument moves nine of ten units. */
function rows(n: number, change: Partial<Record<'d' | 'z' | 'y' | 'x', (row: number) => number>> = {}) {
  const random = stream(11, n);
  const column = (name: 'd' | 'z' | 'y' | 'x', of: (row: number) => number) => Float64Array.from({ length: n }, (_, row) => (change[name] ?? of)(row));
  const x = column('x', () => random.normal());
  const z = column('z', (row) => Number(random.bernoulli(1 / (1 + Math.exp(-0.5 * x[row]!)))));
  const hidden = Float64Array.from(x, () => random.normal());
  const d = column('d', (row) => (random.bernoulli(0.9) ? z[row]! : Number(hidden[row]! > 0)));
  const y = column('y', (row) => d[row]! + x[row]! + random.normal());
  const c = Float64Array.from(x, (_, row) => Math.floor(row / 4));
  return { x, z, d, y, c };
}

async function ask(estimator: string, columns: Readonly<Record<string, Float64Array>>, options: object = {}, roles: object = {}) {
  const data = frameOf(Object.entries(columns).map(([name, values]) => numericOf(name, values)));
  const answer = await runEstimator({ estimator, data, columns: { outcome: 'y', treatment: 'd', covariates: ['x'], ...(estimator.endsWith('iv') || estimator === 'iivm' ? { instrument: 'z' } : {}), ...roles }, options }, { seed: 5 });
  return 'refusal' in answer ? answer.refusal : answer.result as Readonly<Record<string, never>> & { effect: { estimate: number; standardError: number; degreesOfFreedom: number } };
}

const REFUSALS: readonly { title: string; estimator: string; reason: string; columns: ReturnType<typeof rows>; options?: object }[] = [
  { title: 'no overlap', estimator: 'irm', reason: 'no_overlap', columns: rows(200, { d: (row) => Number(row % 10 === 0 ? row % 20 === 0 : stream(11, 200).normal() > 9), x: (row) => (row % 10 === 0 ? 0.1 * (row % 7) : 4 + (row % 7)) }), options: { ...quick, treatmentLearner: { name: 'ridge', lambda: 0.01 } } },
  { title: 'a constant treatment', estimator: 'plr', reason: 'zero_variance', columns: rows(100, { d: () => 1 }) },
  { title: 'one class of a classifier', estimator: 'irm', reason: 'zero_variance', columns: rows(100, { d: () => 0 }) },
  { title: 'too few treated', estimator: 'irm', reason: 'too_few_units', columns: rows(100, { d: (row) => Number(row < 4) }) },
  { title: 'a treatment that is a copy of a covariate', estimator: 'plr', reason: 'not_identified', columns: rows(100, { d: (row) => row % 7, x: (row) => row % 7 }), options: { ...quick, treatmentLearner: { name: 'linear' } } },
  { title: 'more folds than units', estimator: 'plr', reason: 'too_few_units', columns: rows(20), options: { ...quick, folds: 50 } },
  { title: 'missing values and a learner that does not take them', estimator: 'irm', reason: 'not_finite', columns: rows(100, { x: (row) => (row === 3 ? NaN : row % 5) }), options: quick },
];

describe('double machine learning', () => {
  it.each(REFUSALS)('$estimator refuses $title', async ({ estimator, reason, columns, options }) => {
    expect(await ask(estimator, columns, options ?? quick)).toMatchObject({ status: 'refused', reason });
  });

  it.each(['pliv', 'iivm'])('%s gives the Anderson-Rubin set and no estimate when the instrument is weak', async (estimator) => {
    const weak = rows(300, { z: (row) => row % 2 });
    const random = stream(3);
    const answer = await ask(estimator, { ...weak, d: weak.x.map((x) => Number(x + random.normal() > 0)) }, { ...quick, instrumentLearner: { name: 'logistic' } });
    expect(answer).toMatchObject({ effect: null, effectRefusal: { reason: 'denominator_near_zero' }, andersonRubin: { interval: { shape: expect.any(String) } } });
  });

  it('a treatment determined by nothing but chance: irm, tmle and plr agree within an error, on all and on the treated', async () => {
    const random = stream(8);
    const columns = rows(600, { d: () => Number(random.bernoulli(0.5)) });
    const answers = await Promise.all([['plr', {}], ['irm', {}], ['tmle', {}], ['irm', { target: 'treated' }], ['tmle', { target: 'treated' }], ['plr', { score: 'iv_type' }]]
      .map(([name, options]) => ask(name as string, columns, { ...quick, ...(options as object) })));
    const [first, ...others] = answers.map((answer) => { if (!('effect' in answer)) throw new Error(answer.detail); return answer.effect; });
    for (const { estimate, standardError } of others) {
      expect(Math.abs(estimate - first!.estimate)).toBeLessThan(first!.standardError);
      expect(standardError / first!.standardError).toBeCloseTo(1, 0);
    }
  });

  it('the median over repetitions never has a smaller error than the least of them, and repetitions are shown', async () => {
    const answer = await ask('irm', rows(300), { ...quick, repetitions: 5 });
    expect(answer).toMatchObject({ repetitions: { count: 5, interquartileRange: expect.any(Number) }, effect: { estimate: (answer as unknown as { repetitions: { median: number } }).repetitions.median } });
  });

  it('rows outside the bounds are trimmed with their share shown, when asked', async () => {
    const answer = await ask('irm', rows(400), { ...quick, lowestPropensity: 0.4, highestPropensity: 0.6, beyondBounds: 'trim' });
    const { trimmedShare, n } = answer as unknown as { trimmedShare: number; n: number };
    expect(trimmedShare).toBeGreaterThan(0);
    expect(n).toBe(Math.round(400 * (1 - trimmedShare)));
  });

  it('clusters give errors with as many degrees of freedom as there are clusters, less one', async () => {
    const answer = await ask('plr', rows(400), quick, { cluster: 'c' });
    expect(answer).toMatchObject({ independentUnits: 100, effect: { degreesOfFreedom: 99 } });
  });

  it('a weight of 0 is an absent row, but for the drawing of folds', async () => {
    const columns = rows(300);
    const zero = columns.x.map((_, row) => Number(row % 3 !== 0));
    const answer = await ask('plr', { ...columns, zero }, quick, { weight: 'zero' });
    expect(answer).toMatchObject({ n: 200, independentUnits: 200 });
  });
});

describe('two ways of clustering', () => {
  const first = Int32Array.from({ length: 60 }, (_, row) => Math.floor(row / 10));
  const second = Int32Array.from({ length: 60 }, (_, row) => row % 5);

  it('never trains on rows that share a cluster with the rows that are predicted', () => {
    const folds = planSampleFolds({ x: { n: 60, names: [], columns: [] }, y: new Float64Array(60), d: new Float64Array(60), clusters: [first, second] }, 2, undefined, 1, 0);
    if (isRefusal(folds)) throw new Error(folds.detail);
    expect([...folds.splits.flatMap(({ test }) => [...test])].sort((a, b) => a - b)).toEqual([...first.keys()]);
    for (const { train, test } of folds.splits) {
      for (const way of [first, second]) {
        const held = new Set(Array.from(test, (row) => way[row]));
        expect(Array.from(train).filter((row) => held.has(way[row]))).toEqual([]);
      }
    }
  });

  it('variance is first plus second less both, and never below either way', () => {
    const random = stream(9);
    const byFirst = Float64Array.from({ length: 6 }, () => random.normal());
    const bySecond = Float64Array.from({ length: 5 }, () => random.normal());
    const value = Float64Array.from(first, (code, row) => byFirst[code]! + bySecond[second[row]!]!);
    const oneWay = (codes: ArrayLike<number>) => {
      const sums = new Map<number, number>();
      value.forEach((v, row) => sums.set(codes[row]!, (sums.get(codes[row]!) ?? 0) + v));
      return (sums.size / (sums.size - 1)) * [...sums.values()].reduce((sum, total) => sum + total * total, 0);
    };
    const both = oneWay(Array.from(first, (code, row) => 100 * code + second[row]!));
    const expected = Math.max(oneWay(first) + oneWay(second) - both, oneWay(first), oneWay(second));
    expect(sumCovariance([value], [first, second]).covariance[0]![0]).toBeCloseTo(expected, 8);
  });
});
