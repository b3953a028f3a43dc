import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createForestEngine, type WorkerForestEngine } from '../../src/compute/forest-engine.js';
import { growCausalForest, type CausalChoices, type CausalData, type CausalForest } from '../../src/stats/forest/causal-forest.js';
import { predictEffects, predictOutOfBag } from '../../src/stats/forest/effect-prediction.js';
import { loadForest, saveForest } from '../../src/stats/forest/forest-file.js';
import { referenceEngine } from '../../src/stats/forest/reference/reference-engine.js';
import { rowScorer } from '../../src/stats/forest/row-scorer.js';
import { variableImportance } from '../../src/stats/forest/variable-importance.js';
import { isRefusal, type Refusal } from '../../src/stats/refusal.js';
import { simulateColumns } from './data.js';

const P = 4;
const names = Array.from({ length: P }, (_, j) => `x${j}`);

function sample(n: number, missing = 0.1): CausalData {
  const { x, w, y } = simulateColumns(n, P, 21, missing);
  return { features: names, x, w, y };
}

const answered = <T>(value: T | Refusal): T => {
  if (isRefusal(value)) throw new Error(value.detail);
  return value;
};

describe('causal forest', () => {
  let engine: WorkerForestEngine;
  beforeAll(async () => { engine = await createForestEngine({ workers: 2 }); });
  afterAll(() => engine.close());
  const grow = async (data: CausalData, choices: Partial<CausalChoices> = {}): Promise<CausalForest> =>
    answered(await growCausalForest(engine, data, { trees: 60, seed: 5, ...choices }));
  const columnsOf = (data: CausalData) => Object.fromEntries(names.map((name, j) => [name, data.x[j]!]));

  it('is the same bytes from the reference and from 1, 2 or 8 workers, before and after save', async () => {
    const data = { ...sample(700), cluster: simulateColumns(700, P, 21, 0.1).cluster };
    const saved = saveForest(await grow(data));
    for (const other of [referenceEngine, await createForestEngine({ workers: 1 }), await createForestEngine({ workers: 8 })]) {
      const forest = answered(await growCausalForest(other, data, { trees: 60, seed: 5 }));
      expect(Buffer.compare(saveForest(forest), saved)).toBe(0);
    }
    expect(Buffer.compare(saveForest(answered(loadForest(saved))), saved)).toBe(0);
  });

  it('predicts the same after save and load, one row or many', async () => {
    const data = sample(700);
    const forest = await grow(data);
    const loaded = answered(loadForest(saveForest(forest)));
    const fresh = columnsOf(sample(200));
    const expected = answered(await predictEffects(engine, forest, fresh));
    expect(answered(await predictEffects(engine, loaded, fresh))).toEqual(expected);
    expect(answered(await predictOutOfBag(engine, loaded))).toEqual(answered(await predictOutOfBag(engine, forest)));
    const scorer = rowScorer(loaded);
    for (let i = 0; i < 200; i++) expect(scorer.effect(names.map((name) => fresh[name]![i]!))).toBe(expected.estimates[i]);
  });

  it('grows other trees from another seed', async () => {
    const data = sample(500);
    expect(saveForest(await grow(data, { seed: 6 }))).not.toEqual(saveForest(await grow(data)));
  });

  it('gives the out-of-bag effects that out-of-bag moments give', async () => {
    const forest = await grow(sample(600));
    const { estimates, variances } = answered(await predictOutOfBag(engine, forest));
    estimates.forEach((estimate, i) => expect(estimate).toBeCloseTo(forest.tauHat[i]!, 9));
    expect(variances.every((variance) => variance > 0 && Number.isFinite(variance))).toBe(true);
  });

  it('moves with the units of y and w: tau(a y + b) = a tau(y), tau(c w) = tau(w) / c', async () => {
    const data = sample(600, 0);
    const { tauHat } = await grow(data);
    const scaled = await grow({ ...data, y: data.y.map((y) => 4 * y + 32) });
    scaled.tauHat.forEach((tau, i) => expect(tau).toBeCloseTo(4 * tauHat[i]!, 4));
    const perTenth = await grow({ ...data, w: data.w.map((w) => 8 * w) });
    perTenth.tauHat.forEach((tau, i) => expect(tau).toBeCloseTo(tauHat[i]! / 8, 4));
  });

  it('counts a sample weight of zero as an absent row in every leaf', async () => {
    const data = sample(900, 0);
    const broken = data.y.map((y, i) => (i % 3 === 0 ? 1e3 * (i % 2 ? 1 : -1) : y));
    const weight = data.y.map((_, i) => (i % 3 === 0 ? 0 : 1));
    const forest = await grow({ ...data, y: broken, weight, yHat: new Float64Array(900), wHat: new Float64Array(900).fill(0.5) }, { trees: 400 });
    expect(Math.max(...forest.tauHat.map(Math.abs))).toBeLessThan(10);
  });

  it('keeps rows of a cluster out of the bag together', async () => {
    const { cluster } = simulateColumns(400, P, 21, 0);
    const data = { ...sample(400, 0), cluster };
    const forest = await grow(data, { trees: 40 });
    const moments = answered(await engine.outOfBagMoments(forest.trees, forest.rows, forest.plan));
    const bagsOf = new Map<number, number>();
    cluster.forEach((code, row) => {
      expect(moments.bags[row]).toBe(bagsOf.get(code) ?? moments.bags[row]);
      bagsOf.set(code, moments.bags[row]!);
    });
    expect(new Set(bagsOf.values()).size).toBeGreaterThan(1);
  });

  it('finds the feature that the effect depends on most important', async () => {
    const forest = await grow(sample(2000, 0), { trees: 200 });
    const importance = variableImportance(forest.trees, P);
    expect(importance.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
    expect(importance.indexOf(Math.max(...importance))).toBe(0);
  });

  it('scores a row in under a millisecond with 2,000 trees', async () => {
    const forest = await grow(sample(2000), { trees: 2000 });
    const scorer = rowScorer(forest);
    const rows = Array.from({ length: 300 }, (_, i) => forest.features.map((_, j) => sample(300).x[j]![i]!));
    rows.forEach((row) => scorer.effect(row));
    const started = process.cpuUsage();
    rows.forEach((row) => scorer.effect(row));
    expect(process.cpuUsage(started).user / 1000 / rows.length).toBeLessThan(1);
  });

  it.each<[string, (data: CausalData) => CausalData, string]>([
    ['a constant treatment', (data) => ({ ...data, w: data.w.map(() => 1) }), 'zero_variance'],
    ['a constant outcome', (data) => ({ ...data, y: data.y.map(() => 3) }), 'zero_variance'],
    ['a column that is all missing', (data) => ({ ...data, x: [data.x[0]!.map(() => NaN), ...data.x.slice(1)] }), 'zero_variance'],
    ['an outcome that is not finite', (data) => ({ ...data, y: data.y.map((y, i) => (i === 3 ? NaN : y)) }), 'not_finite'],
    ['a negative weight', (data) => ({ ...data, weight: data.y.map(() => -1) }), 'not_finite'],
    ['three rows', (data) => ({ ...data, x: data.x.map((c) => c.slice(0, 3)), y: Float64Array.of(1, 2, 4), w: Float64Array.of(0, 1, 1) }), 'too_few_units'],
    ['two clusters', (data) => ({ ...data, cluster: Int32Array.from(data.y, (_, i) => i % 2) }), 'too_few_units'],
    ['three clusters', (data) => ({ ...data, cluster: Int32Array.from(data.y, (_, i) => i % 3) }), 'too_few_units'],
    ['no covariates', (data) => ({ ...data, features: [], x: [] }), 'unsupported_combination'],
  ])('refuses %s', async (_, change, reason) => {
    const answer = await growCausalForest(engine, change(sample(100, 0)), { trees: 20, seed: 1 });
    expect(answer).toMatchObject({ status: 'refused', reason });
  });

  it('refuses to try more features in a node than it can draw', async () => {
    expect(await growCausalForest(engine, sample(100, 0), { trees: 20, seed: 1, mtry: 2000 })).toMatchObject({ status: 'refused', detail: expect.stringContaining('2000') });
    expect(isRefusal(await growCausalForest(engine, sample(300, 0), { trees: 60, seed: 1, mtry: 790 }))).toBe(false);
  });

  it('refuses rows of another schema, files of another version and other files', async () => {
    const forest = await grow(sample(300));
    expect(await predictEffects(engine, forest, { x0: forest.y })).toMatchObject({ status: 'refused', detail: expect.stringContaining('x1, x2, x3') });
    const saved = saveForest(forest);
    const text = Buffer.from(saved).toString('latin1').replace('"version":2', '"version":9');
    expect(loadForest(new Uint8Array(Buffer.from(text, 'latin1')))).toMatchObject({ status: 'refused', detail: expect.stringContaining('format 9') });
    expect(loadForest(saved.subarray(0, saved.length - 50))).toMatchObject({ status: 'refused' });
    expect(loadForest(new Uint8Array(100))).toMatchObject({ status: 'refused' });
  });
});
