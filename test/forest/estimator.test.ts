import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createForestEngine, type WorkerForestEngine } from '../../src/compute/forest-engine.js';
import { causalForest } from '../../src/stats/estimators/forest/causal-forest.js';
import { isRefusal } from '../../src/stats/refusal.js';
import { simulateColumns } from './data.js';

function rolesOf(n: number, effect = 1) {
  const { x, w, y, cluster } = simulateColumns(n, 3, 31, 0);
  const numeric = (name: string, values: Float64Array) => ({ name, values });
  return {
    outcome: numeric('y', y.map((value, i) => value + (effect - 1) * w[i]!)),
    treatment: numeric('w', w),
    covariates: x.map((column, j) => numeric(`x${j}`, column)),
    weight: undefined,
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
    expect(parsed.lower).toBeLessThan(parsed.estimate);
    expect(parsed.groups).toBeLessThan(parsed.n);
    expect(parsed.importance.map(({ name }) => name)).toEqual(['x0', 'x1', 'x2']);
  });

  it('finds the heterogeneity that is there, and whom to treat', async () => {
    const answer = causalForest.result.parse(await causalForest.estimate({ ...rolesOf(4000), cluster: undefined }, options, { seed: 1, forests: engine }));
    expect(answer.heterogeneity!.pValue).toBeLessThan(0.01);
    expect(answer.heterogeneity!.estimate).toBeGreaterThan(0);
    expect(answer.projection!.find(({ name }) => name === 'x0')!.pValue).toBeLessThan(0.001);
    // E[max(X, 0)] = 0.399 for a standard normal X
    expect(Math.abs(answer.estimate - 0.399)).toBeLessThan(4 * answer.standardError);
  });

  it('stops when its signal is aborted', async () => {
    const signal = AbortSignal.abort(new Error('stopped'));
    await expect(Promise.resolve(causalForest.estimate(rolesOf(400), options, { seed: 1, signal, forests: engine }))).rejects.toThrow('stopped');
  });

  it('refuses a constant treatment', async () => {
    const roles = rolesOf(300);
    const constant = { name: 'w', values: roles.treatment.values.map(() => 1) };
    expect(await causalForest.estimate({ ...roles, treatment: constant }, options, { seed: 1, forests: engine })).toMatchObject({ status: 'refused', reason: 'zero_variance' });
  });
});
