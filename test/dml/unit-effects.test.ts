import { describe, expect, it } from '@jest/globals';
import { metaLearner, metaLearners } from '../../src/stats/cate/meta-learners.js';
import { forestMethod } from '../../src/stats/cate/forest-method.js';
import { outOfFoldEffects } from '../../src/stats/cate/out-of-fold-effects.js';
import { cate } from '../../src/stats/estimators/cate/cate.js';
import { runEstimator } from '../../src/stats/estimators/run-estimator.js';
import { createLearner, learnerOptions } from '../../src/stats/learners/index.js';
import { planFolds } from '../../src/stats/learners/folds.js';
import { stream } from '../../src/stats/numeric/random.js';
import { isRefusal } from '../../src/stats/refusal.js';
import { categoryOf, frameOf } from '../../src/stats/summaries/frame.js';
import { numericOf } from '../stats/data.js';

const linear = createLearner(learnerOptions.parse({ name: 'linear' }), 'regression');
const logistic = createLearner(learnerOptions.parse({ name: 'logistic' }), 'classification');
const learners = { outcome: linear, propensity: logistic, effect: linear };

/** Effect 1 + 2 x, confounded by x. */
function rows(n: number) {
  const random = stream(21, n);
  const x = random.fillNormal(new Float64Array(n));
  const d = x.map((value) => Number(random.bernoulli(1 / (1 + Math.exp(-0.5 * value)))));
  const y = x.map((value, row) => value + d[row]! * (1 + 2 * value) + 0.5 * random.normal());
  return { x: { n, names: ['x'], columns: [x] }, y, d, tau: x.map((value) => 1 + 2 * value) };
}

describe('meta-learners', () => {
  it.each(metaLearners.filter((kind) => kind !== 's'))('%s over linear learners finds a linear effect out of fold', async (kind) => {
    const data = rows(500);
    const folds = planFolds(500, { folds: 2 }, 1);
    if (isRefusal(folds)) throw new Error(folds.detail);
    const effects = await outOfFoldEffects(metaLearner(kind, learners, { folds: 2, bounds: [0.01, 0.99] }, { seed: 1 }), data, folds, 1);
    if (isRefusal(effects)) throw new Error(effects.detail);
    const error = Math.sqrt(effects.reduce((sum, value, row) => sum + (value - data.tau[row]!) ** 2, 0) / 500);
    // two coefficients from 250 rows with noise of 0.5 a arm: errors of about 0.1; the naive difference is off by the spread of tau, 2
    expect(error).toBeLessThan(0.25);
  });

  it('s over a model without interactions gives everyone the coefficient of the treatment', async () => {
    const data = rows(200);
    const model = await metaLearner('s', learners, { folds: 2, bounds: [0.01, 0.99] }, { seed: 1 }).fit(data, 1);
    if (isRefusal(model)) throw new Error(model.detail);
    const effects = await model.predict(data.x) as Float64Array;
    expect(Math.max(...effects) - Math.min(...effects)).toBeLessThan(1e-10);
  });

  it('a forest predicts new rows, and its own out of bag', async () => {
    const data = rows(200);
    const method = forestMethod(50, { seed: 1 });
    const model = await method.fit(data, 1);
    if (isRefusal(model)) throw new Error(model.detail);
    const [own, fresh] = [await method.outOfSample!(data, 1), await model.predict(data.x)] as Float64Array[];
    expect(own).not.toEqual(fresh);
    expect(fresh!.every(Number.isFinite)).toBe(true);
  });
});

describe('cate', () => {
  const ask = async (arms: readonly string[], options: object) => {
    const { x: { columns: [x] }, y } = rows(arms.length);
    const answer = await runEstimator({
      estimator: 'cate', data: frameOf([categoryOf('arm', arms), numericOf('y', y.map((value, row) => value + (arms[row] === 'c' ? x![row]! : 0))), numericOf('x', x!)]),
      columns: { outcome: 'y', treatment: 'arm', covariates: ['x'] },
      options: { folds: 2, outcomeLearner: { name: 'linear' }, effectLearner: { name: 'linear' }, propensityLearner: { name: 'logistic' }, ...options },
    }, { seed: 1 });
    if ('refusal' in answer) throw new Error(answer.refusal.detail);
    return cate.result.parse(answer.result).contrasts;
  };

  it('prefers the method that finds the heterogeneity to the one that cannot, beyond its error, by either loss', async () => {
    const data = rows(400);
    const arms = Array.from(data.d, (d) => (d === 1 ? 'b' : 'a'));
    for (const loss of ['doubly_robust', 'r']) {
      const [contrast] = await ask(arms, { methods: ['s', 't'], loss });
      expect(contrast!.methods.map(({ name }) => name)).toEqual(['t', 's']);
      expect(contrast!.methods[1]!.behind).toBeGreaterThan(3 * contrast!.methods[1]!.behindError);
      expect(Math.abs(contrast!.slope!.estimate - 1)).toBeLessThan(3 * contrast!.slope!.standardError);
    }
  });

  it('compares every arm with the control', async () => {
    const contrasts = await ask(Array.from({ length: 300 }, (_, row) => 'abc'[row % 3]!), { methods: ['t'], control: 'b' });
    expect(contrasts.map(({ control, treatment, n }) => [control, treatment, n])).toEqual([['b', 'a', 200], ['b', 'c', 200]]);
  });

  it('names the level when the control is none', async () => {
    await expect(ask(['a', 'b', 'a', 'b'], { control: 'd' })).rejects.toThrow('control must be one of a, b; got "d"');
  });
});
