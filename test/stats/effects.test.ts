import { describe, expect, it } from '@jest/globals';
import { solve, Matrix } from 'ml-matrix';
import { contrasts } from '../../src/stats/effects/contrast.js';
import type { Contrast } from '../../src/stats/effects/effect.js';
import { compileExpression } from '../../src/stats/effects/expression.js';
import { linearised } from '../../src/stats/effects/linearised.js';
import { meanOutcome, ratioOutcome, type Outcome } from '../../src/stats/effects/outcome.js';
import { fixed } from '../../src/stats/inference/fixed.js';
import { confidenceSequence } from '../../src/stats/inference/confidence-sequence.js';
import { stream } from '../../src/stats/numeric/random.js';
import { isRefusal, type Refusal } from '../../src/stats/refusal.js';
import { emptyMoments, mergeMoments, momentsOf, type Moments } from '../../src/stats/summaries/moments.js';

const units = (path: number, n: number, covariates = 2) => {
  const random = stream(9, path);
  const xs = Array.from({ length: covariates }, () => random.fillNormal(new Float64Array(n)));
  const y = Float64Array.from({ length: n }, (_, i) => 2 + 0.1 * path + xs.reduce((sum, x, c) => sum + (c + 1) * x[i]!, 0) + random.normal());
  return { y, ...Object.fromEntries(xs.map((x, c) => [`x:${c}`, x])) } as Record<string, Float64Array>;
};
const only = (result: Contrast | Refusal): Contrast => { if (isRefusal(result)) throw new Error(result.detail); return result; };
const effect = (result: Contrast['difference']) => { if (isRefusal(result)) throw new Error(result.detail); return result; };

describe('adjustment', () => {
  it.each([1, 2, 4])('adjusted means with %d covariates are those of a least-squares fit to the rows of each arm', (k) => {
    const arms = [units(0, 60, k), units(1, 80, k), units(2, 50, k)];
    const [first, ...others] = arms.map((arm) => momentsOf(arm));
    const results = contrasts(first!, others, 1, meanOutcome).map(only);
    const total = arms.reduce((sum, arm) => sum + arm['y']!.length, 0);
    const pooled = Array.from({ length: k }, (_, c) => arms.reduce((sum, arm) => sum + arm[`x:${c}`]!.reduce((a, b) => a + b, 0), 0) / total);
    const intercepts = arms.map((arm) => {
      const rows = [...arm['y']!.keys()].map((i) => [1, ...pooled.map((centre, c) => arm[`x:${c}`]![i]! - centre)]);
      return solve(new Matrix(rows), Matrix.columnVector(arm['y']!), true).get(0, 0);
    });
    for (const [i, result] of results.entries()) {
      expect(result.control.value).toBeCloseTo(intercepts[0]!, 10);
      expect(result.treatment.value).toBeCloseTo(intercepts[i + 1]!, 10);
      expect(result.adjustment!.varianceReduction).toBeGreaterThan(0.3);
    }
    expect(results[0]!.control).toEqual(results[1]!.control);
  });

  it('refuses collinear covariates by name', () => {
    const arm = (path: number): Moments => { const data = units(path, 40, 1); return momentsOf({ ...data, 'x:twice': data['x:0']!.map((x) => 2 * x + 1) }); };
    expect(contrasts(arm(0), [arm(1)], 1, meanOutcome)[0]).toMatchObject({ reason: 'not_identified', remedy: 'Leave out x:twice.' });
  });

  it('refuses more covariates than units, and an arm without units', () => {
    const arm = (path: number, n: number) => momentsOf(units(path, n, 4));
    expect(contrasts(arm(0, 50), [arm(1, 5)], 1, meanOutcome)[0]).toMatchObject({ reason: 'too_few_units' });
    expect(contrasts(arm(0, 50), [emptyMoments(arm(0, 50).columns)], 1, meanOutcome)[0]).toMatchObject({ reason: 'too_few_units' });
  });

  it('does not need the rows: merged shards give the same contrast', () => {
    const data = units(0, 90, 2);
    const shard = (from: number, to: number) => momentsOf(Object.fromEntries(Object.entries(data).map(([name, values]) => [name, values.slice(from, to)])));
    const other = momentsOf(units(1, 70, 2));
    const whole = effect(only(contrasts(momentsOf(data), [other], 1, meanOutcome)[0]!).difference);
    const merged = effect(only(contrasts(mergeMoments(shard(0, 13), shard(13, 90)), [other], 1, meanOutcome)[0]!).difference);
    expect(merged.estimate).toBeCloseTo(whole.estimate, 12);
    expect(merged.standardError).toBeCloseTo(whole.standardError, 12);
  });
});

describe('expression', () => {
  it('n / d is the ratio metric', async () => {
    const outcome = await compileExpression('n / d', ['n', 'd']) as Outcome;
    expect(outcome.value([3, 4])).toBe(ratioOutcome.value([3, 4]));
    expect(outcome.gradient([3, 4])).toEqual(ratioOutcome.gradient([3, 4]));
  });

  it('has the gradient of what it computes', async () => {
    const outcome = await compileExpression('log(a + 2) * exp(-b) ^ 2 - sqrt(a * b) / 3', ['a', 'b']) as Outcome;
    const [at, h] = [[1.3, 0.7], 1e-6];
    outcome.gradient(at).forEach((slope, i) => {
      const moved = (step: number) => outcome.value(at.map((value, j) => value + (i === j ? step : 0)));
      expect(slope).toBeCloseTo((moved(h) - moved(-h)) / (2 * h), 7);
    });
  });

  it.each([['a + c', 'c, which is not a component'], ['abs(a)', 'abs'], ['a > 1', 'operator >'], ['a; b', 'uses'], ['import("x")', 'import'], ['a +', 'cannot be read'], ['pi * a', 'pi'], ['a = 2', 'uses'], ['[a, b]', 'uses'], ['log(a, 2)', 'log']])('refuses %s', async (text, detail) => {
    expect(await compileExpression(text, ['a', 'b'])).toMatchObject({ status: 'refused', reason: 'unsupported_combination', detail: expect.stringContaining(detail) });
  });
});

describe('lift', () => {
  const arm = (mean: number, se: number, n = 1000): Moments => ({ n, columns: ['y'], mean: [mean], scatter: [[se * se * n * (n - 1)]] });
  const lift = (control: Moments, treatment: Moments) => only(contrasts(control, [treatment], 1, meanOutcome)[0]!).lift;

  it('of a negative metric that rises is positive', () => {
    const result = effect(lift(arm(-10, 0.1), arm(-9, 0.1)));
    expect(result.estimate).toBeCloseTo(0.1, 12);
    const { lower, upper } = fixed.interval(result, 0.05, 'two_sided', {});
    expect(lower!).toBeLessThan(0.1);
    expect(upper!).toBeGreaterThan(0.1);
    expect(lower!).toBeGreaterThan(0);
  });

  it('has Fieller\'s interval next to the delta method\'s when the control is far from zero', () => {
    const result = effect(lift(arm(10, 0.001), arm(10.5, 0.001)));
    const { lower, upper } = fixed.interval(result, 0.05, 'two_sided', {});
    expect((upper! - lower!) / 2 / result.standardError).toBeCloseTo(1.961, 2);
  });

  it('is the complement of an interval when the control may be zero and the treatment may not', () => {
    const set = fixed.interval(effect(lift(arm(0.1, 0.1), arm(5, 0.1))), 0.05, 'two_sided', {});
    expect(set.shape).toBe('complement');
    expect(set.lower!).toBeLessThan(0);
    expect(set.upper!).toBeGreaterThan(0);
  });

  it('is refused when neither arm can be told from zero', () => {
    expect(lift(arm(0.1, 0.1), arm(0.05, 0.1))).toMatchObject({ reason: 'denominator_near_zero' });
  });

  it.each([-30, -2, 0.4, 3, 50])('every method: p < alpha exactly when the interval excludes the null (control %d)', (control) => {
    const random = stream(5);
    for (let i = 0; i < 300; i++) {
      const result = lift(arm(control, 1), arm(control + 4 * random.normal(), 1));
      if (isRefusal(result)) continue;
      const alpha = 0.01 + 0.3 * random.uniform();
      const nullValue = random.bernoulli(0.5) ? 0 : -0.1;
      const inside = ({ shape, lower, upper }: ReturnType<typeof fixed.interval>) => shape === 'line'
        || (shape === 'interval' ? (lower === null || lower <= nullValue) && (upper === null || nullValue <= upper) : nullValue <= lower! || nullValue >= upper!);
      for (const alternative of ['two_sided', 'greater', 'less'] as const) {
        const sequence = { tuningUnits: 500, designAlpha: 0.05 };
        expect(fixed.pValue(result, nullValue, alternative, {}) >= alpha).toBe(inside(fixed.interval(result, alpha, alternative, {})));
        expect(confidenceSequence.pValue(result, nullValue, alternative, sequence) >= alpha).toBe(inside(confidenceSequence.interval(result, alpha, alternative, sequence)));
      }
    }
  });
});

describe('a metric linearised to one number a unit', () => {
  const random = stream(12);
  const n = 4000;
  const treated = Float64Array.from({ length: n }, (_, i) => i % 2);
  const orders = treated.map((arm) => 1 + random.poisson(3 + 0.5 * arm));
  const revenue = orders.map((count, i) => random.gamma(count, 2 + 0.1 * treated[i]!));
  const meanOf = (column: Float64Array, arm: number) => column.reduce((sum, value, i) => sum + (treated[i] === arm ? value : 0), 0) / (n / 2);
  const difference = (column: Float64Array) => meanOf(column, 1) - meanOf(column, 0);

  it('has the difference of ratios as its mean effect, but for the square of the change of the denominator', () => {
    const unit = linearised([revenue, orders], treated, ratioOutcome) as Float64Array;
    const ratio = (arm: number) => meanOf(revenue, arm) / meanOf(orders, arm);
    const r = difference(orders) / ((meanOf(orders, 0) + meanOf(orders, 1)) / 2);
    expect(difference(unit)).toBeCloseTo((ratio(1) - ratio(0)) * (1 - (r / 2) ** 2), 10);
  });

  it('errs in the third order of an expression: an eighth where differences are halved', async () => {
    const outcome = await compileExpression('log(revenue) - 2 * sqrt(orders)', ['revenue', 'orders']) as Outcome;
    const error = (size: number) => {
      const columns = [revenue, orders].map((column) => {
        const shift = (size - 1) * difference(column);
        return column.map((value, i) => value + shift * treated[i]!);
      });
      const exact = outcome.value(columns.map((column) => meanOf(column, 1))) - outcome.value(columns.map((column) => meanOf(column, 0)));
      return difference(linearised(columns, treated, outcome) as Float64Array) - exact;
    };
    expect(error(0.2) / error(0.1)).toBeGreaterThan(7.5);
    expect(error(0.2) / error(0.1)).toBeLessThan(8.5);
  });

  it('refuses a denominator that cannot be told from zero, and a point where the metric is not finite', async () => {
    expect(linearised([revenue, orders.map((_, i) => (i % 4 < 2 ? 1 : -1))], treated, ratioOutcome)).toMatchObject({ reason: 'denominator_near_zero' });
    expect(linearised([revenue.map((value) => -value)], treated, await compileExpression('log(revenue)', ['revenue']) as Outcome)).toMatchObject({ reason: 'not_finite' });
    expect(linearised([revenue], treated.map(() => 1), meanOutcome)).toMatchObject({ reason: 'too_few_units' });
  });
});
