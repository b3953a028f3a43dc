import { describe, expect, it } from '@jest/globals';
import { rieszRepresenter } from '../../src/stats/dml/riesz-representer.js';
import { runEstimator } from '../../src/stats/estimators/run-estimator.js';
import { stream } from '../../src/stats/numeric/random.js';
import { frameOf } from '../../src/stats/summaries/frame.js';
import { numericOf } from '../stats/data.js';

const n = 800;
const random = stream(11);
const a = random.fillNormal(new Float64Array(n));
const d = a.map((value) => value / 2 + random.normal());

async function run(y: Float64Array, covariates: Readonly<Record<string, Float64Array>>, options: object = {}): Promise<{ readonly estimate: number; readonly standardError: number }> {
  const data = frameOf([numericOf('y', y), numericOf('d', d), ...Object.entries(covariates).map(([name, values]) => numericOf(name, values))]);
  const answer = await runEstimator({ estimator: 'average_derivative', data, columns: { outcome: 'y', treatment: 'd', covariates: Object.keys(covariates) }, options: { folds: 2, ...options } }, { seed: 1 });
  if ('refusal' in answer) throw new Error(`${answer.refusal.reason}: ${answer.refusal.detail}`);
  return answer.result['effect'] as { estimate: number; standardError: number };
}

describe('average_derivative', () => {
  it('is the slope where the outcome is a line in the dose', async () => {
    const { estimate } = await run(d.map((value, i) => 3 * value - a[i]! + 0.01 * random.normal()), { a }, { outcomeLearner: { name: 'linear' } });
    expect(Math.abs(estimate - 3)).toBeLessThan(0.01);
  });

  it('is the mean slope where it bends and differs: E[2 d + a + 1] = 1', async () => {
    const { estimate, standardError } = await run(d.map((value, i) => value + value ** 2 + a[i]! * value + 2 * a[i]! + random.normal()), { a });
    expect(Math.abs(estimate - 1)).toBeLessThan(3 * standardError);
    expect(standardError).toBeLessThan(0.25);
  });

  it('corrects an outcome model that is wrong by what its residuals say', async () => {
    const y = d.map((value, i) => value + 0.3 * value ** 3 + a[i]! + random.normal());
    const wrong = await run(y, { a }, { outcomeLearner: { name: 'ridge', lambda: 50 } });
    const truth = 1 + (0.9 * d.reduce((sum, value) => sum + value ** 2, 0)) / n;
    expect(Math.abs(wrong.estimate - truth)).toBeLessThan(4 * wrong.standardError);
  });

  it('refuses more terms than are fitted', async () => {
    const many = Object.fromEntries(Array.from({ length: 20 }, (_, j) => [`x${j}`, a.map((value, i) => value * (j + 1) + Math.sin(i * (j + 1)))]));
    await expect(run(d, many, { outcomeLearner: { name: 'linear' } })).rejects.toThrow(/1770|2023 terms; at most 500/);
  });
});

describe('the representer', () => {
  it('of the derivative at a standard normal dose is the dose itself: its other terms are left out', () => {
    // Hermite terms 1, He_1, He_2 / root 2: their mean product is the identity, their derivatives have means 0, 1, 0
    const part = { gram: Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1), functional: Float64Array.of(0, 1, 0), weight: 1 };
    const rho = rieszRepresenter([part, part]);
    expect([rho[0], rho[2]]).toEqual([0, 0]);
    expect(rho[1]).toBeGreaterThan(0.95);
    expect(rho[1]).toBeLessThanOrEqual(1);
  });
});
