import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createForestEngine, type WorkerForestEngine } from '../../src/compute/forest-engine.js';
import { armAverages } from '../../src/stats/forest/arm-averages.js';
import { growCausalForest } from '../../src/stats/forest/causal-forest.js';
import { loadForest, saveForest } from '../../src/stats/forest/forest-file.js';
import { growInstrumentalForest, predictInstrumented, predictInstrumentedOutOfBag, type InstrumentalData } from '../../src/stats/forest/instrumental-forest.js';
import { localAverageEffect } from '../../src/stats/forest/local-average-effect.js';
import { growMultiArmForest, predictArmEffects, predictArmEffectsOutOfBag, type MultiArmData } from '../../src/stats/forest/multi-arm-forest.js';
import { defaultOverlap } from '../../src/stats/forest/overlap.js';
import { referenceEngine } from '../../src/stats/forest/reference/reference-engine.js';
import { stream } from '../../src/stats/numeric/random.js';
import { answered, mean, rms } from './shared.js';

const P = 3;
const names = Array.from({ length: P }, (_, j) => `x${j}`);
const columnsOf = (x: readonly Float64Array[]) => Object.fromEntries(names.map((name, j) => [name, x[j]!]));
const covariates = (n: number, random: ReturnType<typeof stream>) => Array.from({ length: P }, () => Float64Array.from({ length: n }, () => random.normal()));
const coverage = (estimates: Float64Array, variances: Float64Array, truth: Float64Array) =>
  mean(truth.map((tau, i) => (Math.abs(tau - estimates[i]!) <= 1.96 * Math.sqrt(variances[i]!) ? 1 : 0)));

let engine: WorkerForestEngine;
beforeAll(async () => { engine = await createForestEngine({ workers: 2 }); });
afterAll(() => engine.close());

/** Arms a and b against control: effects (x0 > 0) and -1 on sales, five times that on visits; propensities depend on x1. */
function arms(n: number, seed: number): MultiArmData & { readonly tau: readonly [Float64Array, Float64Array] } {
  const random = stream(seed);
  const x = covariates(n, random);
  const arm = Int32Array.from({ length: n }, (_, i) => (random.uniform() < 0.3 + 0.2 * Math.tanh(x[1]![i]!) ? 1 : random.bernoulli(0.5) ? 2 : 0));
  const tau = [x[0]!.map((value) => (value > 0 ? 1 : 0)), new Float64Array(n).fill(-1)] as const;
  const sales = x[1]!.map((value, i) => value + (arm[i] === 0 ? 0 : tau[arm[i]! - 1]![i]!) + random.normal());
  const visits = x[2]!.map((_, i) => 5 * (arm[i] === 0 ? 0 : tau[arm[i]! - 1]![i]!) + 5 * random.normal());
  return { features: names, x, arm, arms: ['control', 'a', 'b'], y: { sales, visits }, tau };
}

describe('multi-arm causal forest', () => {
  it('finds effects of two arms on two outcomes in their units, with intervals that cover', async () => {
    const data = arms(3000, 1);
    const forest = answered(await growMultiArmForest(engine, data, { trees: 500, seed: 1 }));
    expect(forest.effects).toEqual([
      { arm: 'a', outcome: 'sales' }, { arm: 'b', outcome: 'sales' }, { arm: 'a', outcome: 'visits' }, { arm: 'b', outcome: 'visits' },
    ]);
    forest.tauHat.forEach((tauHat, k) => expect(rms(tauHat, data.tau[k % 2]!.map((tau) => (k < 2 ? tau : 5 * tau)))).toBeLessThan(k < 2 ? 0.25 : 1.25));
    expect(forest.propensities[0]!.map((share, i) => share + forest.propensities[1]![i]! + forest.propensities[2]![i]!).every((sum) => Math.abs(sum - 1) < 1e-6)).toBe(true);
    const fresh = arms(1000, 2);
    const predictions = answered(await predictArmEffects(engine, forest, columnsOf(fresh.x)));
    predictions.forEach(({ estimates, variances }, k) => {
      expect(coverage(estimates, variances, fresh.tau[k % 2]!.map((tau) => (k < 2 ? tau : 5 * tau)))).toBeGreaterThan(0.85);
    });
    const outOfBag = answered(await predictArmEffectsOutOfBag(engine, forest));
    outOfBag.forEach(({ estimates }, k) => estimates.forEach((estimate, i) => expect(estimate).toBeCloseTo(forest.tauHat[k]![i]!, 8)));
    const { averages } = answered(armAverages(forest, { ...defaultOverlap, beyond: 'trim' }));
    averages.forEach(({ estimate, standardError }, k) => {
      expect(Math.abs(estimate - (k < 2 ? 1 : 5) * mean(data.tau[k % 2]!))).toBeLessThan(4 * standardError);
      // the difference of two arms' means, noise 1 and 5, would have 0.06 and 0.3 with a third of 3,000 units each
      expect(standardError).toBeLessThan(k < 2 ? 0.08 : 0.4);
    });
  });

  it('is as accurate with two arms as the causal forest on the same rows', async () => {
    const { arm, y, tau, features, x } = arms(2000, 3);
    const data = { features, x };
    const w = Float64Array.from(arm, (code) => (code === 1 ? 1 : 0));
    const sales = y.sales!.map((value, i) => value - (arm[i] === 2 ? tau[1][i]! : 0));
    const two = answered(await growMultiArmForest(engine, { ...data, arm: Int32Array.from(w), arms: ['control', 'a'], y: { sales } }, { trees: 400, seed: 1 }));
    const one = answered(await growCausalForest(engine, { ...data, y: sales, w }, { trees: 400, seed: 1 }));
    expect(Math.abs(rms(two.tauHat[0]!, tau[0]) / rms(one.tauHat, tau[0]) - 1)).toBeLessThan(0.1);
  });

  it('is the same bytes from the reference and from 1, 2 or 8 workers, before and after save', async () => {
    const data = arms(300, 4);
    const saved = saveForest(answered(await growMultiArmForest(engine, data, { trees: 40, seed: 5 })));
    for (const other of [referenceEngine, await createForestEngine({ workers: 1 }), await createForestEngine({ workers: 8 })]) {
      expect(Buffer.compare(saveForest(answered(await growMultiArmForest(other, data, { trees: 40, seed: 5 }))), saved)).toBe(0);
    }
    const loaded = answered(loadForest(saved, 'multi_arm'));
    expect(Buffer.compare(saveForest(loaded), saved)).toBe(0);
    expect(loadForest(saved, 'causal')).toMatchObject({ status: 'refused', detail: 'this file holds a forest of family multi_arm, not causal' });
  });

  it.each<[string, (data: MultiArmData) => MultiArmData, string]>([
    ['an arm of 3 units', (data) => ({ ...data, arms: [...data.arms, 'c'], arm: data.arm.map((arm, i) => (i < 3 ? 3 : arm)) }), 'c has 3'],
    ['one arm', (data) => ({ ...data, arms: ['control'], arm: data.arm.map(() => 0) }), '2 to 16 arms'],
    ['a constant outcome', (data) => ({ ...data, y: { sales: new Float64Array(data.arm.length) } }), 'outcome sales'],
  ])('refuses %s', async (_, change, detail) => {
    expect(await growMultiArmForest(engine, change(arms(200, 5)), { trees: 10, seed: 1 })).toMatchObject({ status: 'refused', detail: expect.stringContaining(detail) });
  });
});

/** A confounder moves treatment and outcome; the instrument moves the treatment of half of the units. The effect is 1 + (x0 > 0). */
function encouraged(n: number, seed: number): InstrumentalData & { readonly tau: Float64Array } {
  const random = stream(seed);
  const x = covariates(n, random);
  const z = Float64Array.from({ length: n }, () => (random.bernoulli(0.5) ? 1 : 0));
  const hidden = Float64Array.from({ length: n }, () => random.normal());
  const w = z.map((encouragement, i) => (hidden[i]! > 1 || (hidden[i]! > -1 && encouragement === 1) ? 1 : 0));
  const tau = x[0]!.map((value) => (value > 0 ? 2 : 1));
  const y = tau.map((effect, i) => x[1]![i]! + effect * w[i]! + 2 * hidden[i]! + random.normal());
  return { features: names, x, y, w, z, tau };
}

describe('instrumental forest', () => {
  it('finds the effect on compliers where a confounder misleads the causal forest, with intervals that cover', async () => {
    const data = encouraged(4000, 1);
    const forest = answered(await growInstrumentalForest(engine, data, { trees: 500, seed: 1 }));
    const naive = answered(await growCausalForest(engine, data, { trees: 200, seed: 1 }));
    expect(mean(naive.tauHat) - mean(data.tau)).toBeGreaterThan(1);
    expect(Math.abs(mean(forest.tauHat) - mean(data.tau))).toBeLessThan(0.25);
    expect(rms(forest.tauHat, data.tau)).toBeLessThan(0.5);
    const local = answered(await localAverageEffect(engine, forest, defaultOverlap, 10));
    // compliers are those of the middle, P(-1 < Z < 1) = 0.683, whatever x0
    expect(Math.abs(local.firstStage.estimate - 0.683)).toBeLessThan(4 * local.firstStage.standardError);
    expect(Math.abs(local.effect.estimate - mean(data.tau))).toBeLessThan(4 * local.effect.standardError);
    expect(local.effect.standardError).toBeLessThan(0.15);
    // compliers are as many at every x, so that both averages are the same
    expect(Math.abs(local.everyone!.estimate - mean(data.tau))).toBeLessThan(4 * local.everyone!.standardError);
    expect(local.everyone!.standardError / local.effect.standardError).toBeGreaterThan(0.8);
    expect(local.everyone!.standardError / local.effect.standardError).toBeLessThan(1.5);
    expect(await localAverageEffect(engine, forest, defaultOverlap, 1e6)).toMatchObject({ status: 'refused', reason: 'not_identified', detail: expect.stringContaining('first-stage F of at least 1000000') });
    const fresh = encouraged(500, 2);
    const { estimates, variances } = answered(await predictInstrumented(engine, forest, columnsOf(fresh.x)));
    expect(coverage(estimates, variances, fresh.tau)).toBeGreaterThan(0.85);
    answered(await predictInstrumentedOutOfBag(engine, forest)).estimates.forEach((estimate, i) => expect(estimate).toBeCloseTo(forest.tauHat[i]!, 8));
  });

  it('tells how far its estimates are from those of more trees', async () => {
    const data = encouraged(500, 6);
    const known = { yHat: new Float64Array(500), wHat: new Float64Array(500).fill(0.5), zHat: new Float64Array(500).fill(0.5) };
    const fresh = columnsOf(encouraged(200, 7).x);
    const predict = async (trees: number, seed: number) =>
      answered(await predictInstrumented(engine, answered(await growInstrumentalForest(engine, { ...data, ...known }, { trees, seed })), fresh));
    const [few, others] = [await predict(400, 1), await predict(400, 2)];
    // two forests of 400 trees differ by twice the Monte-Carlo error; that of 200 units is known to about a fifth
    const moved = mean(few.estimates.map((estimate, i) => (estimate - others.estimates[i]!) ** 2));
    expect(Math.abs(moved / (2 * mean(few.excessErrors)) - 1)).toBeLessThan(0.4);
    expect(mean(few.excessErrors)).toBeLessThan(mean(few.variances));
  });

  it('is the causal forest when the instrument is the treatment, tree by tree', async () => {
    const { z: _, ...data } = encouraged(600, 3);
    const known = { yHat: new Float64Array(600), wHat: new Float64Array(600).fill(0.5) };
    const causal = answered(await growCausalForest(engine, { ...data, ...known }, { trees: 20, seed: 1 }));
    const own = answered(await growInstrumentalForest(engine, { ...data, ...known, z: data.w, zHat: known.wHat }, { trees: 20, seed: 1 }));
    expect(own.trees.segments[0]!.length).toBeGreaterThan(0);
    own.tauHat.forEach((tau, i) => expect(tau).toBeCloseTo(causal.tauHat[i]!, 6));
  });

  it('is the same bytes from the reference and from workers, before and after save', async () => {
    const data = encouraged(300, 4);
    const choices = { trees: 40, seed: 5, reducedFormWeight: 0.3 };
    const saved = saveForest(answered(await growInstrumentalForest(engine, data, choices)));
    expect(Buffer.compare(saveForest(answered(await growInstrumentalForest(referenceEngine, data, choices))), saved)).toBe(0);
    expect(Buffer.compare(saveForest(answered(loadForest(saved, 'instrumental'))), saved)).toBe(0);
  });

  it('refuses a constant instrument, and a reduced form weight beyond 1', async () => {
    const data = encouraged(200, 5);
    expect(await growInstrumentalForest(engine, { ...data, z: data.z.map(() => 1) }, { trees: 10, seed: 1 })).toMatchObject({ status: 'refused', detail: 'the instrument of an instrumental forest is constant' });
    expect(await growInstrumentalForest(engine, data, { trees: 10, seed: 1, reducedFormWeight: 2 })).toMatchObject({ status: 'refused', detail: expect.stringContaining('[0, 1]; got 2') });
  });
});
