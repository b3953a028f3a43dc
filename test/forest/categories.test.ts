import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createForestEngine, type WorkerForestEngine } from '../../src/compute/forest-engine.js';
import { binOf, chooseBins, UNSEEN_BIN, unseenLevels } from '../../src/stats/forest/binning.js';
import { growCausalForest, type CausalData } from '../../src/stats/forest/causal-forest.js';
import { predictEffects } from '../../src/stats/forest/effect-prediction.js';
import { loadForest, saveForest } from '../../src/stats/forest/forest-file.js';
import { rowScorer } from '../../src/stats/forest/row-scorer.js';
import { stream } from '../../src/stats/numeric/random.js';
import { answered, rms } from './shared.js';

const LEVELS = 60;
const random = stream(3);
/** Effects of levels in no order of their codes. */
const effects = Array.from({ length: LEVELS }, () => (random.bernoulli(0.5) ? 1 : -1));

function sample(n: number, categorical: readonly number[]): CausalData & { readonly tau: Float64Array } {
  const level = Float64Array.from({ length: n }, () => random.integer(LEVELS));
  const other = Float64Array.from({ length: n }, () => random.normal());
  const w = Float64Array.from({ length: n }, () => (random.bernoulli(0.5) ? 1 : 0));
  const tau = level.map((code) => effects[code]!);
  const y = tau.map((effect, i) => effect * w[i]! + random.normal());
  return { features: ['country', 'age'], x: [level, other], w, y, tau, categorical };
}

describe('categorical splits', () => {
  let engine: WorkerForestEngine;
  beforeAll(async () => { engine = await createForestEngine({ workers: 2 }); });
  afterAll(() => engine.close());

  it('finds an effect that depends on levels better than splits of their codes do, with less than half of the error', async () => {
    const data = sample(3000, [0]);
    const byLevel = answered(await growCausalForest(engine, data, { trees: 300, seed: 1 }));
    const byCode = answered(await growCausalForest(engine, { ...data, categorical: [] }, { trees: 300, seed: 1 }));
    expect(rms(byLevel.tauHat, data.tau)).toBeLessThan(0.5 * rms(byCode.tauHat, data.tau));
  });

  it('scores a row as the engine does, after save and load too; a level that was not there has a finite effect', async () => {
    const data = sample(800, [0]);
    const forest = answered(await growCausalForest(engine, data, { trees: 50, seed: 1 }));
    const loaded = answered(loadForest(saveForest(forest)));
    const columns = { country: Float64Array.of(3, 17, 999, NaN), age: Float64Array.of(0, 1, 0.5, NaN) };
    const { estimates } = answered(await predictEffects(engine, loaded, columns));
    expect(estimates.every(Number.isFinite)).toBe(true);
    const scorer = rowScorer(loaded);
    estimates.forEach((estimate, i) => expect(scorer.effect([columns.country[i]!, columns.age[i]!])).toBe(estimate));
    expect([...unseenLevels(loaded.binning, [columns.country, columns.age])]).toEqual([[0, [999]]]);
    expect(binOf(loaded.binning, 0, 999)).toBe(UNSEEN_BIN);
  });

  it('gives every level a bin of its own, after the missing one', () => {
    const codes = Float64Array.of(7, -2, NaN, 7, 100);
    expect([...codes].map((code) => binOf(chooseBins([codes], [0]), 0, code))).toEqual([2, 1, 0, 2, 3]);
  });

  it('refuses more levels than it has bins', async () => {
    const data = sample(2000, [0]);
    const many = data.x[0]!.map((_, i) => i % 256);
    expect(await growCausalForest(engine, { ...data, x: [many, data.x[1]!] }, { trees: 20, seed: 1 }))
      .toMatchObject({ status: 'refused', detail: expect.stringContaining('column country has 256 categories; a forest splits by at most 255') });
  });
});
