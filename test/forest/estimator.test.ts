import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createForestEngine, type WorkerForestEngine } from '../../src/compute/forest-engine.js';
import { bestLinearProjection } from '../../src/stats/estimators/forest/best-linear-projection.js';
import { causalForest } from '../../src/stats/estimators/forest/causal-forest.js';
import { rankWeightedEffect } from '../../src/stats/estimators/forest/rank-weighted-effect.js';
import { isRefusal } from '../../src/stats/refusal.js';
import { simulateColumns } from './data.js';

function rolesOf(n: number, effect = 1) {
  const { x, w, y, cluster } = simulateColumns(n, 3, 31, 0);
  const numeric = (name: string, values: Float64Array) => ({ name, values });
  return {
    outcome: numeric('y', y.map((value, i) => value + (effect - 1) * w[i]!)),
    treatment: numeric('w', w),
    covariates: x.map((column, j) => numeric(`x${j}`, column)),
    categories: [],
    weight: undefined,
    propensity: undefined,
    cluster: { name: 'site', codes: cluster, levels: Array.from({ length: Math.max(...cluster) + 1 }, (_, code) => `s${code}`) },
  };
}

describe('causal_forest', () => {
  let engine: WorkerForestEngine;
  beforeAll(async () => { engine = await createForestEngine({ workers: 2 }); });
  afterAll(() => engine.close());
  const options = causalForest.options.parse({ trees: 100, beyondBounds: 'trim' });

  it('answers the same from worker threads and from the reference', async () => {
    const roles = rolesOf(400);
    const expected = await causalForest.estimate(roles, options, { seed: 3 });
    expect(isRefusal(expected)).toBe(false);
    expect(await causalForest.estimate(roles, options, { seed: 3, forests: engine })).toEqual(expected);
  });

  it('answers in the shape that it declares, with finite numbers', async () => {
    const answer = await causalForest.estimate(rolesOf(2000), options, { seed: 3, forests: engine });
    const parsed = causalForest.result.parse(answer);
    const flatten = (value: unknown): unknown[] => (typeof value === 'object' && value !== null ? Object.values(value).flatMap(flatten) : [value]);
    expect(flatten(parsed).filter((value) => typeof value === 'number' && !Number.isFinite(value))).toEqual([]);
    expect(parsed.average.interval.lower).toBeLessThan(parsed.average.estimate);
    expect(parsed.independentUnits).toBeLessThan(parsed.n);
    const { control, treated } = parsed.overlap!;
    expect(control.units + treated.units).toBe(2000);
    for (const arm of [control, treated]) {
      expect(arm.histogram.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
      expect(arm.effectiveUnits).toBeGreaterThan(0);
      expect(arm.effectiveUnits).toBeLessThan(arm.units);
    }
    expect(control.median).toBeLessThan(treated.median);
    const byDesign = { ...options, propensity: 0.5 };
    const { overlap } = causalForest.result.parse(await causalForest.estimate(rolesOf(400), byDesign, { seed: 3, forests: engine }));
    expect(overlap!.treated.effectiveUnits).toBeCloseTo(overlap!.treated.units, 9);
    expect(overlap!.control.histogram[5]).toBeCloseTo(1, 12);
    expect(parsed.importance.map(({ name }) => name)).toEqual(['x0', 'x1', 'x2']);
  });

  it('corrects effects that slope when asked to: they spread as wide as they do, the average hardly moves', async () => {
    const plain = rolesOf(1000);
    const [slope] = plain.covariates;
    const roles = { ...plain, outcome: { ...plain.outcome, values: plain.treatment.values.map((w, i) => 2 * slope!.values[i]! * (w - 0.5) + ((i * 7919) % 100) / 100) } };
    const spread = ({ effects }: { effects: { highest: number; lowest: number } }) => effects.highest - effects.lowest;
    const ascending = slope!.values.map((value) => 2 * value).sort();
    const truth = ascending[899]! - ascending[99]!;
    const offBy = { own: 0, corrected: 0 };
    for (const seed of [1, 2, 3, 4]) {
      const [own, corrected] = await Promise.all([false, true].map(async (localLinear) =>
        causalForest.result.parse(await causalForest.estimate(roles, { ...options, localLinear }, { seed, forests: engine }))));
      offBy.own += Math.abs(spread(own!) - truth);
      offBy.corrected += Math.abs(spread(corrected!) - truth);
      expect(Math.abs(corrected!.average.estimate - own!.average.estimate)).toBeLessThan(2 * own!.average.standardError);
    }
    expect(offBy.corrected).toBeLessThan(0.5 * offBy.own);
  });

  it('finds the heterogeneity that is there, and whom to treat', async () => {
    const roles = { ...rolesOf(4000), cluster: undefined };
    const context = { seed: 1, forests: engine };
    const { rate } = rankWeightedEffect.result.parse(await rankWeightedEffect.estimate({ ...roles, priority: undefined, rival: undefined }, rankWeightedEffect.options.parse({ trees: 100, beyondBounds: 'trim' }), context));
    expect(rate.pValue).toBeLessThan(0.01);
    expect(rate.estimate).toBeGreaterThan(0);
    const projection = await bestLinearProjection.estimate({ ...roles, projectOn: [] }, bestLinearProjection.options.parse({ trees: 100, beyondBounds: 'trim' }), context);
    expect(bestLinearProjection.result.parse(projection).coefficients.find(({ name }) => name === 'x0')!.pValue).toBeLessThan(0.001);
    const { average } = causalForest.result.parse(await causalForest.estimate(roles, options, context));
    // E[max(X, 0)] = 0.399 for a standard normal X
    expect(Math.abs(average.estimate - 0.399)).toBeLessThan(4 * average.standardError);
  });

  it('judges rankings that were learned elsewhere by all units, and compares two', async () => {
    const roles = { ...rolesOf(1500), cluster: undefined };
    const [x0, x1] = roles.covariates;
    const chosen = rankWeightedEffect.options.parse({ trees: 100, beyondBounds: 'trim' });
    const judge = async (priority: typeof x0, rival: typeof x0) => rankWeightedEffect.result.parse(await rankWeightedEffect.estimate({ ...roles, priority, rival }, chosen, { seed: 1, forests: engine }));
    const { rate, n, comparison } = await judge(x0, x1);
    expect(n).toBeGreaterThan(1400);
    expect(rate.pValue).toBeLessThan(1e-4);
    expect(comparison!.difference.estimate).toBeCloseTo(rate.estimate - comparison!.rival.estimate, 12);
    expect(comparison!.difference.pValue).toBeLessThan(1e-3);
    expect((await judge(x0, undefined)).comparison).toBeNull();
    const refused = async (priority: typeof x0, rival: typeof x0) => rankWeightedEffect.estimate({ ...roles, priority, rival }, chosen, { seed: 1, forests: engine });
    expect(await refused(x0, x0)).toMatchObject({ status: 'refused', reason: 'zero_variance', detail: expect.stringContaining('same order') });
    expect(await refused({ name: 'flat', values: x0!.values.map(() => 1) }, undefined)).toMatchObject({ status: 'refused', detail: expect.stringContaining('says the same of all units') });
    await expect(Promise.resolve().then(() => rankWeightedEffect.estimate({ ...roles, priority: undefined, rival: x0 }, chosen, { seed: 1, forests: engine }))).rejects.toThrow('columns.priority, which is absent');
  });

  it('takes propensities of units by design, and clusters of one voice each', async () => {
    const roles = rolesOf(600);
    const context = { seed: 1, forests: engine };
    const half = { name: 'p', values: roles.outcome.values.map(() => 0.5) };
    const byColumn = await causalForest.estimate({ ...roles, propensity: half }, options, context);
    expect(byColumn).toEqual(await causalForest.estimate(roles, { ...options, propensity: 0.5 }, context));
    await expect(Promise.resolve().then(() => causalForest.estimate({ ...roles, propensity: half }, { ...options, propensity: 0.5 }, context))).rejects.toThrow('exclude each other');
    expect(await causalForest.estimate({ ...roles, propensity: { ...half, values: half.values.with(3, 1.5) } }, options, context)).toMatchObject({ reason: 'unsupported_combination', detail: expect.stringContaining('got 1.5') });
    const equal = causalForest.result.parse(await causalForest.estimate(roles, { ...options, equalizeClusters: true }, context));
    expect(equal.average.estimate).not.toBe(causalForest.result.parse(await causalForest.estimate(roles, options, context)).average.estimate);
    await expect(Promise.resolve().then(() => causalForest.estimate({ ...roles, cluster: undefined }, { ...options, equalizeClusters: true }, context))).rejects.toThrow('needs columns.cluster');
  });

  it('tells how far it is, and stops when its signal is aborted', async () => {
    const shares: number[] = [];
    await causalForest.estimate(rolesOf(400), options, { seed: 1, forests: engine, onProgress: (share) => shares.push(share) });
    expect(shares.at(-1)).toBeCloseTo(0.95, 10);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    const signal = AbortSignal.abort(new Error('stopped'));
    await expect(Promise.resolve(causalForest.estimate(rolesOf(400), options, { seed: 1, signal, forests: engine }))).rejects.toThrow('stopped');
  });

  it('takes missing values and categories of covariates as what they are', async () => {
    const roles = rolesOf(1500);
    const holed = { ...roles.covariates[1]!, values: roles.covariates[1]!.values.map((value, i) => (i % 7 === 0 ? NaN : value)) };
    const country = { name: 'country', levels: ['a', 'b', 'c'], codes: Int32Array.from(roles.outcome.values, (_, i) => (i % 11 === 0 ? -1 : i % 3)) };
    const given = { ...roles, covariates: [roles.covariates[0]!, holed], categories: [country] };
    const { importance } = causalForest.result.parse(await causalForest.estimate(given, options, { seed: 1, forests: engine }));
    expect(importance.map(({ name }) => name)).toEqual(['x0', 'x1', 'country']);
    expect(importance[2]!.share).toBeGreaterThan(0);
  });

  it.each([
    ['a constant treatment', 'zero_variance', (roles: ReturnType<typeof rolesOf>) => ({ ...roles, treatment: { name: 'w', values: roles.treatment.values.map(() => 1) } })],
    ['four treated units', 'too_few_units', (roles: ReturnType<typeof rolesOf>) => ({ ...roles, treatment: { name: 'w', values: roles.treatment.values.map((_, i) => (i < 4 ? 1 : 0)) } })],
    ['a column without a value', 'zero_variance', (roles: ReturnType<typeof rolesOf>) => ({ ...roles, covariates: [{ name: 'empty', values: roles.outcome.values.map(() => NaN) }] })],
    ['no covariate', 'unsupported_combination', (roles: ReturnType<typeof rolesOf>) => ({ ...roles, covariates: [] })],
    ['a treatment that the covariates determine', 'no_overlap', (roles: ReturnType<typeof rolesOf>) => ({ ...roles, treatment: { name: 'w', values: roles.covariates[0]!.values.map((value) => (value > 0 ? 1 : 0)) } })],
    ['more categories than a forest splits by', 'unsupported_combination', (roles: ReturnType<typeof rolesOf>) => ({ ...roles, categories: [{ name: 'id', levels: Array.from(roles.outcome.values, (_, i) => `${i}`), codes: Int32Array.from(roles.outcome.values.keys()) }] })],
  ] as const)('refuses %s', async (_title, reason, change) => {
    const refused = await causalForest.estimate(change(rolesOf(300)), causalForest.options.parse({ trees: 100 }), { seed: 1, forests: engine });
    expect(refused).toMatchObject({ status: 'refused', reason });
  });
});
