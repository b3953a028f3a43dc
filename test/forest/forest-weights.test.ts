import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createForestEngine, type WorkerForestEngine } from '../../src/compute/forest-engine.js';
import { growRegressionForest, type RegressionForest } from '../../src/stats/forest/regression-forest.js';
import { growMultiRegressionForest } from '../../src/stats/forest/multi-regression-forest.js';
import { forestSettings } from '../../src/stats/forest/forest-settings.js';
import { forestWeights, weightedQuantiles, weightedShares } from '../../src/stats/forest/forest-weights.js';
import { binned } from './data.js';
import { stream } from '../../src/stats/numeric/random.js';
import { answered, mean } from './shared.js';

const N = 800;
/** Sums of leaf averages are rounded to float32. */
const LEAF_ROUNDING = 1e-5;

describe('forest weights', () => {
  let engine: WorkerForestEngine;
  beforeAll(async () => { engine = await createForestEngine({ workers: 2 }); });
  afterAll(() => engine.close());

  const random = stream(3);
  const x = [0, 1].map(() => Float64Array.from({ length: N }, () => random.uniform()));
  // spread grows with x0, the mean does not move: only quantiles see it
  const y = x[0]!.map((value) => (1 + 3 * value) * random.normal());
  const weight = Float64Array.from({ length: N }, () => 0.5 + random.uniform());
  const cluster = Int32Array.from({ length: N }, (_, i) => i % 90);
  const settings = { ...forestSettings(2, { seed: 4 }), trees: 200 };

  it.each<[string, Float64Array | null, Int32Array | null]>([['plain', null, null], ['with sample weights and clusters', weight, cluster]])(
    'average the outcomes of the forest to its own out-of-bag predictions: %s', async (_, weights, clusters) => {
      const rows = binned(x, clusters);
      const forest: RegressionForest = answered(await growRegressionForest(engine, rows, y, weights, settings, 1, true));
      const alpha = forestWeights({ rows, ...forest }, null);
      const misses = forest.outOfBag.map((prediction, row) => Math.abs(prediction - y.reduce((sum, value, i) => sum + alpha[row * N + i]! * value, 0)));
      expect(Math.max(...misses)).toBeLessThan(LEAF_ROUNDING);
      expect(forest.outOfBag.every((_value, row) => alpha[row * N + row] === 0)).toBe(true);
    });

  it('give quantiles that hold their share of new outcomes, by place', async () => {
    const rows = binned(x, null);
    const forest = answered(await growRegressionForest(engine, rows, y.map(Math.abs), null, settings, 1, true));
    const [low, median, high] = weightedQuantiles(forestWeights({ rows, ...forest }, null), y, [0.1, 0.5, 0.9]) as [Float64Array, Float64Array, Float64Array];
    const share = (of: Float64Array, keep: (row: number) => boolean) => mean([...y.keys()].filter(keep).map((row) => (y[row]! <= of[row]! ? 1 : 0)));
    for (const keep of [(row: number) => x[0]![row]! < 0.5, (row: number) => x[0]![row]! >= 0.5]) {
      // 4 binomial errors of about 400 rows, and a little for the forest's own error
      for (const [quantile, probability] of [[low, 0.1], [median, 0.5], [high, 0.9]] as const) {
        expect(Math.abs(share(quantile, keep) - probability)).toBeLessThan(4 * Math.sqrt((probability * (1 - probability)) / 400) + 0.02);
      }
    }
    // standard normal quantiles times the spread at the ends of the square
    const spread = (keep: (row: number) => boolean) => mean([...y.keys()].filter(keep).map((row) => (high[row]! - low[row]!) / 2.563));
    expect(spread((row) => x[0]![row]! > 0.8) / spread((row) => x[0]![row]! < 0.2)).toBeGreaterThan(2);
  });

  it('give the probabilities of a forest over indicators, and quantiles of a step function as they are defined', async () => {
    const rows = binned(x, null);
    const classes = Int32Array.from({ length: N }, (_, i) => (x[0]![i]! + 0.3 * y[i]! > 0.6 ? 2 : x[1]![i]! > 0.5 ? 1 : 0));
    const indicators = [0, 1, 2].map((k) => Float64Array.from(classes, (code) => (code === k ? 1 : 0)));
    const forest = answered(await growMultiRegressionForest(engine, rows, indicators, true, null, settings, 1, true));
    weightedShares(forestWeights({ rows, ...forest }, null), classes, 3).forEach((shares, k) =>
      expect(Math.max(...shares.map((value, row) => Math.abs(value - forest.outOfBag[k]![row]!)))).toBeLessThan(LEAF_ROUNDING));
    expect(weightedQuantiles(Float64Array.of(0.2, 0.3, 0.5), Float64Array.of(3, 1, 2), [0.3, 0.31, 0.8, 0.81]).map((found) => found[0])).toEqual([1, 2, 2, 3]);
    expect(() => weightedQuantiles(new Float64Array(1), new Float64Array(1), [1])).toThrow('probabilities in (0, 1); got 1');
  });
});
