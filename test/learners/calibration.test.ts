import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { calibratedLearner } from '../../src/stats/learners/calibration/calibrated.js';
import { isotonicRegression, isotonicValue } from '../../src/stats/learners/calibration/isotonic.js';
import { plattScaling } from '../../src/stats/learners/calibration/platt.js';
import { createLearner, learnerOptions } from '../../src/stats/learners/index.js';
import type { Learner } from '../../src/stats/learners/learner.js';
import { linearLearner, logisticLearner } from '../../src/stats/learners/linear/unpenalised.js';
import { overlapReport, predictionQuality } from '../../src/stats/learners/nuisance-report.js';
import { logLossWeights, squaredErrorWeights } from '../../src/stats/learners/stacking/stack-weights.js';
import { stackingLearner } from '../../src/stats/learners/stacking/stacking.js';
import { nonnegativeLeastSquares } from '../../src/stats/numeric/nonnegative-least-squares.js';
import { stream } from '../../src/stats/numeric/random.js';
import { answered, featuresOf, largestGap, meanOf, uniforms } from './shared.js';

interface Case {
  readonly weighted: boolean; readonly isotonicLabel: number[]; readonly isotonicOutcome: number[]; readonly slope: number; readonly intercept: number;
  readonly auc: number; readonly logLoss: number; readonly r2: number;
}
const published = JSON.parse(readFileSync('test/learners/vectors/calibration.json', 'utf8')) as { cases: Case[]; nnls: number[] };
/** Exact algorithms: rounding alone. */
const EXACT = 1e-12;
/** scikit-learn's L-BFGS ends when the gradient is below 1e-6 or so. */
const LBFGS = 1e-4;

/** The design of vectors/calibration.py. */
const rows = Float64Array.from({ length: 60 }, (_, k) => k + 1);
const score = rows.map((i) => Math.floor(10 * Math.sin(1.7 * i) + 0.5) / 10);
const label = rows.map((i, k) => (Math.sin(2.3 * i) + score[k]! > 0.2 ? 1 : 0));
const weight = rows.map((i) => 1 + (i % 3));
const y = rows.map((i, k) => score[k]! ** 3 + 0.5 * Math.sin(5.1 * i));
const context = { seed: 1 };

describe.each(published.cases)('against scikit-learn 1.9, weighted $weighted', (expected) => {
  const w = expected.weighted ? weight : undefined;

  it('isotonic regression and Platt scaling', () => {
    for (const [outcome, fitted] of [[label, expected.isotonicLabel], [y, expected.isotonicOutcome]] as const) {
      const map = isotonicRegression(score, outcome, w);
      expect(largestGap(score.map((value) => isotonicValue(map, value)), fitted)).toBeLessThan(EXACT);
      expect([isotonicValue(map, -9), isotonicValue(map, 9)]).toEqual([map.values[0], map.values.at(-1)]);
    }
    const { slope, intercept } = answered(plattScaling(score, label, w));
    expect(Math.abs(slope - expected.slope)).toBeLessThan(LBFGS);
    expect(Math.abs(intercept - expected.intercept)).toBeLessThan(LBFGS);
  });

  it('log loss, AUC with ties and R squared of a nuisance report', () => {
    const p = score.map((value) => 1 / (1 + Math.exp(-2 * value)));
    const ofLabel = predictionQuality('classification', label, p, w)!;
    expect(Math.abs(ofLabel.logLoss! - expected.logLoss)).toBeLessThan(EXACT);
    expect(Math.abs(ofLabel.auc! - expected.auc)).toBeLessThan(EXACT);
    const ofOutcome = predictionQuality('regression', y, score, w)!;
    expect(Math.abs(ofOutcome.rSquared - expected.r2)).toBeLessThan(EXACT);
    expect([ofOutcome.auc, ofOutcome.logLoss]).toEqual([null, null]);
  });
});

describe('nuisance reports', () => {
  it('calibrated predictions have intercept 0, slope 1 and no gap; shrunk and shifted ones say by how much', () => {
    const calibrated = isotonicRegression(score, y);
    const fitted = score.map((value) => isotonicValue(calibrated, value));
    const { calibration } = predictionQuality('regression', y, fitted)!;
    expect(calibration.slope).toBeCloseTo(1, 12);
    expect(calibration.intercept).toBeCloseTo(0, 12);
    expect(calibration.error).toBeLessThan(EXACT);
    expect(predictionQuality('regression', y, fitted.map((value) => value / 2 + 3))!.calibration).toMatchObject({ slope: expect.closeTo(2, 10), intercept: expect.closeTo(-6, 10) });
    expect(predictionQuality('regression', y, fitted.fill(1))!.calibration).toMatchObject({ slope: null, intercept: null });
  });

  it('leaves out rows that are not predicted, without weight or not among those asked', () => {
    const half = score.map((value, k) => (k % 2 === 0 ? value : NaN));
    const even = rows.map((_, k) => (k % 2 === 0 ? 1 : 0));
    const expected = predictionQuality('classification', label.filter((_, k) => k % 2 === 0), score.filter((_, k) => k % 2 === 0))!;
    for (const report of [predictionQuality('classification', label, half), predictionQuality('classification', label, score, even), predictionQuality('classification', label, score, undefined, even)]) {
      expect(report).toEqual(expected);
    }
    expect(predictionQuality('regression', y, y.map(() => NaN))).toBeNull();
    expect(predictionQuality('regression', y.map(() => 2), y)).toBeNull();
  });

  it('overlap counts the units that inverse propensity weights are worth', () => {
    const treatment = rows.map((_, k) => k % 2);
    const even = overlapReport(rows.map(() => 0.5), treatment, [0.1, 0.9]);
    expect(even).toMatchObject({ lowest: 0.5, highest: 0.5, outside: 0, treated: { rows: 30, effective: expect.closeTo(30, 10) }, control: { rows: 30, effective: expect.closeTo(30, 10) } });
    // one treated unit of weight 100 among 29 of weight 2: (100 + 58)^2 / (10000 + 116)
    const poor = overlapReport(rows.map((_, k) => (k === 1 ? 0.01 : 0.5)), treatment, [0.1, 0.9]);
    expect(poor.treated.effective).toBeCloseTo(158 ** 2 / 10116, 10);
    expect(poor.outside).toBeCloseTo(1 / 60, 12);
  });
});

describe('weights of stacking', () => {
  const columns = [1, 2, 3, 4, 5, 6].map((k) => rows.map((i) => Math.sin(i * k) + Math.cos(i / (k + 1))));
  const target = rows.map((i) => Math.sin(i) + 0.4 * Math.cos(i / 3) - 0.2 * Math.sin(4 * i) + 0.3);
  const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, k) => sum + value * b[k]!, 0);
  const gramOf = (of: readonly Float64Array[]) => of.map((a) => Float64Array.from(of, (b) => dot(a, b)));

  it('non-negative least squares agrees with scipy, and leaves out a column that others determine', () => {
    const right = (of: readonly Float64Array[]) => Float64Array.from(of, (a) => dot(a, target));
    expect(largestGap(nonnegativeLeastSquares(gramOf(columns), right(columns))!, published.nnls)).toBeLessThan(1e-10);
    const twice = [...columns, columns[0]!];
    const both = nonnegativeLeastSquares(gramOf(twice), right(twice))!;
    expect(both[0]! + both[6]!).toBeCloseTo(published.nnls[0]!, 10);
  });

  it('no other weights of sum 1 have less squared error, or less log loss by more than a millionth', () => {
    const squared = squaredErrorWeights(columns, target, weight)!;
    const probabilities = columns.map((column) => column.map((value) => 1 / (1 + Math.exp(-value))));
    const mixed = logLossWeights(probabilities, label, weight)!;
    const average = (of: readonly Float64Array[], weights: ArrayLike<number>, k: number) => of.reduce((sum, column, j) => sum + weights[j]! * column[k]!, 0);
    const total = dot(weight, rows.map(() => 1));
    const errorOf = (weights: ArrayLike<number>) => target.reduce((sum, value, k) => sum + (weight[k]! * (value - average(columns, weights, k)) ** 2) / total, 0);
    const lossOf = (weights: ArrayLike<number>) => label.reduce((sum, one, k) => {
      const p = average(probabilities, weights, k);
      return sum - (weight[k]! * Math.log(one ? p : 1 - p)) / total;
    }, 0);
    const random = stream(3);
    for (let trial = 0; trial < 200; trial++) {
      const direction = columns.map(() => random.exponential() ** 3);
      const sum = direction.reduce((a, b) => a + b, 0);
      for (const step of [1, 0.01]) {
        const near = (weights: Float64Array) => weights.map((value, j) => (1 - step) * value + (step * direction[j]!) / sum);
        expect(errorOf(near(squared))).toBeGreaterThanOrEqual(errorOf(squared) - EXACT);
        expect(lossOf(near(mixed))).toBeGreaterThanOrEqual(lossOf(mixed) - 1e-6);
      }
    }
    expect(Array.from(squaredErrorWeights([target.map((value) => 2 * value), target], target)!)).toEqual([0, 1]);
  });
});

describe('learners made of learners', () => {
  const n = 600;
  const columns = uniforms(n, 3, 9);
  const noise = stream(10).fillNormal(new Float64Array(n));
  const x = featuresOf(columns);
  const outcome = columns[0]!.map((value, i) => 2 * value + 0.5 * noise[i]!);
  const labels = columns[0]!.map((value, i) => (2 * value + noise[i]! > 0 ? 1 : 0));
  /** Another learner's predictions, wrong on purpose. */
  const distorted = (learner: Learner, by: (value: number) => number): Learner => ({
    ...learner,
    async fit(training, learning) {
      const fitted = answered(await learner.fit(training, learning));
      return { predict: (rowsOf) => fitted.predict(rowsOf).map(by) };
    },
  });
  const logistic = logisticLearner({ whenSeparated: 'refuse' });

  it.each(['isotonic', 'platt'] as const)('%s puts probabilities right that a distortion makes too bold', async (method) => {
    const bold = distorted(logistic, (p) => p ** 4 / (p ** 4 + (1 - p) ** 4));
    const training = { x, y: labels };
    const plain = answered(await logistic.fit(training, context)).predict(x);
    const fitted = answered(await calibratedLearner(bold, method, 5).fit(training, context));
    expect(meanOf(fitted.base.predict(x).map((p, i) => Math.abs(p - plain[i]!)))).toBeGreaterThan(0.1);
    // 600 labels leave steps of isotonic regression that are off by 0.1 here and there
    expect(meanOf(fitted.predict(x).map((p, i) => Math.abs(p - plain[i]!)))).toBeLessThan(method === 'platt' ? 0.02 : 0.06);
    expect(answered(await calibratedLearner(bold, method, 5).fit(training, context)).predict(x)).toEqual(fitted.predict(x));
  });

  it('stacking gives its weight to the learner that is right, for outcomes and labels', async () => {
    const linear = linearLearner();
    const flat = distorted(linear, () => 0);
    const squared = answered(await stackingLearner('regression', [flat, linear], 5).fit({ x, y: outcome }, context));
    expect(squared.weights[1]!.weight).toBeGreaterThan(0.95);
    const even = distorted(logistic, () => 0.5);
    const mixed = answered(await stackingLearner('classification', [even, logistic], 5).fit({ x, y: labels }, context));
    expect(mixed.weights[1]!.weight).toBeGreaterThan(0.9);
    expect(mixed.predict(x).every((p) => p > 0 && p < 1)).toBe(true);
    const halves = [distorted(linear, (value) => value + 1), distorted(linear, (value) => value - 1)];
    const average = answered(await stackingLearner('regression', halves, 5).fit({ x, y: outcome }, context));
    expect(largestGap(average.predict(x), answered(await linear.fit({ x, y: outcome }, context)).predict(x))).toBeLessThan(0.1);
  });

  it('are made by name, and refuse what they cannot learn from', async () => {
    const stack = createLearner(learnerOptions.parse({ name: 'stacking', learners: [{ name: 'linear' }, { name: 'ridge', lambda: 1 }] }), 'regression');
    expect(answered(await stack.fit({ x, y: outcome }, context)).predict(x)).toHaveLength(n);
    expect(await stack.fit({ x: featuresOf(uniforms(3, 1, 1)), y: Float64Array.of(0, 1, 2) }, context)).toMatchObject({ reason: 'too_few_units' });
    expect(await stack.fit({ x, y: outcome.map(() => 1) }, context)).toMatchObject({ reason: 'zero_variance' });
    expect(() => createLearner(learnerOptions.parse({ name: 'calibrated', learner: { name: 'linear' }, method: 'platt' }), 'regression')).toThrow('for a regression use isotonic');
    expect(() => createLearner(learnerOptions.parse({ name: 'stacking', learners: [{ name: 'linear' }, { name: 'ridge' }] }), 'classification')).toThrow('linear is for regression');
    expect(learnerOptions.safeParse({ name: 'stacking', learners: [{ name: 'linear' }] }).success).toBe(false);
  });
});
