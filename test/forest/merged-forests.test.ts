import { describe, expect, it } from '@jest/globals';
import { growCausalForest, type CausalData } from '../../src/stats/forest/causal-forest.js';
import { predictEffects } from '../../src/stats/forest/effect-prediction.js';
import { mergeForests, predictMerged } from '../../src/stats/forest/merged-forests.js';
import { referenceEngine as engine } from '../../src/stats/forest/reference/reference-engine.js';
import { simulateColumns } from './data.js';
import { answered, mean, rms } from './shared.js';

const { x, y, w } = simulateColumns(300, 3, 21, 0);
const data: CausalData = { features: ['a', 'b', 'c'], x, y, w, yHat: new Float64Array(300), wHat: new Float64Array(300).fill(0.5) };
const fresh = Object.fromEntries(simulateColumns(100, 3, 22, 0).x.map((column, j) => [data.features[j]!, column]));
const grow = async (seed: number, given = data) => answered(await growCausalForest(engine, given, { trees: 60, seed }));

describe('merged forests', () => {
  it('predict as one forest of all their trees: Monte-Carlo errors halve, and so does the distance to many trees', async () => {
    const parts = await Promise.all([1, 2].map((seed) => grow(seed)));
    const merged = answered(await mergeForests(engine, parts));
    const both = answered(await predictMerged(engine, merged, fresh));
    const [one, two] = await Promise.all(parts.map(async (part) => answered(await predictEffects(engine, part, fresh))));
    expect(mean(both.excessErrors) / mean([...one!.excessErrors, ...two!.excessErrors])).toBeCloseTo(0.5, 1);
    both.estimates.forEach((tau, i) => {
      expect(tau).toBeGreaterThanOrEqual(Math.min(one!.estimates[i]!, two!.estimates[i]!) - 0.05);
      expect(tau).toBeLessThanOrEqual(Math.max(one!.estimates[i]!, two!.estimates[i]!) + 0.05);
    });
    const many = answered(await predictEffects(engine, answered(await growCausalForest(engine, data, { trees: 600, seed: 9 })), fresh)).estimates;
    expect(rms(both.estimates, many)).toBeLessThan(0.85 * (rms(one!.estimates, many) + rms(two!.estimates, many)) / 2);
    const turned = answered(await mergeForests(engine, [...parts].reverse()));
    merged.forest.tauHat.forEach((tau, i) => expect(turned.forest.tauHat[i]).toBeCloseTo(tau, 10));
  });

  it('refuse other rows, other nuisances, and one seed twice', async () => {
    const first = await grow(1);
    const others: readonly (readonly [CausalData, number, string])[] = [
      [{ ...data, x: [x[1]!, x[0]!, x[2]!] }, 2, 'other rows'], [{ ...data, wHat: new Float64Array(300).fill(0.4) }, 2, 'other nuisances'], [data, 1, 'the same seed'],
    ];
    for (const [given, seed, detail] of others) {
      expect(await mergeForests(engine, [first, await grow(seed, given)])).toMatchObject({ status: 'refused', detail: expect.stringContaining(detail) });
    }
  });
});
