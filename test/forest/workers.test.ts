import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createForestEngine, type WorkerForestEngine } from '../../src/compute/forest-engine.js';
import { growCausalForest } from '../../src/stats/forest/causal-forest.js';
import { growCausalSurvivalForest } from '../../src/stats/forest/causal-survival-forest.js';
import { loadForest, saveForest, type ForestFamily, type SavedForest } from '../../src/stats/forest/forest-file.js';
import type { ForestEngine } from '../../src/stats/forest/forest-engine.js';
import { forestSettings } from '../../src/stats/forest/forest-settings.js';
import { growInstrumentalForest } from '../../src/stats/forest/instrumental-forest.js';
import { growMultiArmForest } from '../../src/stats/forest/multi-arm-forest.js';
import { growMultiRegressionForest } from '../../src/stats/forest/multi-regression-forest.js';
import { growRegressionForest } from '../../src/stats/forest/regression-forest.js';
import { growSurvivalForest } from '../../src/stats/forest/survival-forest.js';
import { survivalTimes } from '../../src/stats/forest/survival-times.js';
import { stream } from '../../src/stats/numeric/random.js';
import type { Refusal } from '../../src/stats/refusal.js';
import { binned, simulateColumns } from './data.js';
import { answered } from './shared.js';

const { x, y, w, weight, cluster } = simulateColumns(240, 3, 12, 0.1);
const rows = binned(x, cluster);
const random = stream(13);
const columns = { features: ['a', 'b', 'c'], x, cluster, weight: weight.map((value) => value + 0.1) };
const settings = forestSettings(3, { trees: 40, seed: 5 });
const choices = { trees: 40, seed: 5 };
const toss = y.map(() => (random.bernoulli(0.5) ? 1 : 0));
const time = y.map(() => Math.min(2, random.exponential()));
const event = Uint8Array.from(time, (value) => (value < 2 ? 1 : 0));

/** Every forest that can be saved, with weights, clusters and missing values. */
const kinds: Readonly<Record<ForestFamily, (engine: ForestEngine) => Promise<SavedForest | Refusal>>> = {
  regression: (engine) => growRegressionForest(engine, rows, y, columns.weight, settings, 1, true),
  multi_regression: (engine) => growMultiRegressionForest(engine, rows, [y, w, toss], false, columns.weight, settings, 1, true),
  survival: (engine) => growSurvivalForest(engine, rows, survivalTimes(time, event), false, columns.weight, settings, 1),
  causal: (engine) => growCausalForest(engine, { ...columns, y, w }, choices),
  multi_arm: (engine) => growMultiArmForest(engine, { ...columns, y: { y }, arm: Int32Array.from(toss, (value, i) => value + (i % 2)), arms: ['none', 'a', 'b'] }, choices),
  instrumental: (engine) => growInstrumentalForest(engine, { ...columns, y, w: w.map((value, i) => (i % 3 === 0 ? toss[i]! : value)), z: toss }, choices),
  causal_survival: (engine) => growCausalSurvivalForest(engine, { ...columns, w: toss, time, event: Float64Array.from(event) }, { ...choices, target: 'rmst', horizon: 1, leastObserved: 0.01 }),
};

describe('every kind of forest', () => {
  let engines: WorkerForestEngine[] = [];
  beforeAll(async () => { engines = await Promise.all([1, 2, 8].map((workers) => createForestEngine({ workers }))); });
  afterAll(() => Promise.all(engines.map((engine) => engine.close())));

  it.each(Object.keys(kinds) as ForestFamily[])('%s: the same bytes from 1, 2 and 8 workers, and when it is saved again after it was loaded', async (family) => {
    const [one, two, eight] = await Promise.all(engines.map(async (engine) => saveForest(answered(await kinds[family](engine)))));
    expect(one!.length).toBeGreaterThan(5000);
    expect(Buffer.compare(two!, one!)).toBe(0);
    expect(Buffer.compare(eight!, one!)).toBe(0);
    const loaded = answered(loadForest(one!, family));
    expect(Buffer.compare(saveForest(loaded), one!)).toBe(0);
    const [engine] = engines;
    const predict = async ({ trees }: SavedForest, on: ForestEngine) => answered(await on.moments(trees, rows.bins, 3)).values;
    const values = await predict(loaded, engine!);
    expect(values.some((value) => value !== 0) && values.every(Number.isFinite)).toBe(true);
    expect(await predict(answered(await kinds[family](engine!)), engines[2]!)).toEqual(values);
  });
});
