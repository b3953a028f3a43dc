import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createForestEngine, type WorkerForestEngine } from '../../src/compute/forest-engine.js';
import { bestLinearProjection } from '../../src/stats/forest/best-linear-projection.js';
import { growCausalSurvivalForest, predictSurvivalEffects, predictSurvivalEffectsOutOfBag, type CausalSurvivalData } from '../../src/stats/forest/causal-survival-forest.js';
import { augmentedOutcome, expectedTarget, survivalTargets, type SurvivalTarget } from '../../src/stats/forest/censored-outcomes.js';
import { loadForest, saveForest } from '../../src/stats/forest/forest-file.js';
import { defaultOverlap } from '../../src/stats/forest/overlap.js';
import { referenceEngine } from '../../src/stats/forest/reference/reference-engine.js';
import { survivalAverage, survivalScores } from '../../src/stats/forest/survival-average.js';
import { survivalTimes, splitTimes } from '../../src/stats/forest/survival-times.js';
import { stream } from '../../src/stats/numeric/random.js';
import { answered, mean, rms } from './shared.js';

describe('outcomes with censoring undone', () => {
  const times = Float64Array.of(1, 2, 3, 5);
  const HORIZON = 5;
  const failing = Float64Array.of(0.1, 0.3, 0.2, 0);
  const wrong = Float64Array.of(0.4, 0.1, 0.5, 0);
  const leaving = Float64Array.of(0.2, 0.1, 0.4, 0);
  const valueOf = (target: SurvivalTarget, step: number, hasFailed: boolean) => (target === 'rmst' ? times[step]! : hasFailed ? 0 : 1);

  /** P(fails at k), k = 4: beyond the horizon. */
  const chances = (hazards: Float64Array) => [...times.keys(), 4].map((k) => hazards.subarray(0, k).reduce((p, h) => p * (1 - h), 1) * (k < 4 ? hazards[k]! : 1));
  const truth = (target: SurvivalTarget) => chances(failing).reduce((sum, p, k) => sum + p * valueOf(target, Math.min(k, 3), k < 4), 0);

  /** The mean over all failures and censorings, each with its probability. */
  function average(target: SurvivalTarget, survival: Float64Array, censoring: Float64Array): number {
    const remaining = new Float64Array(4);
    expectedTarget(target, times, HORIZON, survival, 0, remaining);
    let sum = 0;
    chances(failing).forEach((p, fails) => chances(leaving).forEach((q, leaves) => {
      const isCensored = leaves < fails && leaves < 3;
      const step = isCensored ? leaves : Math.min(fails, 3);
      sum += p * q * augmentedOutcome(isCensored ? null : valueOf(target, step, fails < 4), step, censoring, 0, remaining).value;
    }));
    return sum;
  }

  it.each(survivalTargets)('have the right mean when either the survival or the censoring curve is right: %s', (target) => {
    const remaining = new Float64Array(4);
    expect(expectedTarget(target, times, HORIZON, failing, 0, remaining)).toBeCloseTo(truth(target), 12);
    expect(average(target, failing, leaving)).toBeCloseTo(truth(target), 12);
    expect(average(target, wrong, leaving)).toBeCloseTo(truth(target), 12);
    expect(average(target, failing, wrong)).toBeCloseTo(truth(target), 12);
    expect(Math.abs(average(target, wrong, wrong) - truth(target))).toBeGreaterThan(0.001);
  });

  it('rounds many times to groups that keep their mean and the horizon, and gives splits at most 255 steps', () => {
    const random = stream(1);
    const time = Float64Array.from({ length: 5000 }, () => Math.min(2, random.exponential()));
    const observed = survivalTimes(time, Uint8Array.from(time, (value) => (value < 2 ? 1 : 0)));
    expect(observed.times.length).toBeLessThanOrEqual(512);
    expect(observed.times.at(-1)).toBe(2);
    expect(mean(Array.from(observed.step, (k) => observed.times[k]!))).toBeCloseTo(mean(time), 10);
    expect(rms(Array.from(observed.step, (k) => observed.times[k]!), time)).toBeLessThan(0.01);
    expect(Math.max(...splitTimes(observed))).toBeLessThanOrEqual(255);
  });
});

const names = ['x0', 'x1', 'x2'];
const HORIZON = 1.5;
const truths = {
  rmst: (rate: number) => (1 - Math.exp(-rate * HORIZON)) / rate,
  survival_probability: (rate: number) => Math.exp(-rate * HORIZON),
} as const;

/** Exponential times; treatment halves the rate where x0 > 0; both treatment and censoring depend on x1, so that the untreated live longer at first sight. */
function trial(n: number, seed: number): CausalSurvivalData & { readonly tau: (target: SurvivalTarget) => Float64Array; readonly complete: Float64Array } {
  const random = stream(seed);
  const x = names.map(() => Float64Array.from({ length: n }, () => random.normal()));
  const w = x[1]!.map((value) => (random.bernoulli(1 / (1 + Math.exp(-0.8 * value))) ? 1 : 0));
  const rate = (i: number, treated: number) => Math.exp(0.6 * x[1]![i]! - (treated === 1 && x[0]![i]! > 0 ? Math.LN2 : 0));
  const complete = w.map((treated, i) => random.exponential() / rate(i, treated));
  const censored = w.map((treated, i) => random.exponential() / (0.25 * Math.exp(0.3 * x[1]![i]! + 0.3 * treated)));
  return {
    features: names, x, w, time: complete.map((value, i) => Math.min(value, censored[i]!)), event: complete.map((value, i) => (value <= censored[i]! ? 1 : 0)), complete,
    tau: (target) => w.map((_, i) => truths[target](rate(i, 1)) - truths[target](rate(i, 0))),
  };
}

describe('causal survival forest', () => {
  let engine: WorkerForestEngine;
  beforeAll(async () => { engine = await createForestEngine({ workers: 2 }); });
  afterAll(() => engine.close());

  it.each(survivalTargets)('finds effects on censored times, with intervals that cover: %s', async (target) => {
    const data = trial(1000, 1);
    const forest = answered(await growCausalSurvivalForest(engine, data, { target, horizon: HORIZON, leastObserved: 0.05, trees: 120, seed: 1 }));
    const tau = data.tau(target);
    const average = answered(survivalAverage(forest, defaultOverlap));
    expect(Math.abs(average.estimate - mean(tau))).toBeLessThan(3 * average.standardError);
    const [level] = answered(bestLinearProjection({ ...forest, isBinary: true }, survivalScores(forest), {}, 0.95)).coefficients;
    expect(level!.estimate).toBeCloseTo(average.estimate, 12);
    // HC3 is the jackknife without its (n - 1) / n
    expect(level!.standardError * Math.sqrt(999 / 1000)).toBeCloseTo(average.standardError, 12);
    // the difference of two arms' means would have about this error without censoring: sd 0.5 (times up to 1.5, or shares)
    expect(average.standardError).toBeLessThan(1.3 * 0.5 * Math.sqrt(4 / 1000));
    expect(rms(forest.tauHat, tau)).toBeLessThan(0.8 * rms(tau, tau.map(() => 0)));
    const fresh = trial(300, 2);
    const { estimates, variances } = answered(await predictSurvivalEffects(engine, forest, Object.fromEntries(names.map((name, j) => [name, fresh.x[j]!]))));
    const truth = fresh.tau(target);
    expect(mean(truth.map((value, i) => (Math.abs(value - estimates[i]!) <= 1.96 * Math.sqrt(variances[i]!) ? 1 : 0)))).toBeGreaterThan(0.8);
    answered(await predictSurvivalEffectsOutOfBag(engine, forest)).estimates.forEach((estimate, i) => expect(estimate).toBeCloseTo(forest.tauHat[i]!, 8));
  });

  it('is the same from the reference and from workers', async () => {
    const data = trial(150, 3);
    const choices = { target: 'rmst', horizon: 1, leastObserved: 0.01, trees: 20, seed: 2 } as const;
    const [one, other] = [answered(await growCausalSurvivalForest(engine, data, choices)), answered(await growCausalSurvivalForest(referenceEngine, data, choices))];
    expect(other.tauHat).toEqual(one.tauHat);
    expect(other.residual).toEqual(one.residual);
    expect(Buffer.compare(saveForest(other), saveForest(one))).toBe(0);
    expect(Buffer.compare(saveForest(answered(loadForest(saveForest(one), 'causal_survival'))), saveForest(one))).toBe(0);
  });

  it.each<[string, (data: CausalSurvivalData) => CausalSurvivalData, number, string]>([
    ['three arms', (data) => ({ ...data, w: data.w.map((_, i) => i % 3) }), 1, 'must be 0 or 1; got 2'],
    ['events that are not 0 or 1', (data) => ({ ...data, event: data.event.map(() => 0.5) }), 1, '0 (censored) or 1 (happened); got 0.5'],
    ['no events', (data) => ({ ...data, event: data.event.map(() => 0) }), 1, 'arm 0 has'],
    ['negative times', (data) => ({ ...data, time: data.time.map((value) => value - 1) }), 1, 'finite and at least 0'],
    ['a horizon that nobody reached', (data) => data, 1000, 'no unit was observed until the horizon 1000'],
  ])('refuses %s', async (_, change, horizon, detail) => {
    expect(await growCausalSurvivalForest(engine, change(trial(200, 4)), { target: 'rmst', horizon, leastObserved: 0.05, trees: 10, seed: 1 }))
      .toMatchObject({ status: 'refused', detail: expect.stringContaining(detail) });
  });

  it('refuses units that were hardly ever still observed', async () => {
    const data = trial(400, 5);
    expect(await growCausalSurvivalForest(engine, data, { target: 'rmst', horizon: 1, leastObserved: 0.99, trees: 20, seed: 1 })).toMatchObject({ reason: 'no_overlap', detail: expect.stringContaining('still observed') });
  });
});
