import { describe, expect, it } from '@jest/globals';
import { createLearner, learnerOptions, type LearnerChoice } from '../../src/stats/learners/index.js';
import type { Features } from '../../src/stats/learners/learner.js';
import { chooseExpansion, expand } from '../../src/stats/learners/series/polynomials.js';
import { stream } from '../../src/stats/numeric/random.js';
import { isRefusal } from '../../src/stats/refusal.js';

const random = stream(2);
const n = 400;
const features = (columns: Readonly<Record<string, Float64Array>>, categorical: readonly number[] = []): Features =>
  ({ n, names: Object.keys(columns), columns: Object.values(columns), ...(categorical.length > 0 && { categorical }) });
const a = random.fillNormal(new Float64Array(n));
const b = random.fillNormal(new Float64Array(n));
const flag = a.map((_, i) => i % 2);

async function fit(choice: LearnerChoice, x: Features, y: Float64Array) {
  const fitted = await createLearner(learnerOptions.parse(choice), 'regression').fit({ x, y }, { seed: 1 });
  if (isRefusal(fitted)) throw new Error(`${fitted.reason}: ${fitted.detail}`);
  return fitted.predict(x);
}

describe('series', () => {
  it('has all products up to the degree, and no power that a feature cannot have', () => {
    const x = features({ a, flag });
    expect(expand(chooseExpansion(x, 3, true), x, 3).names).toEqual(['flag', 'a', 'a x flag', 'a^2', 'a^2 x flag', 'a^3']);
    expect(expand(chooseExpansion(x, 3, false), x, 3).names).toEqual(['a', 'a^2', 'a^3', 'flag']);
  });

  it('leaves categories to the learner, and constants out', () => {
    const x = features({ a, country: flag, constant: new Float64Array(n).fill(3) }, [1]);
    const expanded = expand(chooseExpansion(x, 2, true), x, 2);
    expect([expanded.names, expanded.categorical]).toEqual([['a', 'a^2', 'country'], [2]]);
  });

  it('fits any polynomial of its degree exactly by least squares, whatever the units of features', async () => {
    const y = a.map((value, i) => 1 + 2 * value - value * b[i]! + 0.5 * b[i]! ** 2);
    const predicted = await fit({ name: 'series', learner: { name: 'linear' } }, features({ a: a.map((value) => 1000 + 50 * value), b }), y);
    predicted.forEach((value, i) => expect(value).toBeCloseTo(y[i]!, 6));
  });

  it('finds by lasso the product that matters', async () => {
    const y = a.map((value, i) => value * b[i]! + 0.3 * random.normal());
    const predicted = await fit({ name: 'series', learner: { name: 'lasso', lambdas: 30 } }, features({ a, b, flag }), y);
    const left = predicted.reduce((sum, value, i) => sum + (y[i]! - value) ** 2 / n, 0);
    expect(left).toBeLessThan(0.12);
  });

  it.each([
    ['missing values', { a: a.map((value, i) => (i === 3 ? NaN : value)), b }, 2, /not_finite/],
    ['more terms than can be fitted', Object.fromEntries(Array.from({ length: 40 }, (_, j) => [`x${j}`, a.map((value) => value * (j + 1))])), 3, /up to 12340 terms; at most 2000/],
  ] as const)('refuses %s', async (_, columns, degree, says) => {
    await expect(fit({ name: 'series', degree, learner: { name: 'linear' } }, features(columns), b)).rejects.toThrow(says);
  });
});
