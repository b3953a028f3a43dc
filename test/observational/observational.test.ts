import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { runEstimator } from '../../src/stats/estimators/run-estimator.js';
import { stream } from '../../src/stats/numeric/random.js';
import { categoryOf, frameOf } from '../../src/stats/summaries/frame.js';
import { numericOf } from '../stats/data.js';

type Columns = Readonly<Record<string, ArrayLike<number> | readonly string[]>>;
interface Effect { readonly estimate: number; readonly standardError: number }
interface Balance { readonly name: string; readonly after: { readonly standardisedDifference: number; readonly control: number; readonly treated: number } }

async function run(estimator: string, columns: Columns, roles: Readonly<Record<string, string | readonly string[]>>, options: object = {}) {
  const data = frameOf(Object.entries(columns).map(([name, values]) => (typeof values[0] === 'string' ? categoryOf(name, values as readonly string[]) : numericOf(name, values as ArrayLike<number>))));
  const answer = await runEstimator({ estimator, data, columns: { outcome: 'y', treatment: 'd', ...roles }, options }, { seed: 1 });
  if ('refusal' in answer) throw new Error(`${answer.refusal.reason}: ${answer.refusal.detail}`);
  return answer.result as Readonly<Record<string, unknown>> & { readonly effect: Effect; readonly balance: readonly Balance[] };
}

const published = JSON.parse(readFileSync('test/observational/vectors/observational.json', 'utf8')) as {
  readonly data: Readonly<Record<'x1' | 'x2' | 'x3' | 'd' | 'y' | 'cluster', readonly number[]>>;
  readonly matched: readonly { estimand: string; weight: number; M: number; adjust: boolean; neighbours: number; estimate: number; error: number }[];
  readonly regressions: readonly { fit: string; kind: string; estimate: number; error: number }[];
  readonly weighted: readonly { target: string; estimate: number }[];
};
const covariates = ['x1', 'x2', 'x3'];

describe('matching, against R\'s Matching', () => {
  it.each(published.matched)('$estimand, weight $weight, $M matches, adjusted $adjust, noise of $neighbours neighbours', async ({ estimand, weight, M, adjust, neighbours, estimate, error }) => {
    const { effect } = await run('matching', published.data, { covariates }, {
      target: { ATT: 'treated', ATC: 'control', ATE: 'all' }[estimand], distance: weight === 1 ? 'standardised' : 'mahalanobis', ratio: M, adjustOutcomes: adjust, neighbours,
    });
    expect(effect.estimate).toBeCloseTo(estimate, 9);
    expect(effect.standardError).toBeCloseTo(error, 9);
  });
});

describe('regression_adjustment, against R\'s lm and sandwich', () => {
  it.each(published.regressions)('$fit, $kind', async ({ fit, kind, estimate, error }) => {
    const { effect } = await run('regression_adjustment', published.data, { covariates, ...(kind === 'cr1' && { cluster: 'cluster' }) }, { interacted: fit === 'interacted', errors: kind, speaksOf: 'units' });
    expect(effect.estimate).toBeCloseTo(estimate, 10);
    expect(effect.standardError).toBeCloseTo(error, 10);
  });

  it('speaks of a population with a wider interval than of these units, by the variance of what their covariates say', async () => {
    const [units, population] = await Promise.all(['units', 'population'].map((speaksOf) => run('regression_adjustment', published.data, { covariates }, { speaksOf })));
    expect(population!.effect.estimate).toBe(units!.effect.estimate);
    expect(population!.effect.standardError).toBeGreaterThan(units!.effect.standardError);
  });

  it('leaves out a covariate that others determine', async () => {
    const doubled = { ...published.data, x4: published.data.x1.map((value, i) => 3 * value - published.data.x2[i]! + 1) };
    const [with4, without] = await Promise.all([[...covariates, 'x4'], covariates].map((names) => run('regression_adjustment', doubled, { covariates: names })));
    expect(with4!.effect.estimate).toBeCloseTo(without!.effect.estimate, 10);
    expect((with4!['slopes'] as readonly unknown[]).length).toBe(3);
  });
});

describe('inverse_propensity', () => {
  it.each(published.weighted)('agrees with weights of R\'s glm: $target', async ({ target, estimate }) => {
    const { effect } = await run('inverse_propensity', published.data, { covariates }, { target });
    expect(effect.estimate).toBeCloseTo(estimate, 7);
  });

  // stratum 0: 4 of 12 treated; stratum 1: 9 of 12
  const x = Array.from({ length: 24 }, (_, i) => Number(i >= 12));
  const d = x.map((stratum, i) => Number(i % 12 < (stratum ? 9 : 4)));
  const y = x.map((stratum, i) => 10 * stratum + d[i]! * (1 + 4 * stratum) + [0, 1, 3, 2][i % 4]!);
  const meanOf = (stratum: number, arm: number) => {
    const own = y.filter((_, i) => x[i] === stratum && d[i] === arm);
    return own.reduce((sum, value) => sum + value, 0) / own.length;
  };
  const gaps = [0, 1].map((stratum) => meanOf(stratum, 1) - meanOf(stratum, 0)) as [number, number];

  it.each([['all', 0.5, 0.5], ['treated', 4 / 13, 9 / 13], ['control', 8 / 11, 3 / 11]] as const)('is the standardised difference of strata where strata are all there is: %s', async (target, first, second) => {
    for (const normalisation of ['hajek', 'horvitz_thompson']) {
      const { effect, balance } = await run('inverse_propensity', { y, d, x }, { covariates: 'x' }, { target, normalisation });
      expect(effect.estimate).toBeCloseTo(first * gaps[0] + second * gaps[1], 8);
      expect(balance[0]!.after.standardisedDifference).toBeCloseTo(0, 8);
    }
  });

  it('has with estimated propensities a smaller error than with the same ones known', async () => {
    const p = x.map((stratum) => (stratum ? 9 / 12 : 4 / 12));
    const [known, estimated] = await Promise.all([{ covariates: 'x', propensity: 'p' }, { covariates: 'x' }].map((roles) => run('inverse_propensity', { y, d, x, p }, roles as { covariates: string })));
    expect(estimated!.effect.estimate).toBeCloseTo(known!.effect.estimate, 8);
    expect(estimated!.effect.standardError).toBeLessThan(known!.effect.standardError);
  });
});

describe('matching by hand', () => {
  const hand = {
    x: [1, 2, 5, 6, 8, /* control */ 1.1, 1.9, 2.1, 5.5, 20], d: [1, 1, 1, 1, 1, 0, 0, 0, 0, 0], y: [10, 11, 12, 13, 14, 7, 5, 9, 4, 100],
    g: ['a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'b'],
  };
  const plain = { distance: 'standardised', adjustOutcomes: false } as const;

  it('takes the nearest, and the mean of those that tie', async () => {
    const { effect, ...rest } = await run('matching', hand, { covariates: 'x' }, plain);
    // 1 -> 1.1; 2 -> 1.9 and 2.1; 5, 6, 8 -> 5.5
    expect(effect.estimate).toBeCloseTo((3 + 4 + 8 + 9 + 10) / 5, 10);
    expect(rest).toMatchObject({ n: 5, matchedShare: 1, mostUsed: 3 });
  });

  it('uses nobody twice without replacement: closest pairs first', async () => {
    const { effect } = await run('matching', hand, { covariates: 'x' }, { ...plain, replacement: false });
    // 1 -> 1.1, 2 -> 1.9, 5 -> 5.5, then 6 -> 2.1, and 8 -> 20
    expect(effect.estimate).toBeCloseTo((3 + 6 + 8 + 4 - 86) / 5, 10);
  });

  it('leaves out units without a match within the caliper, and says which share', async () => {
    const spread = Math.sqrt(hand.x.reduce((sum, value) => sum + (value - 5.26) ** 2, 0) / 9);
    const { effect, matchedShare } = await run('matching', hand, { covariates: 'x' }, { ...plain, caliper: 0.6 / spread });
    expect(effect.estimate).toBeCloseTo((3 + 4 + 8 + 9) / 4, 10);
    expect(matchedShare).toBe(0.8);
  });

  it('never joins units that differ in an exact column', async () => {
    const far = { ...hand, g: ['b', ...hand.g.slice(1)] };
    const { effect } = await run('matching', far, { covariates: 'x', exact: 'g' }, plain);
    expect(effect.estimate).toBeCloseTo((-90 + 4 + 8 + 9 + 10) / 5, 10);
  });

  it('takes out by regression what is left between covariates: exact where outcomes are linear', async () => {
    const linear = { ...hand, y: hand.x.map((value, i) => 3 * value + (hand.d[i] ? 2 : 0) + (i % 2 ? 0.01 : -0.01)) };
    const { effect } = await run('matching', linear, { covariates: 'x' }, { distance: 'mahalanobis' });
    expect(Math.abs(effect.estimate - 2)).toBeLessThan(0.05);
  });
});

describe('matching keeps its laws', () => {
  const random = stream(3);
  const n = 80;
  const [a, b, noise] = [0, 1, 2].map(() => random.fillNormal(new Float64Array(n))) as [Float64Array, Float64Array, Float64Array];
  const d = a.map((value, i) => Number(random.bernoulli(1 / (1 + Math.exp(b[i]! - value)))));
  const y = a.map((value, i) => value + 2 * d[i]! + noise[i]!);

  it.each([
    [{ distance: 'mahalanobis' }], [{ distance: 'propensity', target: 'all' }], [{ distance: 'linear_propensity', replacement: false, caliper: 0.5 }], [{ distance: 'mahalanobis', replacement: false }],
  ])('the order of rows and units of covariates do not matter: %j', async (options) => {
    const before = await run('matching', { y, d, a, b }, { covariates: ['a', 'b'] }, options);
    const shuffled = Int32Array.from({ length: n }, (_, i) => (i * 27) % n);
    const take = (column: Float64Array) => Float64Array.from(shuffled, (row) => column[row]!);
    const after = await run('matching', { y: take(y), d: take(d), a: take(a).map((value, i) => 100 * value + b[shuffled[i]!]!), b: take(b) }, { covariates: ['b', 'a'] }, options);
    expect(after.effect.estimate).toBeCloseTo(before.effect.estimate, 8);
    expect(after.effect.standardError).toBeCloseTo(before.effect.standardError, 8);
  });

  it('on a line and in space finds the same', async () => {
    const [line, space] = await Promise.all([['a'], ['a', 'copy']].map((names) => run('matching', { y, d, a, copy: a }, { covariates: names }, { distance: 'standardised', ratio: 3, adjustOutcomes: false })));
    expect(space!.effect.estimate).toBeCloseTo(line!.effect.estimate, 10);
    expect(space!.effect.standardError).toBeCloseTo(line!.effect.standardError, 10);
  });

  it.each([
    [{ replacement: false, target: 'all' }, /target must be treated/], [{ replacement: false, distance: 'mahalanobis', order: 'largest' }, /order must be closest/],
  ])('options that contradict each other are a fault of the input: %j', async (options, says) => {
    await expect(run('matching', { y, d, a }, { covariates: 'a' }, options)).rejects.toThrow(says);
  });

  it.each([
    [{ distance: 'mahalanobis', caliper: 1e-9 }, /no_overlap: matching found a match for 0 of/],
  ])('refuses where nobody is alike: %j', async (options, says) => {
    await expect(run('matching', { y, d, a }, { covariates: 'a' }, options)).rejects.toThrow(says);
  });
});

describe('two_stage_least_squares', () => {
  const random = stream(5);
  const n = 200;
  const [x, hidden, noise] = [0, 1, 2].map(() => random.fillNormal(new Float64Array(n))) as [Float64Array, Float64Array, Float64Array];
  const z = x.map(() => Number(random.bernoulli(0.5)));
  const d = z.map((value, i) => 2 * value + hidden[i]! + 0.5 * noise[i]!);
  const y = d.map((value, i) => 3 * value - 4 * hidden[i]! + x[i]! + random.normal());
  const meanWhere = (column: Float64Array, code: number) => column.filter((_, i) => z[i] === code).reduce((sum, value) => sum + value, 0) / z.filter((value) => value === code).length;

  it('is Wald\'s ratio of differences with one binary instrument and no covariates', async () => {
    const { effect, andersonRubin } = await run('two_stage_least_squares', { y, d, z }, { instruments: 'z' });
    expect(effect.estimate).toBeCloseTo((meanWhere(y, 1) - meanWhere(y, 0)) / (meanWhere(d, 1) - meanWhere(d, 0)), 10);
    expect((andersonRubin as { interval: { lower: number; upper: number } }).interval.lower).toBeLessThan(3);
  });

  it('sees what least squares without instruments cannot', async () => {
    const { effect, leastSquares, endogeneity } = await run('two_stage_least_squares', { y, d, z, x }, { instruments: 'z', covariates: 'x' });
    expect(Math.abs(effect.estimate - 3)).toBeLessThan(2 * effect.standardError);
    expect((leastSquares as Effect).estimate).toBeLessThan(1.5);
    expect((endogeneity as { pValue: number }).pValue).toBeLessThan(1e-6);
  });

  it('gives no estimate where the instrument is weak, and the set that holds all the same', async () => {
    const idle = z.map((_, i) => i % 2);
    expect(await run('two_stage_least_squares', { y, d, z: idle }, { instruments: 'z' })).toMatchObject({ effect: null, effectRefusal: { reason: 'denominator_near_zero' }, andersonRubin: { pValue: expect.any(Number) } });
  });

  it('tests instruments against each other where there are several', async () => {
    const invalid = z.map((value, i) => value + y[i]! + random.normal());
    const { overidentification } = await run('two_stage_least_squares', { y, d, z, invalid }, { instruments: ['z', 'invalid'] }, { errors: 'classical' });
    expect((overidentification as { pValue: number }).pValue).toBeLessThan(0.01);
  });

  it.each([
    ['an instrument that is a covariate', { z: x, x }, { instruments: 'z', covariates: 'x' }, /not_identified: .*varies beyond what the covariates say/],
    ['a treatment that is its instrument', { z: d }, { instruments: 'z' }, /zero_variance: .*copy of its instruments/],
    ['no instrument', {}, {}, /instruments must name at least one column/],
  ] as const)('refuses %s', async (_, more, roles, says) => {
    await expect(run('two_stage_least_squares', { y, d, ...more }, roles)).rejects.toThrow(says);
  });
});
