import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createForestEngine, type WorkerForestEngine } from '../../src/compute/forest-engine.js';
import { averageEffect, effectTargets, type EffectTarget } from '../../src/stats/forest/average-effect.js';
import { bestLinearProjection } from '../../src/stats/forest/best-linear-projection.js';
import { calibrationTest } from '../../src/stats/forest/calibration-test.js';
import { growCausalForest, type CausalData, type CausalForest } from '../../src/stats/forest/causal-forest.js';
import { doublyRobustScores } from '../../src/stats/forest/doubly-robust-scores.js';
import { stream } from '../../src/stats/numeric/random.js';
import { isRefusal, type Refusal } from '../../src/stats/refusal.js';

const answered = <T>(value: T | Refusal): T => {
  if (isRefusal(value)) throw new Error(value.detail);
  return value;
};

interface Truth { readonly data: CausalData; readonly effects: Readonly<Record<EffectTarget, number>>; readonly slope: number }

/** Y = X2 + tau(X1) W + noise with tau = 1 + X1, e = 0.3 + 0.4 X3, X uniform; clusters of 5 share a shock of Y and of X3. */
function simulate(n: number, seed: number, clustered: boolean, missing: boolean): Truth {
  const random = stream(seed);
  const x = Array.from({ length: 4 }, () => new Float64Array(n));
  const y = new Float64Array(n);
  const w = new Float64Array(n);
  const cluster = Int32Array.from({ length: n }, (_, i) => Math.floor(i / 5));
  let shock = 0;
  let shared = 0;
  for (let i = 0; i < n; i++) {
    if (i % 5 === 0) { shock = random.normal(); shared = random.uniform(); }
    x.forEach((column, j) => { column[i] = clustered && j === 3 ? shared : random.uniform(); });
    w[i] = random.bernoulli(0.3 + 0.4 * x[3]![i]!) ? 1 : 0;
    y[i] = x[2]![i]! + (1 + x[1]![i]!) * w[i]! + random.normal() + (clustered ? shock * w[i]! * 0.5 : 0);
  }
  if (missing) x[0]!.forEach((_, i) => { if (random.bernoulli(0.2)) x[0]![i] = NaN; });
  const features = ['a', 'b', 'c', 'd'];
  return { data: { features, x, y, w, cluster: clustered ? cluster : null }, effects: { all: 1.5, treated: 1.5, control: 1.5, overlap: 1.5 }, slope: 1 };
}

describe('average effects of a causal forest', () => {
  let engine: WorkerForestEngine;
  beforeAll(async () => { engine = await createForestEngine({ workers: 2 }); });
  afterAll(() => engine.close());
  const grow = async (data: CausalData, seed: number, trees = 200): Promise<CausalForest> => answered(await growCausalForest(engine, data, { trees, seed }));

  const REPLICATIONS = 36;
  /** The level less three binomial standard errors. */
  const LEAST = 0.95 - 3 * Math.sqrt((0.95 * 0.05) / REPLICATIONS);
  it.each([[false, false], [true, false], [false, true]])('intervals cover at their level; clusters %s, missing values %s', async (clustered, missing) => {
    const covered = { all: 0, treated: 0, control: 0, overlap: 0, slope: 0 };
    for (let r = 0; r < REPLICATIONS; r++) {
      const { data, effects, slope } = simulate(500, 1000 + r, clustered, missing);
      const forest = await grow(data, r);
      const scores = answered(await doublyRobustScores(engine, forest));
      for (const target of effectTargets) {
        const { estimate, standardError } = answered(averageEffect(forest, scores, target, { bounds: [0.01, 0.99], beyond: 'trim' }));
        if (Math.abs(estimate - effects[target]) < 1.959964 * standardError) covered[target]++;
      }
      const projection = answered(bestLinearProjection(forest, scores, { b: data.x[1]! }, 0.95, { bounds: [0.01, 0.99], beyond: 'trim' }));
      const { lower, upper } = projection.coefficients[1]!;
      if (lower < slope && slope < upper) covered.slope++;
    }
    for (const [name, count] of Object.entries(covered)) if (count / REPLICATIONS < LEAST) throw new Error(`${name}: ${count} of ${REPLICATIONS}`);
  }, 180_000);

  it('a projection by overlap weighs scores by e (1 - e), and refuses a dose', async () => {
    const { data } = simulate(300, 7, false, false);
    const forest = await grow(data, 1);
    const scores = answered(await doublyRobustScores(engine, forest));
    const shares = forest.wHat.map((e) => e * (1 - e));
    const [level] = answered(bestLinearProjection(forest, scores, {}, 0.95, undefined, 'overlap')).coefficients;
    expect(level!.estimate).toBeCloseTo(scores.reduce((sum, score, i) => sum + shares[i]! * score, 0) / shares.reduce((sum, share) => sum + share, 0), 12);
    expect(bestLinearProjection({ ...forest, isBinary: false }, scores, {}, 0.95, undefined, 'overlap')).toMatchObject({ status: 'refused', reason: 'unsupported_combination' });
  });

  it('calibration tells heterogeneity from none', async () => {
    const { data } = simulate(4000, 5, false, false);
    const forest = await grow(data, 1, 500);
    const { mean, differential } = answered(calibrationTest(forest, 0.95));
    expect(mean.lower).toBeLessThan(1);
    expect(mean.upper).toBeGreaterThan(1);
    expect(differential.pValue).toBeLessThan(0.01);
  });

  it('calibration finds no heterogeneity in noise more often than its level says', async () => {
    let found = 0;
    for (let r = 0; r < 20; r++) {
      const random = stream(80 + r);
      const { data } = simulate(400, 40 + r, false, false);
      const noise = await grow({ ...data, y: data.y.map(() => random.normal()) }, 1, 100);
      if (answered(calibrationTest(noise, 0.95)).differential.pValue < 0.05) found++;
    }
    // of 20 at 5 %, more than 4 in three runs of a thousand
    expect(found).toBeLessThanOrEqual(4);
  });

  it('averages of a continuous treatment cover its average slope', async () => {
    const random = stream(77);
    const n = 2000;
    const x = random.fillNormal(new Float64Array(n));
    const w = x.map((value) => 0.5 * value + random.normal());
    const y = x.map((value, i) => value + (1 + 0.5 * value) * w[i]! + random.normal());
    const forest = await grow({ features: ['x'], x: [x], y, w }, 4, 500);
    expect(forest.isBinary).toBe(false);
    const scores = answered(await doublyRobustScores(engine, forest));
    const { estimate, standardError } = answered(averageEffect(forest, scores, 'all'));
    expect(Math.abs(estimate - 1)).toBeLessThan(3 * standardError);
    expect(standardError).toBeLessThan(0.06);
    expect(averageEffect(forest, scores, 'treated')).toMatchObject({ status: 'refused', reason: 'unsupported_combination' });
  });

  it('refuses or trims propensities outside the bounds, and says how many', async () => {
    const { data } = simulate(600, 9, false, false);
    const x3 = data.x[3]!;
    const wHat = x3.map((value) => (value < 0.1 ? 0.001 : 0.3 + 0.4 * value));
    const forest = answered(await growCausalForest(engine, { ...data, wHat }, { trees: 100, seed: 2 }));
    const scores = answered(await doublyRobustScores(engine, forest));
    const outside = x3.filter((value) => value < 0.1).length;
    expect(averageEffect(forest, scores, 'all')).toMatchObject({ status: 'refused', reason: 'no_overlap', detail: expect.stringContaining(`${outside} of 600`) });
    expect(answered(averageEffect(forest, scores, 'all', { bounds: [0.01, 0.99], beyond: 'trim' }))).toMatchObject({ trimmedShare: outside / 600, n: 600 - outside });
    expect(isRefusal(averageEffect(forest, scores, 'overlap'))).toBe(false);
    expect(isRefusal(averageEffect(forest, scores, 'treated'))).toBe(false);
  });

  it('reproduces its standard error from its influence values', async () => {
    const { data } = simulate(500, 3, false, false);
    const forest = await grow(data, 1);
    const scores = answered(await doublyRobustScores(engine, forest));
    for (const target of ['all', 'treated', 'control'] as const) {
      const { influence, standardError, n } = answered(averageEffect(forest, scores, target));
      const squares = influence!.reduce((sum, value) => sum + value * value, 0);
      const sandwich = Math.sqrt(squares / n / (n - 1));
      // a mean's jackknife is its sandwich; weights that are estimated move too when a unit is left out
      expect(Math.abs(standardError / sandwich - 1)).toBeLessThan(target === 'all' ? 1e-12 : 0.02);
    }
  });
});
