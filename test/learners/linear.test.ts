import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { Folds } from '../../src/stats/learners/folds.js';
import { createLearner, learnerOptions } from '../../src/stats/learners/index.js';
import { crossValidate, fitPath } from '../../src/stats/learners/linear/cross-validate.js';
import type { Training } from '../../src/stats/learners/learner.js';
import { penalisedLearner } from '../../src/stats/learners/linear/penalised.js';
import { linearLearner, logisticLearner } from '../../src/stats/learners/linear/unpenalised.js';
import { answered, featuresOf, largestGap, meanOf, uniforms } from './shared.js';

interface PenalisedCase {
  readonly task: 'regression' | 'classification'; readonly alpha: number; readonly weighted: boolean; readonly count: number; readonly at: number[];
  readonly lambda: number[]; readonly coefficients: number[][]; readonly errors: number[]; readonly standardErrors: number[];
  readonly lambdaMin: number; readonly lambda1se: number;
}
const published = JSON.parse(readFileSync('test/learners/vectors/glmnet.json', 'utf8')) as {
  penalised: PenalisedCase[]; logistic: number[]; weightedLogistic: number[]; weightedLinear: number[];
};
/** glmnet stops at a threshold of its own; both are within this of the minimum. */
const GLMNET = 1e-6;
/** glm and lm solve the same equations to rounding. */
const GLM = 1e-8;

/** The design of vectors/glmnet.R. */
const n = 60;
const rows = Float64Array.from({ length: n }, (_, k) => k + 1);
const columns = Array.from({ length: 5 }, (_, c) => rows.map((i) => Math.sin(i * (c + 1)) + Math.cos((i * (c + 1) * (c + 1)) / 3) * (c + 1)));
columns[4] = columns[4]!.map((value, i) => value + 0.8 * columns[0]![i]!);
const y = rows.map((i, k) => 3 + 2 * columns[0]![k]! - columns[2]![k]! + 0.3 * columns[3]![k]! + 2 * Math.sin(i * 7.3));
const label = rows.map((i, k) => (y[k]! > 3 + 1.5 * Math.cos(i * 11.7) ? 1 : 0));
const weight = rows.map((i) => 1 + (i % 4) / 2);
const fold = Int32Array.from(rows, (_, k) => k % 5);
const every = Int32Array.from(fold, (_, k) => k);
const folds: Folds = { fold, splits: [0, 1, 2, 3, 4].map((k) => ({ train: every.filter((i) => fold[i] !== k), test: every.filter((i) => fold[i] === k) })) };
const x = featuresOf(columns);
const context = { seed: 1 };

describe('penalised linear models against glmnet 4.1-6', () => {
  const trainingOf = ({ task, weighted }: PenalisedCase): Training => ({ x, y: task === 'regression' ? y : label, ...(weighted && { weight }) });

  it.each(published.penalised)('paths agree: $task, alpha $alpha, weighted $weighted', (expected) => {
    const path = fitPath(expected.task, columns, trainingOf(expected), { alpha: expected.alpha, count: 100 });
    expect(path.lambdas).toHaveLength(expected.count);
    expected.at.forEach((step, k) => {
      expect(Math.abs(path.lambdas[step]! / expected.lambda[k]! - 1)).toBeLessThan(GLMNET);
      const { intercept, coefficients } = path.models[step]!;
      expect(largestGap([intercept, ...coefficients], expected.coefficients[k]!)).toBeLessThan(GLMNET);
    });
  });

  it.each(published.penalised.filter(({ weighted }) => weighted))('weighted cross-validation agrees: $task, alpha $alpha', (expected) => {
    const shape = { alpha: expected.alpha, count: 100 };
    const { lambdas } = fitPath(expected.task, columns, trainingOf(expected), shape);
    const selection = answered(crossValidate(expected.task, columns, trainingOf(expected), folds, shape, lambdas));
    const scale = meanOf(expected.errors);
    expected.at.forEach((step, k) => {
      expect(Math.abs(selection.errors[step]! - expected.errors[k]!)).toBeLessThan(GLMNET * scale);
      expect(Math.abs(selection.standardErrors[step]! - expected.standardErrors[k]!)).toBeLessThan(GLMNET * scale);
    });
    expect(Math.abs(selection.lambdaMin / expected.lambdaMin - 1)).toBeLessThan(GLMNET);
    expect(Math.abs(selection.lambda1se / expected.lambda1se - 1)).toBeLessThan(GLMNET);
  });

  it('is deterministic by seed, takes a given penalty, and predicts probabilities for labels', async () => {
    const lasso = penalisedLearner('lasso', 'classification', { alpha: 1, lambda: '1se', folds: 5, lambdas: 50 });
    const first = answered(await lasso.fit({ x, y: label }, context));
    expect(answered(await lasso.fit({ x, y: label }, context)).predict(x)).toEqual(first.predict(x));
    expect(first.selection!.lambda1se).toBeGreaterThan(first.selection!.lambdaMin);
    for (const p of first.predict(x)) expect(p > 0 && p < 1).toBe(true);
    const strong = answered(await penalisedLearner('ridge', 'regression', { alpha: 0, lambda: 1e9, folds: 5, lambdas: 1 }).fit({ x, y }, context));
    expect(largestGap(strong.predict(x), new Float64Array(n).fill(meanOf(y)))).toBeLessThan(1e-6);
  });

  it('is the same in any units of outcome and columns', async () => {
    const lasso = penalisedLearner('lasso', 'regression', { alpha: 1, lambda: 'min', folds: 5, lambdas: 50 });
    const plain = answered(await lasso.fit({ x, y }, context)).predict(x);
    const scaled = answered(await lasso.fit({ x: featuresOf(columns.map((column) => column.map((value) => 1e6 + 50 * value))), y: y.map((value) => 1e3 * value - 7) }, context));
    expect(largestGap(scaled.predict(featuresOf(columns.map((column) => column.map((value) => 1e6 + 50 * value)))).map((value) => (value + 7) / 1e3), plain)).toBeLessThan(1e-6);
  });
});

describe('least squares and logistic regression against R', () => {
  it('agrees with lm and glm, weighted or not', async () => {
    const linear = answered(await linearLearner().fit({ x, y, weight }, context)).model;
    expect(largestGap([linear.intercept, ...linear.coefficients], published.weightedLinear)).toBeLessThan(GLM);
    for (const [training, expected] of [[{ x, y: label }, published.logistic], [{ x, y: label, weight }, published.weightedLogistic]] as const) {
      const { model } = answered(await logisticLearner({ whenSeparated: 'refuse' }).fit(training, context));
      expect(largestGap([model.intercept, ...model.coefficients], expected)).toBeLessThan(GLM);
    }
  });

  it('leaves out a column that others determine', async () => {
    const doubled = featuresOf([...columns, columns[0]!.map((value) => 2 * value + 1)]);
    const plain = answered(await linearLearner().fit({ x, y }, context));
    const aliased = answered(await linearLearner().fit({ x: doubled, y }, context));
    expect(aliased.model.coefficients[5]).toBe(0);
    expect(largestGap(aliased.predict(doubled), plain.predict(x))).toBeLessThan(1e-9);
    const logistic = answered(await logisticLearner({ whenSeparated: 'refuse' }).fit({ x: doubled, y: label }, context));
    expect(logistic.model.coefficients[5]).toBe(0);
  });

  it('separated labels are refused, or penalised by choice', async () => {
    const separated = { x, y: columns[0]!.map((value) => (value > 0 ? 1 : 0)) };
    const partly = { x: featuresOf([rows.map((i) => (i <= 10 ? 1 : 0))]), y: rows.map((i) => (i <= 10 || i % 2 === 0 ? 1 : 0)) };
    for (const training of [separated, partly]) {
      expect(await logisticLearner({ whenSeparated: 'refuse' }).fit(training, context)).toMatchObject({ status: 'refused', reason: 'not_identified', detail: expect.stringContaining('separates') });
    }
    const penalised = answered(await logisticLearner({ whenSeparated: 'penalise' }).fit(separated, context));
    for (const value of penalised.model.coefficients) expect(Number.isFinite(value)).toBe(true);
  });

  it('a category is its level\'s mean, and an unseen level is between them', async () => {
    const level = rows.map((i) => i % 3);
    const outcome = rows.map((i, k) => [5, 7, 11][i % 3]! + Math.sin(k));
    const model = answered(await linearLearner().fit({ x: featuresOf([level], [0]), y: outcome }, context));
    const [zero, one, two, unseen] = model.predict(featuresOf([Float64Array.of(0, 1, 2, 9)], [0]));
    [zero, one, two].forEach((value, k) => expect(value).toBeCloseTo(meanOf(outcome.filter((_, i) => level[i] === k)), 9));
    expect(unseen).toBeCloseTo(meanOf(outcome), 9);
  });
});

describe('what linear learners refuse', () => {
  const classifiers = ['logistic', 'ridge', 'lasso'] as const;
  const learners = [
    ...(['linear', 'ridge', 'lasso', 'elastic_net'] as const).map((name) => createLearner(learnerOptions.parse({ name }), 'regression')),
    ...classifiers.map((name) => createLearner(learnerOptions.parse({ name }), 'classification')),
  ];
  it.each(learners.map((learner) => [learner.name, learner.task, learner] as const))('%s for %s', async (name, task, learner) => {
    const good = { x, y: task === 'regression' ? y : label };
    const refuses = async (training: Training, reason: string, words: string) =>
      expect(await learner.fit(training, context)).toMatchObject({ status: 'refused', reason, detail: expect.stringContaining(words) });
    await refuses({ x, y: new Float64Array(n).fill(1) }, 'zero_variance', 'every outcome is 1');
    await refuses({ ...good, weight: good.y.map((value) => (value === good.y[0] ? 1 : 0)) }, task === 'regression' ? 'too_few_units' : 'zero_variance', '');
    await refuses({ ...good, y: good.y.map((value, i) => (i === 3 ? NaN : value)) }, 'not_finite', 'finite outcome');
    await refuses({ ...good, x: featuresOf([columns[0]!.map((value, i) => (i === 3 ? NaN : value))]) }, 'not_finite', 'feature x0');
    await refuses({ ...good, weight: weight.map((value) => -value) }, 'not_finite', 'weights of at least 0');
    if (task === 'classification') await refuses({ x, y }, 'unsupported_combination', 'labels of 0 and 1');
    if (name !== 'linear' && name !== 'logistic') {
      await refuses({ x: featuresOf(uniforms(6, 1, 1)), y: Float64Array.of(0, 1, 0, 1, 0, 1) }, 'too_few_units', '10 folds and 6');
    }
  });

  it('a learner asked for a task that it does not do is an error that names those that do', () => {
    expect(() => createLearner({ name: 'linear' }, 'classification', ['propensity', 'name'])).toThrow('linear is for regression; for classification use logistic');
    expect(() => createLearner(learnerOptions.parse({ name: 'logistic' }), 'regression')).toThrow('use linear');
    expect(learnerOptions.safeParse({ name: 'ridge', lambda: -1 }).success).toBe(false);
    expect(learnerOptions.safeParse({ name: 'oracle' }).success).toBe(false);
  });
});
