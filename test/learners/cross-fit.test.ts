import { describe, expect, it } from '@jest/globals';
import { crossFit } from '../../src/stats/learners/cross-fit.js';
import { planFolds, type FoldOptions, type Folds } from '../../src/stats/learners/folds.js';
import { createLearner, learnerOptions } from '../../src/stats/learners/index.js';
import { linearLearner } from '../../src/stats/learners/linear/unpenalised.js';
import { stream } from '../../src/stats/numeric/random.js';
import { answered, featuresOf, largestGap, uniforms } from './shared.js';

const n = 400;
const columns = uniforms(n, 3, 5);
const x = featuresOf(columns);
const noise = stream(6).fillNormal(new Float64Array(n));
const y = columns[0]!.map((value, i) => 2 * value - columns[1]![i]! + noise[i]!);
const cluster = Int32Array.from(y, (_, i) => (i * 7) % 90 + (i % 5 === 0 ? 1000 : 0));
const treatment = columns[2]!.map((value) => (value > 0.8 ? 1 : 0));
const at = columns[1]!.map((value) => Math.round(value * 40));

const sizes = (folds: Folds) => folds.splits.map(({ test }) => test.length);
const plan = (options: Omit<FoldOptions, 'folds'>, seed = 1, repetition = 0) => answered(planFolds(n, { folds: 5, ...options }, seed, repetition));

describe('folds', () => {
  it.each<[string, Omit<FoldOptions, 'folds'>]>([['by chance', {}], ['by cluster', { cluster }], ['stratified', { stratify: treatment }],
    ['blocked by time', { time: { at, scheme: 'blocked', gap: 0 } }]])('%s: every row is predicted once and never by a model that saw it', (_, options) => {
    const folds = plan(options);
    expect(sizes(folds).reduce((sum, size) => sum + size, 0)).toBe(n);
    for (const [k, { train, test }] of folds.splits.entries()) {
      expect(train.length + test.length).toBe(n);
      for (const row of test) expect(folds.fold[row]).toBe(k);
      for (const row of train) expect(folds.fold[row]).not.toBe(k);
    }
  });

  it('never part a cluster, and are as even as clusters allow', () => {
    const folds = plan({ cluster });
    const seen = new Map<number, number>();
    folds.fold.forEach((k, row) => {
      expect(seen.get(cluster[row]!) ?? k).toBe(k);
      seen.set(cluster[row]!, k);
    });
    expect(Math.max(...sizes(folds)) - Math.min(...sizes(folds))).toBeLessThanOrEqual(5);
  });

  it('stratified folds differ by at most one row a stratum', () => {
    const counts = plan({ stratify: treatment }).splits.map(({ test }) => test.reduce((sum, row) => sum + treatment[row]!, 0));
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
  });

  it('are the same for a seed and repetition, and others for another', () => {
    expect(plan({}, 3, 1).fold).toEqual(plan({}, 3, 1).fold);
    expect(plan({}, 3, 1).fold).not.toEqual(plan({}, 3, 2).fold);
    expect(plan({}, 3, 1).fold).not.toEqual(plan({}, 4, 1).fold);
  });

  it('expanding blocks learn from the past alone, before the gap, and leave the first block unpredicted', () => {
    const { fold, splits } = plan({ time: { at, scheme: 'expanding', gap: 4 } });
    expect(splits).toHaveLength(4);
    for (const { train, test } of splits) {
      const first = Math.min(...Array.from(test, (row) => at[row]!));
      for (const row of train) expect(at[row]!).toBeLessThan(first - 4);
    }
    const unpredicted = Array.from(fold.keys()).filter((row) => fold[row] === -1);
    expect(unpredicted.length).toBeGreaterThan(n / 10);
    expect(Math.max(...unpredicted.map((row) => at[row]!))).toBeLessThan(Math.min(...Array.from(splits[0]!.test, (row) => at[row]!)));
  });

  it('blocks keep the gap on both sides and do not part equal times, nor clusters that span them', () => {
    const { fold, splits } = plan({ cluster, time: { at, scheme: 'blocked', gap: 3 } });
    const byTime = new Map<number, number>();
    fold.forEach((k, row) => { expect(byTime.get(at[row]!) ?? k).toBe(k); byTime.set(at[row]!, k); });
    for (const { train, test } of splits) {
      const times = Array.from(test, (row) => at[row]!);
      const held = new Set(Array.from(test, (row) => cluster[row]!));
      for (const row of train) {
        expect(at[row]! < Math.min(...times) - 3 || at[row]! > Math.max(...times) + 3).toBe(true);
        expect(held.has(cluster[row]!)).toBe(false);
      }
    }
  });

  it('refuse more folds than clusters, and times that cannot be parted', () => {
    expect(planFolds(10, { folds: 5, cluster: new Int32Array(10) }, 1)).toMatchObject({ reason: 'too_few_units', detail: expect.stringContaining('5 folds and 1') });
    expect(planFolds(10, { folds: 1 }, 1)).toMatchObject({ reason: 'too_few_units' });
    expect(planFolds(10, { folds: 2, time: { at: new Float64Array(10), scheme: 'blocked', gap: 0 } }, 1)).toMatchObject({ reason: 'too_few_units' });
    expect(planFolds(4, { folds: 2, time: { at: Float64Array.of(1, 2, 3, 4), scheme: 'blocked', gap: 9 } }, 1)).toMatchObject({ remedy: expect.stringContaining('gap') });
  });
});

describe('cross-fitting', () => {
  it('predicts each row by the model of the other folds, learned among the rows that may train', async () => {
    const folds = plan({});
    const fitted = answered(await crossFit(linearLearner(), { x, y }, folds, { seed: 1 }, treatment));
    for (const [k, { train, test }] of folds.splits.entries()) {
      const rows = train.filter((row) => treatment[row] === 1);
      const alone = answered(await linearLearner().fit({ x: featuresOf(columns.map((column) => Float64Array.from(rows, (row) => column[row]!))), y: Float64Array.from(rows, (row) => y[row]!) }, { seed: 1 }));
      const expected = alone.predict(x);
      expect(largestGap(Array.from(test, (row) => fitted.predictions[row]!), Array.from(test, (row) => expected[row]!))).toBe(0);
      expect(fitted.models[k]!.predict(x)).toEqual(expected);
    }
  });

  it('is the same for a seed, and leaves NaN exactly where no fold predicts', async () => {
    const folds = plan({ time: { at, scheme: 'expanding', gap: 0 } });
    const lasso = createLearner(learnerOptions.parse({ name: 'lasso', folds: 5 }), 'regression');
    const first = answered(await crossFit(lasso, { x, y, cluster }, folds, { seed: 9 }));
    expect(answered(await crossFit(lasso, { x, y, cluster }, folds, { seed: 9 })).predictions).toEqual(first.predictions);
    first.predictions.forEach((value, row) => expect(Number.isNaN(value)).toBe(folds.fold[row] === -1));
  });

  it('refuses what its learner refuses and says in which fold; missing values before any fit', async () => {
    const folds = plan({});
    const rare = y.map((_, row) => (folds.fold[row] === 2 ? row % 2 : 0));
    const logistic = createLearner(learnerOptions.parse({ name: 'logistic' }), 'classification');
    expect(await crossFit(logistic, { x, y: rare }, folds, { seed: 1 })).toMatchObject({ status: 'refused', detail: expect.stringMatching(/^fold 1 of 5|^fold 3 of 5/) });
    expect(await crossFit(linearLearner(), { x, y }, folds, { seed: 1 }, new Uint8Array(n))).toMatchObject({ reason: 'too_few_units', detail: expect.stringContaining('no rows') });
    const holed = featuresOf([columns[0]!.map((value, i) => (i === 7 ? NaN : value))]);
    expect(await crossFit(linearLearner(), { x: holed, y }, folds, { seed: 1 })).toMatchObject({ reason: 'not_finite' });
  });

  it('stops with the signal\'s reason', async () => {
    const signal = AbortSignal.abort(new Error('stopped'));
    await expect(crossFit(linearLearner(), { x, y }, plan({}), { seed: 1, signal })).rejects.toThrow('stopped');
  });
});
