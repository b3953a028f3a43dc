import { describe, expect, it } from '@jest/globals';
import { runEstimator } from '../../src/stats/estimators/run-estimator.js';
import { planFolds } from '../../src/stats/learners/folds.js';
import { isRefusal } from '../../src/stats/refusal.js';
import { stream } from '../../src/stats/numeric/random.js';
import { armsFrame } from './data.js';

const UNITS = 600;
const random = stream(20_261_126);
const x = Array.from({ length: UNITS }, () => random.normal());
const arms = x.map((_, i) => (i % 2 === 0 ? 'a' : 'b'));
/** Bent, so that no line explains it. */
const y = x.map((value, i) => 5 * value ** 2 + 0.5 * (i % 2) + random.normal());
const columns = { y: Float64Array.from(y), x: Float64Array.from(x), gap: Float64Array.from(x, (value, i) => (i % 10 === 0 ? NaN : value)), flat: new Float64Array(UNITS).fill(3) };
interface Result { readonly difference: { readonly estimate: number; readonly standardError: number }; readonly varianceReduction: number; readonly explained: number }
const run = async (estimator: string, roles: Readonly<Record<string, string | readonly string[]>>, options: object, data = columns as Readonly<Record<string, Float64Array>>): Promise<Result> => {
  const answer = await runEstimator({ estimator, data: armsFrame(arms.slice(0, data['y']!.length), data), columns: { outcome: 'y', treatment: 'arm', ...roles }, options }, { seed: 1 });
  if (!('result' in answer)) throw new Error(`${answer.refusal.detail}. ${answer.refusal.remedy}`);
  return answer.result as unknown as Result;
};

describe('cupac', () => {
  it('is Lin\'s adjustment for predictions of units by a line that was fitted to the other folds', async () => {
    const folds = planFolds(UNITS, { folds: 3 }, 1);
    if (isRefusal(folds)) throw new Error(folds.detail);
    const predictions = new Float64Array(UNITS);
    for (const { train, test } of folds.splits) {
      const [mx, my] = [x, y].map((values) => train.reduce((sum, i) => sum + values[i]!, 0) / train.length) as [number, number];
      const slope = train.reduce((sum, i) => sum + (x[i]! - mx) * (y[i]! - my), 0) / train.reduce((sum, i) => sum + (x[i]! - mx) ** 2, 0);
      for (const i of test) predictions[i] = my + slope * (x[i]! - mx);
    }
    const expected = await run('lin', { covariates: ['prediction'] }, {}, { ...columns, prediction: predictions });
    const found = await run('cupac', { covariates: ['x'] }, { folds: 3, learner: { name: 'linear' } });
    expect(found.difference.estimate).toBeCloseTo(expected.difference.estimate, 10);
    expect(found.difference.standardError).toBeCloseTo(expected.difference.standardError, 10);
    expect(found.varianceReduction).toBeCloseTo(expected.varianceReduction, 10);
  });

  it('removes with a learner of curves what a line leaves, where values are missing too', async () => {
    const line = await run('cupac', { covariates: ['x'] }, { learner: { name: 'linear' } });
    const boosted = await run('cupac', { covariates: ['x'] }, { learner: { name: 'boosting', trees: 60 } });
    const gaps = await run('cupac', { covariates: ['gap'] }, {});
    expect(line.varianceReduction).toBeLessThan(0.1);
    // of a variance of 51, noise is 1
    expect(boosted.varianceReduction).toBeGreaterThan(0.8);
    expect(boosted.explained).toBeGreaterThan(0.8);
    expect(gaps.varianceReduction).toBeGreaterThan(0.5);
    expect(Math.abs(boosted.difference.estimate - 0.5)).toBeLessThan(3 * boosted.difference.standardError);
  });

  it('refuses what cannot predict, with what would', async () => {
    await expect(run('cupac', {}, {})).rejects.toThrow(/needs covariates or categories/);
    await expect(run('cupac', { covariates: ['x'] }, { folds: 50 }, { y: columns.y.slice(0, 4), x: columns.x.slice(0, 4) })).rejects.toThrow(/Use fewer folds|rows/);
  });
});
