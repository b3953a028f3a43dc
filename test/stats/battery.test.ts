import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createForestEngine, type WorkerForestEngine } from '../../src/compute/forest-engine.js';
import { estimators } from '../../src/stats/estimators/index.js';
import { runEstimator, type EstimateAnswer } from '../../src/stats/estimators/run-estimator.js';
import { stream } from '../../src/stats/numeric/random.js';
import { armsFrame } from './data.js';

type Columns = Readonly<Record<string, Float64Array>>;
interface Sample { readonly arms: readonly string[]; readonly columns: Columns }

/** How one estimator is put through the battery, and which laws are lawful for it. */
interface Entry {
  readonly roles: Readonly<Record<string, string | readonly string[]>>;
  readonly options?: Readonly<Record<string, unknown>>;
  /** columns that carry the outcome's units; empty when there are none */
  readonly outcomes: readonly string[];
  /** adding a constant to the outcomes leaves the difference */
  readonly shift: boolean;
  /** scaling the outcomes scales the difference */
  readonly scale: boolean;
  /** both arms twice: the estimate stays, the standard error falls */
  readonly duplicate: boolean;
  readonly binary?: boolean;
  /** false: a ranking that is learned turns round with the arms, so that it is worth as much */
  readonly swap?: false;
  /** decimals to which laws hold; trees split on float32 labels, so that a shift moves what follows by 1e-7 */
  readonly digits?: number;
  /** where the result has its effect; `difference` unless told */
  readonly effect?: readonly (string | number)[];
}

const plain = { shift: true, scale: true, duplicate: true } as const;
/** Twice the units are other trees, and few trees keep a unit in its bag or out of it. */
const forest = { outcomes: ['y'], shift: true, scale: true, duplicate: false, digits: 5, options: { trees: 50, beyondBounds: 'trim' } } as const;
const forestColumns = { outcome: 'y', treatment: 'treated', covariates: ['x', 'w'] } as const;
/** Two folds and learners without tuning: quick, and linear, so that laws hold but for rounding. Twice the units are other folds. */
const crossFitted = { outcomes: ['y'], shift: true, scale: true, duplicate: false, digits: 8, effect: ['effect'] } as const;
const adjusted = { ...crossFitted, options: { folds: 2, outcomeLearner: { name: 'linear' }, treatmentLearner: { name: 'logistic' } } } as const;
const instrumented = { ...crossFitted, options: { ...adjusted.options, instrumentLearner: { name: 'logistic' } } } as const;
const entries: Record<string, Entry> = {
  'welch': { roles: { outcome: 'y', treatment: 'arm' }, outcomes: ['y'], ...plain },
  'lin': { roles: { outcome: 'y', treatment: 'arm', covariates: ['x', 'w'] }, outcomes: ['y'], ...plain },
  'cuped': { roles: { outcome: 'y', treatment: 'arm', covariate: 'x' }, outcomes: ['y'], ...plain },
  'cupac': { ...crossFitted, roles: { outcome: 'y', treatment: 'arm', covariates: ['x', 'w'] }, options: { folds: 2, learner: { name: 'linear' } }, effect: ['difference'] },
  'two_proportions': { roles: { outcome: 'b', treatment: 'arm' }, outcomes: ['b'], shift: false, scale: false, duplicate: true, binary: true },
  'ratio': { roles: { numerator: 'y', denominator: 'd', treatment: 'arm', covariates: ['x'] }, outcomes: ['y'], shift: false, scale: true, duplicate: true },
  'quantile': { roles: { outcome: 'y', treatment: 'arm' }, options: { probability: 0.4 }, outcomes: ['y'], ...plain, duplicate: false },
  'post_stratified_mean': { roles: { outcome: 'y', treatment: 'arm', stratum: 's', covariates: ['x'] }, outcomes: ['y'], ...plain },
  'post_stratified_ratio': { roles: { numerator: 'y', denominator: 'd', treatment: 'arm', stratum: 's', covariates: ['x'] }, outcomes: ['y'], shift: false, scale: true, duplicate: true },
  'ratio_cuped': { roles: { numerator: 'y', denominator: 'd', numeratorBefore: 'x', denominatorBefore: 'e', treatment: 'arm' }, outcomes: ['y'], shift: false, scale: true, duplicate: true },
  'clustered_quantile': { roles: { outcome: 'y', treatment: 'arm', unit: 'c' }, options: { probability: 0.4 }, outcomes: ['y'], ...plain, duplicate: false },
  'anytime_proportions': { roles: { outcome: 'b', treatment: 'arm', batch: 's' }, outcomes: ['b'], shift: false, scale: false, duplicate: false, binary: true },
  'anytime_bounded_mean': { roles: { outcome: 'b', treatment: 'arm', order: 't' }, outcomes: ['b'], shift: false, scale: false, duplicate: false, binary: true },
  'anytime_quantile': { roles: { outcome: 'y', treatment: 'arm' }, options: { tuningUnits: 50 }, outcomes: ['y'], shift: false, scale: false, duplicate: false },
  'cluster_difference': { roles: { outcome: 'y', treatment: 'arm', cluster: 'c' }, outcomes: ['y'], ...plain, duplicate: false },
  'switchback': { roles: { outcome: 'y', treatment: 'arm', time: 't', block: 't', covariates: ['x'] }, outcomes: ['y'], ...plain, duplicate: false },
  'paired_geo': { roles: { outcome: 'y', treatment: 'arm', pair: 'p' }, outcomes: ['y'], ...plain, duplicate: false },
  'complier_effect': { roles: { outcome: 'y', treatment: 'arm', uptake: 'u', covariates: ['x'] }, outcomes: ['y'], ...plain, effect: ['intentionToTreat'] },
  'factorial': { roles: { outcome: 'y', factors: ['arm', 's'], covariates: ['x'] }, outcomes: ['y'], ...plain, effect: ['mainEffects', 0] },
  'interaction': { roles: { outcome: 'y', first: 'arm', second: 's' }, outcomes: ['y'], ...plain, effect: ['interactions', 0] },
  'interaction_screen': { roles: { outcome: 'y', experiments: ['arm', 's', 'b'] }, outcomes: [], shift: false, scale: false, duplicate: false },
  'causal_forest': { ...forest, roles: forestColumns, effect: ['average'] },
  'group_effects': { ...forest, options: { ...forest.options, bandReplicates: 200 }, roles: { ...forestColumns, group: 's' }, effect: ['groups', 0, 'average'] },
  'best_linear_projection': { ...forest, roles: forestColumns, effect: ['coefficients', 1] },
  'rank_weighted_effect': { ...forest, options: { ...forest.options, minNodeSize: 1 }, roles: forestColumns, swap: false, effect: ['rate'] },
  'regression_adjustment': { roles: forestColumns, outcomes: ['y'], ...plain, duplicate: false, effect: ['effect'] },
  'inverse_propensity': { roles: forestColumns, options: { beyondBounds: 'trim' }, outcomes: ['y'], ...plain, effect: ['effect'] },
  'matching': { roles: forestColumns, options: { target: 'all' }, outcomes: ['y'], ...plain, duplicate: false, digits: 8, effect: ['effect'] },
  'two_stage_least_squares': { roles: { ...forestColumns, instruments: ['u', 'e'] }, options: { leastF: 0 }, outcomes: ['y'], ...plain, duplicate: false, digits: 8, effect: ['effect'] },
  'plr': { ...adjusted, roles: forestColumns },
  'irm': { ...adjusted, roles: forestColumns },
  'average_derivative': { ...crossFitted, options: { folds: 2, outcomeLearner: { name: 'linear' }, degree: 1 }, roles: forestColumns, digits: 6 },
  'tmle': { ...adjusted, roles: forestColumns },
  'pliv': { ...instrumented, options: { ...instrumented.options, instrumentLearner: { name: 'linear' } }, roles: { ...forestColumns, instrument: 'u' } },
  'iivm': { ...instrumented, roles: { ...forestColumns, instrument: 'u' } },
  'policy_tree': { roles: { outcome: 'y', treatment: 'treated', covariates: ['x', 'w'] }, options: { trees: 50, depth: 1, folds: 2, lowestPropensity: 0, highestPropensity: 1 }, outcomes: [], shift: false, scale: false, duplicate: false },
  'policy_classifier': { roles: { outcome: 'y', treatment: 'treated', covariates: ['x', 'w'] }, options: { trees: 50, folds: 2, lowestPropensity: 0, highestPropensity: 1 }, outcomes: [], shift: false, scale: false, duplicate: false },
  'cost_curve': { roles: { predicted: ['x'], gains: ['y'], costs: ['e'] }, options: { budgets: [1], replicates: 50 }, outcomes: [], shift: false, scale: false, duplicate: false },
  'multi_arm_forest': { ...forest, roles: { ...forestColumns, outcome: ['y'], treatment: 'arm' }, effect: ['contrasts', 0] },
  'instrumental_forest': { ...forest, options: { ...forest.options, leastF: 0 }, roles: { ...forestColumns, treatment: 'u', instrument: 'treated' }, effect: ['reducedForm'] },
  'causal_survival_forest': { ...forest, options: { ...forest.options, horizon: 4, leastObserved: 0.001 }, roles: { time: 'd', event: 'b', treatment: 'treated', covariates: ['x', 'w'], projectOn: ['w'] }, outcomes: [], shift: false, scale: false, effect: ['average'] },
  'cate': { ...crossFitted, options: { folds: 2, methods: ['t', 'dr'], outcomeLearner: { name: 'linear' }, propensityLearner: { name: 'logistic' }, effectLearner: { name: 'linear' } }, roles: { ...forestColumns, treatment: 'arm' }, effect: ['contrasts', 0, 'average'] },
  'uplift_curve': { roles: { outcome: 'y', treatment: 'arm', score: 'x' }, outcomes: ['y'], ...plain, effect: ['qini'] },
  'uplift_forest': { roles: { outcome: 'b', treatment: 'arm', covariates: ['x', 'w'] }, options: { trees: 10, minLeaf: 5, minArm: 2, regularisation: 5 }, outcomes: [], shift: false, scale: false, duplicate: false, binary: true },
  'sample_ratio': { roles: { treatment: 'arm' }, outcomes: [], shift: false, scale: false, duplicate: false },
};

const sample = (units = 120): Sample => {
  const random = stream(4, 2);
  const arms = Array.from({ length: units }, (_, i) => (i % 2 === 0 ? 'a' : 'b'));
  const x = random.fillNormal(new Float64Array(units));
  const w = random.fillUniform(new Float64Array(units));
  const y = x.map((value, i) => 3 + value + 0.4 * (i % 2) + random.normal());
  const d = x.map(() => 1 + random.poisson(3));
  const b = x.map((_, i) => Number(random.bernoulli(0.3 + 0.1 * (i % 2))));
  // strata with both arms, and clusters with one: 24 is even, like the arms
  return { arms, columns: { x, w, y, d, b, e: x.map(() => 1 + random.poisson(3)), s: x.map((_, i) => Math.floor(i / 2) % 3), c: x.map((_, i) => i % 24), t: x.map((_, i) => i), p: x.map((_, i) => Math.floor(i / 2)), u: x.map((_, i) => Number(random.bernoulli(0.2 + 0.6 * (i % 2)))) } };
};

const run = ({ arms, columns }: Sample, name: string): Promise<EstimateAnswer> => {
  const { roles, options } = entries[name]!;
  const data = armsFrame(arms, { ...columns, treated: arms.map((arm) => Number(arm === 'b')) });
  return runEstimator({ estimator: name, data, columns: roles, ...(options ? { options } : {}) }, { seed: 1, forests: engine });
};
const change = (from: Sample, names: readonly string[], map: (value: number) => number): Sample =>
  ({ ...from, columns: { ...from.columns, ...Object.fromEntries(names.map((name) => [name, from.columns[name]!.map(map)])) } });
interface Difference { estimate: number; standardError: number; pValue: number; interval: { lower: number; upper: number } }
const difference = (answer: EstimateAnswer): Difference => {
  if (!('result' in answer)) throw new Error(answer.refusal.detail);
  const path = entries[answer.estimator]!.effect ?? ['difference'];
  return path.reduce<unknown>((found, key) => (found as Record<string | number, unknown>)[key], answer.result) as Difference;
};
const digitsOf = (name: string) => entries[name]!.digits ?? 10;
const lawful = (law: 'shift' | 'scale' | 'duplicate') => Object.keys(entries).filter((name) => entries[name]![law]);
const compared = Object.keys(entries).filter((name) => entries[name]!.outcomes.length > 0 && entries[name]!.swap !== false);

let engine: WorkerForestEngine;
beforeAll(async () => { engine = await createForestEngine({ workers: 1 }); });
afterAll(() => engine.close());

describe('battery', () => {
  it('has an entry for every registered estimator', () => {
    expect(Object.keys(entries).sort()).toEqual(estimators.map(({ name }) => name as string).sort());
  });

  it.each(Object.keys(entries))('%s answers the sample, twice the same', async (name) => {
    const answer = await run(sample(), name);
    expect(answer).toHaveProperty('result');
    expect(await run(sample(), name)).toEqual(answer);
  });

  it.each(Object.keys(entries))('%s gives what its result schema promises', async (name) => {
    const answer = await run(sample(), name);
    const { result } = estimators.find((estimator) => estimator.name === name)!;
    expect(result.strict().safeParse('result' in answer && answer.result)).toMatchObject({ success: true });
  });

  it.each(lawful('shift'))('%s: a constant added to every outcome leaves difference and error', async (name) => {
    const [before, after] = await Promise.all([sample(), change(sample(), entries[name]!.outcomes, (value) => value + 1000)].map((data) => run(data, name).then(difference)));
    expect(after!.estimate).toBeCloseTo(before!.estimate, digitsOf(name));
    expect(after!.standardError).toBeCloseTo(before!.standardError, digitsOf(name));
  });

  it.each(lawful('scale'))('%s: outcomes times 10 are a difference and an error times 10, and the same p-value', async (name) => {
    const [before, after] = await Promise.all([sample(), change(sample(), entries[name]!.outcomes, (value) => value * 10)].map((data) => run(data, name).then(difference)));
    expect(after!.estimate).toBeCloseTo(before!.estimate * 10, digitsOf(name));
    expect(after!.standardError).toBeCloseTo(before!.standardError * 10, digitsOf(name));
    expect(after!.pValue).toBeCloseTo(before!.pValue, digitsOf(name));
  });

  it.each(compared)('%s: swapped arms give the opposite difference', async (name) => {
    const { arms, columns } = sample();
    const before = difference(await run({ arms, columns }, name));
    const after = difference(await run({ arms: arms.map((arm) => (arm === 'a' ? 'b' : 'a')), columns }, name));
    expect(after.estimate).toBeCloseTo(-before.estimate, digitsOf(name) + 2);
    expect(after.interval.lower).toBeCloseTo(-before.interval.upper, digitsOf(name) + 2);
    expect(after.pValue).toBeCloseTo(before.pValue, digitsOf(name) + 2);
  });

  it.each(lawful('duplicate'))('%s: every unit twice leaves the estimate and divides the error by about the root of 2', async (name) => {
    const { arms, columns } = sample();
    const before = difference(await run({ arms, columns }, name));
    const twice = { arms: [...arms, ...arms], columns: Object.fromEntries(Object.entries(columns).map(([column, values]) => [column, Float64Array.from([...values, ...values])])) };
    const after = difference(await run(twice, name));
    expect(after.estimate).toBeCloseTo(before.estimate, digitsOf(name) + 2);
    expect(Math.abs((before.standardError / after.standardError) / Math.SQRT2 - 1)).toBeLessThan(0.03);
  });

  it.each(Object.keys(entries))('%s refuses one unit in an arm', async (name) => {
    const { arms, columns } = sample(3);
    expect(await run({ arms: arms.map((_, i) => (i === 0 ? 'a' : 'b')), columns }, name)).toMatchObject({ refusal: { reason: 'too_few_units' } });
  });

  it.each(compared)('%s refuses a constant outcome', async (name) => {
    const constant = change(sample(), [...entries[name]!.outcomes, 'd'], () => 1);
    expect(await run(constant, name)).toMatchObject({ refusal: { status: 'refused', reason: 'zero_variance' } });
  });

  it.each(compared)('%s refuses NaN', async (name) => {
    const holed = change(sample(), entries[name]!.outcomes, (value) => (value > 0.5 ? NaN : value));
    expect(await run(holed, name)).toMatchObject({ refusal: { reason: 'not_finite' } });
  });

  it.each(Object.keys(entries))('%s is finite or refuses, whatever finite numbers it gets', async (name) => {
    const value = entries[name]!.binary ? fc.constantFrom(0, 1) : fc.oneof(fc.constantFrom(0, 1, -1, 1e9, 1e-300, 1e300, -0), fc.double({ noNaN: true, noDefaultInfinity: true }));
    await fc.assert(fc.asyncProperty(fc.array(fc.tuple(fc.constantFrom('a', 'b'), value, value, value, value), { minLength: 0, maxLength: 30 }), async (rows) => {
      const column = (i: 1 | 2 | 3 | 4) => Float64Array.from(rows, (row) => row[i]);
      const y = column(1);
      // both levels exist, so that options are never at fault
      const arms = ['a', 'b', ...rows.map((row) => row[0])];
      const pad = (values: Float64Array) => Float64Array.from([0, 1, ...values]);
      const designs = { s: Float64Array.from(arms, (_, i) => i % 2), c: Float64Array.from(arms, (arm, i) => 2 * Math.floor(i / 4) + Number(arm === 'b')) };
      const nth = { a: 0, b: 0 };
      const pairs = Float64Array.from(arms, (arm) => nth[arm as 'a' | 'b']++);
      Object.assign(designs, { t: Float64Array.from(arms, (_, i) => i), p: pairs, u: pad(column(2)) });
      const answer = await run({ arms, columns: { y: pad(y), b: pad(y), x: pad(column(2)), w: pad(column(3)), d: pad(column(4)), e: pad(column(3)), ...designs } }, name);
      expect(JSON.stringify(answer)).not.toMatch(/numerical_failure/);
      if ('refusal' in answer) expect([answer.refusal.detail.length > 10, answer.refusal.remedy.length > 10]).toEqual([true, true]);
    }), { seed: 20_260_101, numRuns: 120 });
  });
});
