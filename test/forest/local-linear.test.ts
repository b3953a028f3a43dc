import { describe, expect, it } from '@jest/globals';
import { growCausalForest, type CausalData, type CausalForest } from '../../src/stats/forest/causal-forest.js';
import { predictEffects } from '../../src/stats/forest/effect-prediction.js';
import { forestSettings } from '../../src/stats/forest/forest-settings.js';
import { binnedRows, binRows, chooseBins } from '../../src/stats/forest/binning.js';
import { localLinear } from '../../src/stats/forest/local-linear.js';
import { localCorrection, predictLocalEffects, withLocalCorrection } from '../../src/stats/forest/local-linear-effects.js';
import { referenceEngine as engine } from '../../src/stats/forest/reference/reference-engine.js';
import { growRegressionForest } from '../../src/stats/forest/regression-forest.js';
import { stream } from '../../src/stats/numeric/random.js';
import { answered, mean, rms } from './shared.js';

const names = ['a', 'b', 'c'];
const columnsOf = (x: readonly Float64Array[]) => Object.fromEntries(names.map((name, j) => [name, x[j]!]));

/** Effects slope along a: tau = 2 a; randomised, known nuisances. */
function sloping(n: number, seed: number): CausalData & { readonly tau: Float64Array } {
  const random = stream(seed);
  const x = names.map(() => Float64Array.from({ length: n }, () => 2 * random.uniform() - 1));
  const w = Float64Array.from({ length: n }, () => (random.bernoulli(0.5) ? 1 : 0));
  const tau = x[0]!.map((a) => 2 * a);
  const y = tau.map((effect, i) => x[1]![i]! + effect * (w[i]! - 0.5) + 0.5 * random.normal());
  return { features: names, x, y, w, yHat: x[1]!, wHat: new Float64Array(n).fill(0.5), tau };
}

const grow = async (data: CausalData): Promise<CausalForest> => answered(await growCausalForest(engine, data, { trees: 100, seed: 1 }));

describe('local linear correction', () => {
  it('halves the error of effects that slope, out of bag and at new units, with intervals that cover', async () => {
    const data = sloping(600, 1);
    const forest = await grow(data);
    const correction = answered(localCorrection(forest, data));
    expect(correction.features).toEqual(['a']);
    expect(correction.penalty).toBeLessThan(1);
    expect(rms(answered(withLocalCorrection(forest, correction)).tauHat, data.tau)).toBeLessThan(0.5 * rms(forest.tauHat, data.tau));
    const fresh = sloping(200, 2);
    const { estimates, variances } = answered(predictLocalEffects(forest, correction, columnsOf(fresh.x)));
    expect(rms(estimates, fresh.tau)).toBeLessThan(0.5 * rms(answered(await predictEffects(engine, forest, columnsOf(fresh.x))).estimates, fresh.tau));
    const covered = mean(fresh.tau.map((tau, i) => (Math.abs(tau - estimates[i]!) <= 1.96 * Math.sqrt(variances[i]!) ? 1 : 0)));
    expect(covered).toBeGreaterThan(0.85);
    expect(covered).toBeLessThan(1);
  });

  it('is the forest, with its variances, under an infinite penalty', async () => {
    const data = { ...sloping(300, 3), weight: Float64Array.from({ length: 300 }, (_, i) => 1 + (i % 3)) };
    const forest = await grow(data);
    const none = answered(localCorrection(forest, data, Infinity));
    const fresh = columnsOf(sloping(50, 4).x);
    const [own, same] = [answered(await predictEffects(engine, forest, fresh)), answered(predictLocalEffects(forest, none, fresh))];
    same.estimates.forEach((estimate, i) => {
      expect(Math.abs(estimate / own.estimates[i]! - 1)).toBeLessThan(1e-4);
      expect(Math.abs(same.variances[i]! / own.variances[i]! - 1)).toBeLessThan(1e-3);
    });
    expect(answered(withLocalCorrection(forest, none))).toBe(forest);
  });

  it('does not depend on the units and the origin of covariates', async () => {
    const data = sloping(300, 5);
    const moved = { ...data, x: data.x.map((column) => column.map((value) => 1000 * value + 5)) };
    const [here, there] = [await grow(data), await grow(moved)].map((forest, k) => answered(withLocalCorrection(forest, answered(localCorrection(forest, k === 0 ? data : moved, 0.3)))));
    here!.tauHat.forEach((tau, i) => expect(there!.tauHat[i]).toBeCloseTo(tau, 6));
  });

  it('of a regression forest follows a line', async () => {
    const { x } = sloping(500, 6);
    const random = stream(7);
    const y = x[0]!.map((a) => 3 * a + 0.5 * random.normal());
    const binning = chooseBins(x);
    const rows = binnedRows(binning, x, null);
    const { plan, trees } = answered(await growRegressionForest(engine, rows, y, null, forestSettings(3, { trees: 100, seed: 1 }), 1, true));
    const fresh = sloping(200, 8).x;
    const [corrected, plain] = localLinear({ forest: { rows, plan, trees }, y, w: null, x: [x[0]!] }, { bins: binRows(binning, fresh), x: [fresh[0]!], isOwn: false }, [0.01, Infinity])!;
    const truth = fresh[0]!.map((a) => 3 * a);
    expect(rms(corrected!.estimates, truth)).toBeLessThan(0.6 * rms(plain!.estimates, truth));
    expect(corrected!.variances!.every((variance) => variance > 0 && Number.isFinite(variance))).toBe(true);
  });

  it('refuses covariates with missing values, at growing and at prediction', async () => {
    const data = sloping(200, 9);
    const gaps = { ...data, x: data.x.map((column) => column.map((value, i) => (i % 7 === 0 ? NaN : value))) };
    expect(localCorrection(await grow(gaps), gaps)).toMatchObject({ status: 'refused', detail: expect.stringContaining('without missing values') });
    const forest = await grow(data);
    const correction = answered(localCorrection(forest, data, 1));
    expect(predictLocalEffects(forest, correction, { ...columnsOf(data.x), a: new Float64Array(200).fill(NaN) })).toMatchObject({ status: 'refused', detail: expect.stringContaining('column a') });
    expect(predictLocalEffects(forest, correction, {})).toMatchObject({ status: 'refused', detail: expect.stringContaining('not here: a, b, c') });
  });
});
