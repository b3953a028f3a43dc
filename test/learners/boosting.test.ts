import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createBoostingEngine, type WorkerBoostingEngine } from '../../src/compute/boosting-engine.js';
import { boost, type BoostedModel } from '../../src/stats/learners/boosting/boost.js';
import { boostingLearner, predictBoosted } from '../../src/stats/learners/boosting/boosting.js';
import { weightedQuantile } from '../../src/stats/learners/boosting/leaf-quantiles.js';
import { referenceBoosting } from '../../src/stats/learners/boosting/reference/reference-engine.js';
import { defaultBoosting, type BoostingSettings } from '../../src/stats/learners/boosting/settings.js';
import type { Features, Training } from '../../src/stats/learners/learner.js';
import { stream } from '../../src/stats/numeric/random.js';
import { answered, featuresOf, largestGap, meanOf, uniforms } from './shared.js';

/** Five uniforms, the second with missing values, and a category of 12 levels; y is nonlinear in them. */
function simulate(n: number, seed: number): Training & { readonly label: Float64Array; readonly mean: Float64Array } {
  const random = stream(seed, 1);
  const columns = uniforms(n, 5, seed);
  const category = new Float64Array(n).map(() => random.integer(12));
  const effects = [0, 3, -1, 2, 2, -3, 0, 1, -2, 4, 1, 0];
  const mean = columns[0]!.map((value, i) => Math.sin(3 * value) + 2 * columns[1]![i]! * columns[2]![i]! + 0.4 * effects[category[i]!]!);
  const y = mean.map((value) => value + 0.5 * random.normal());
  const label = mean.map((value) => (random.uniform() < 1 / (1 + Math.exp(-2 * value)) ? 1 : 0));
  columns[1]!.forEach((_, i) => { if (random.bernoulli(0.15)) columns[1]![i] = NaN; });
  return { x: featuresOf([...columns, category], [5]), y, label, mean, weight: y.map(() => 0.5 + random.uniform()) };
}

const context = { seed: 7 };
const settings = (choices: Partial<BoostingSettings>): BoostingSettings => ({ ...defaultBoosting, trees: 5, maxLeaves: 15, minCategoryRows: 20, ...choices });
const bytesOf = ({ start, trees, heldOutLosses }: BoostedModel) => ({ start, trees, heldOutLosses });

describe('boosting kernel against its reference', () => {
  let engines: WorkerBoostingEngine[];
  beforeAll(async () => { engines = await Promise.all([1, 2, 8].map((workers) => createBoostingEngine({ workers, rowsPerWorker: 1 }))); });
  afterAll(() => Promise.all(engines.map((engine) => engine.close())));
  const data = simulate(801, 3);
  const unweighted: Training = { x: data.x, y: data.y };

  it.each<[string, Training, Partial<BoostingSettings>]>([
    ['squared', unweighted, {}],
    ['squared, weighted, bags of rows and features', data, { rowShare: 0.6, featureShare: 0.5 }],
    ['logistic', { ...unweighted, y: data.label }, { loss: 'logistic', l2: 1, minGain: 0.01 }],
    ['logistic, weighted, stopped early', { ...data, y: data.label }, { loss: 'logistic', heldOut: 0.2, patience: 2, trees: 40, learningRate: 0.5 }],
    ['poisson', { ...unweighted, y: data.y.map((value) => Math.max(0, Math.round(value + 1))) }, { loss: 'poisson' }],
    ['quantile', data, { loss: 'quantile', quantile: 0.8 }],
    ['monotone, shallow', unweighted, { monotone: { x0: 'rising', x1: 'falling' }, maxDepth: 4 }],
    ['every row a leaf', unweighted, { minRows: 1, minHessian: 0, maxLeaves: 200, trees: 2 }],
  ])('grows the same bytes with 1, 2 and 8 workers: %s', async (_, training, choices) => {
    const expected = bytesOf(answered(await boost(referenceBoosting, training, settings(choices), context)));
    expect(expected.trees.some(({ feature }) => feature.length > 0)).toBe(true);
    for (const engine of engines) expect(bytesOf(answered(await boost(engine, training, settings(choices), context)))).toEqual(expected);
  });

  it('runs of one engine do not disturb each other', async () => {
    const runs = await Promise.all([1, 2].map((seed) => boost(engines[1]!, data, settings({ rowShare: 0.5 }), { seed })));
    const alone = answered(await boost(engines[0]!, data, settings({ rowShare: 0.5 }), { seed: 2 }));
    expect(bytesOf(answered(runs[1]!))).toEqual(bytesOf(alone));
    expect(bytesOf(answered(runs[0]!))).not.toEqual(bytesOf(alone));
  });

  it('refuses more memory than it may use', async () => {
    const small = await createBoostingEngine({ workers: 1, memoryLimit: 1e6 });
    expect(await boost(small, data, settings({}), context)).toMatchObject({ status: 'refused', reason: 'unsupported_combination', detail: expect.stringContaining('GB are allowed') });
    await small.close();
  });

  it('stops with the signal\'s reason', async () => {
    await expect(boost(engines[1]!, data, settings({}), { seed: 1, signal: AbortSignal.abort(new Error('stopped')) })).rejects.toThrow('stopped');
  });

  it('predicts with at most a quarter more error than noise leaves, and stops before it overfits', async () => {
    const train = simulate(4000, 11);
    const test = simulate(3000, 12);
    const fitted = answered(await boostingLearner('regression', { heldOut: 0.1, trees: 300, patience: 10, learningRate: 0.2 }).fit(train, { seed: 1, boosting: engines[1]! }));
    expect(fitted.model.trees.length).toBeLessThan(300);
    const predicted = fitted.predict(test.x);
    const error = meanOf(predicted.map((value, i) => (value - test.y[i]!) ** 2));
    // noise of sd 0.5, and a product of variance 4/9 that 15 % of rows do not show
    const irreducible = 0.25 + 0.15 * (4 / 9);
    expect(error - irreducible).toBeLessThan(0.25 * irreducible);
    expect(meanOf(fitted.importance.slice(3, 5))).toBeLessThan(0.03);
    expect(fitted.importance.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
  });

  it('probabilities beat the share of ones and are calibrated in the large', async () => {
    const train = simulate(6000, 21);
    const fitted = answered(await boostingLearner('classification', { trees: 40 }).fit({ x: train.x, y: train.label }, { seed: 1, boosting: engines[1]! }));
    const test = simulate(3000, 22);
    const p = fitted.predict(test.x);
    const truth = test.mean.map((value) => 1 / (1 + Math.exp(-2 * value)));
    expect(Math.abs(meanOf(p) - meanOf(truth))).toBeLessThan(0.03);
    expect(meanOf(p.map((value, i) => Math.abs(value - truth[i]!)))).toBeLessThan(0.1);
  });

  it('the conditional quantile has the asked share of outcomes below it', async () => {
    const train = simulate(4000, 31);
    const fitted = answered(await boostingLearner('regression', { loss: 'quantile', quantile: 0.9, trees: 40 }).fit(train, { seed: 1, boosting: engines[1]! }));
    const test = simulate(3000, 32);
    const below = meanOf(fitted.predict(test.x).map((value, i) => (test.y[i]! <= value ? 1 : 0)));
    // three binomial standard errors of 3,000 rows, and 0.03 for what 4,000 rows teach
    expect(Math.abs(below - 0.9)).toBeLessThan(3 * Math.sqrt(0.09 / 3000) + 0.03);
  });
});

describe('what boosted trees do', () => {
  let engine: WorkerBoostingEngine;
  beforeAll(async () => { engine = await createBoostingEngine({ workers: 1 }); });
  afterAll(() => engine.close());
  const fit = async (training: Training, choices: Partial<BoostingSettings> = {}) => answered(await boostingLearner('regression', choices).fit(training, { ...context, boosting: engine }));
  const oneSplit = { trees: 1, learningRate: 1, maxLeaves: 2 } as const;

  it('one stump of squared loss is the best cut of a plain search', async () => {
    const [x] = uniforms(300, 1, 41);
    const y = x!.map((value, i) => (value > 0.3 ? 2 : 0) + Math.sin(i));
    const sorted = [...x!].sort((a, b) => a - b);
    const within = (rows: number[]) => rows.reduce((sum, value) => sum + (value - meanOf(rows)) ** 2, 0);
    const errors = sorted.map((cut, k) => (k < 19 || k > 279 ? Infinity
      : within([...y].filter((_, i) => x![i]! <= cut)) + within([...y].filter((_, i) => x![i]! > cut))));
    const cut = sorted[errors.indexOf(Math.min(...errors))]!;
    const predicted = (await fit({ x: featuresOf([x!]), y }, oneSplit)).predict(featuresOf([x!]));
    const expected = x!.map((value) => meanOf([...y].filter((_, i) => (x![i]! <= cut) === (value <= cut))));
    // fixed-point gradients are off by 2^-31 of the sum of all
    expect(largestGap(predicted, expected)).toBeLessThan(1e-6);
  });

  it('missing values go where they reduce the loss, on either side', async () => {
    const [base] = uniforms(400, 1, 42);
    for (const side of [-1, 1]) {
      const x = base!.map((value, i) => (i % 4 === 0 ? NaN : value));
      const y = x.map((value) => (Number.isNaN(value) ? side : Math.sign(value)));
      const fitted = await fit({ x: featuresOf([x]), y }, oneSplit);
      expect(fitted.predict(featuresOf([Float64Array.of(NaN, -0.5, 0.5)])).map((value) => Math.round(value))).toEqual(Float64Array.of(side, -1, 1));
    }
  });

  it('one split parts categories that no cut of their codes parts; an unseen level goes with those that are not named', async () => {
    const n = 1200;
    const x = Float64Array.from({ length: n }, (_, i) => i % 6);
    const y = x.map((code) => (code === 0 || code === 3 || code === 5 ? 1 : 0));
    const fitted = await fit({ x: featuresOf([x], [0]), y }, { ...oneSplit, categoryL2: 0 });
    expect(largestGap(fitted.predict(featuresOf([x], [0])), y)).toBeLessThan(1e-6);
    const unseen = fitted.predict(featuresOf([Float64Array.of(77)], [0]))[0]!;
    expect([0, 1]).toContain(Math.round(unseen));
  });

  it('predictions never fall in a rising feature, nor rise in a falling one', async () => {
    const data = simulate(800, 43);
    const fitted = await fit({ x: data.x, y: data.y }, { monotone: { x0: 'rising', x2: 'falling' }, trees: 15 });
    const free = await fit({ x: data.x, y: data.y }, { trees: 15 });
    const along = (feature: number, row: number): Features => ({
      ...data.x, n: 41, columns: data.x.columns.map((column, j) => Float64Array.from({ length: 41 }, (_, k) => (j === feature ? -1 + k / 20 : column[row]!))),
    });
    const falls = (values: Float64Array) => values.some((value, k) => k > 0 && value < values[k - 1]!);
    let freeFalls = 0;
    for (let row = 0; row < 20; row++) {
      expect(falls(fitted.predict(along(0, row)))).toBe(false);
      expect(falls(fitted.predict(along(2, row)).map((value) => -value))).toBe(false);
      if (falls(free.predict(along(0, row)))) freeFalls++;
    }
    expect(freeFalls).toBeGreaterThan(0);
  });

  it('a weight of two is the row twice, and a weight of 0 no row', async () => {
    const x = uniforms(400, 3, 44).map((column) => column.map((value) => Math.round(20 * value)));
    const y = x[0]!.map((value, i) => Math.abs(value) + x[1]![i]! * x[2]![i]! + Math.sin(i));
    const twice = Int32Array.from({ length: 600 }, (_, i) => (i < 400 ? i : i - 400));
    const doubled = { x: featuresOf(x.map((column) => Float64Array.from(twice, (row) => column[row]!))), y: Float64Array.from(twice, (row) => y[row]!) };
    const weight = y.map((_, row) => (row < 200 ? 2 : 1));
    const choices = { minRows: 1, minHessian: 30, trees: 5 };
    // fixed-point gradients are off by 2^-31 of the sum of all
    expect(largestGap((await fit(doubled, choices)).predict(featuresOf(x)), (await fit({ x: featuresOf(x), y, weight }, choices)).predict(featuresOf(x)))).toBeLessThan(1e-5);
    const ignored = await fit({ x: featuresOf(x), y: y.map((value, row) => (row === 3 ? 1e9 : value)), weight: y.map((_, row) => (row === 3 ? 0 : 1)) }, choices);
    expect(Math.max(...ignored.predict(featuresOf(x)))).toBeLessThan(1000);
  });

  it('its weighted quantile is the inverse of the empirical distribution', () => {
    expect(weightedQuantile(Float64Array.of(3, 1, 2, 4), null, 0.5)).toBe(2);
    expect(weightedQuantile(Float64Array.of(3, 1, 2, 4), null, 0.51)).toBe(3);
    expect(weightedQuantile(Float64Array.of(3, 1, 2, 4), Float64Array.of(1, 1, 1, 5), 0.5)).toBe(4);
  });

  it('refuses what it cannot learn from', async () => {
    const data = simulate(100, 45);
    const refused = (training: Training, choices: Partial<BoostingSettings>) => boostingLearner('regression', choices).fit(training, context);
    expect(await refused({ x: data.x, y: data.y }, { loss: 'poisson' })).toMatchObject({ reason: 'unsupported_combination', detail: expect.stringContaining('at least 0') });
    expect(await refused({ x: data.x, y: data.y }, { minRows: 60 })).toMatchObject({ reason: 'too_few_units', detail: expect.stringContaining('120 rows') });
    expect(await refused({ x: data.x, y: data.y }, { monotone: { x5: 'rising' } })).toMatchObject({ detail: expect.stringContaining('categorical'), remedy: expect.stringContaining('x0') });
    expect(await refused({ x: data.x, y: data.y.map(() => 4) }, {})).toMatchObject({ reason: 'zero_variance' });
    const few = data.y.map((_, row) => (row < 3 ? 1 : 0));
    expect(await refused({ x: data.x, y: data.y, weight: few }, { heldOut: 0.02 })).toMatchObject({ reason: 'too_few_units', detail: expect.stringContaining('holds out') });
    expect(await boostingLearner('classification').fit({ x: data.x, y: data.y }, context)).toMatchObject({ reason: 'unsupported_combination' });
    expect(predictBoosted(answered(await boost(referenceBoosting, { x: data.x, y: data.label }, settings({ loss: 'logistic' }), context)), data.x).every((p) => p > 0 && p < 1)).toBe(true);
  });
});
