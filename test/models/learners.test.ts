import { describe, expect, it } from '@jest/globals';
import { sharedBoostingEngine } from '../../src/compute/shared-boosting-engine.js';
import { sharedForestEngine } from '../../src/compute/shared-forest-engine.js';
import { kinds } from '../../src/sdk/models/kinds.js';
import type { TrainingColumns } from '../../src/sdk/models/kind.js';
import type { ModelKindName } from '../../src/sdk/models/spec.js';
import { answered } from '../forest/shared.js';
import { experiment, onnxDifference } from './data.js';

const AGREEMENT = 1e-6;
const context = { seed: 7, forests: sharedForestEngine, boosting: sharedBoostingEngine };
const data = experiment(400, 1);
const fresh = experiment(300, 2);
const encoded = [fresh.a, fresh.b, Float64Array.from(fresh.codes)];

const forest = { name: 'forest', trees: 60 };
// short paths: what is told apart here does not hang on the penalty
const short = { folds: 3, lambdas: 20 };
const ridge = { name: 'ridge', ...short };
const learners: readonly (readonly [string, object])[] = [
  ['boosting', {}],
  ['forest', { outcomeLearner: forest, propensityLearner: forest, effectLearner: forest }],
  ['linear and logistic', { outcomeLearner: { name: 'linear' }, propensityLearner: { name: 'logistic' }, effectLearner: { name: 'linear' } }],
  ['ridge', { outcomeLearner: ridge, propensityLearner: ridge, effectLearner: ridge }],
  ['lasso and elastic net', { outcomeLearner: { name: 'lasso', ...short }, propensityLearner: { name: 'elastic_net', ...short }, effectLearner: { name: 'lasso', ...short } }],
];
const metaKinds = ['s_learner', 't_learner', 'x_learner', 'r_learner', 'dr_learner'] as const satisfies readonly ModelKindName[];
const cases = metaKinds.flatMap((kind) => learners.map(([name, options]) => [kind, name, options] as const));
const train = async (kind: ModelKindName, options: object) =>
  answered(await kinds[kind].train(data.columns as unknown as TrainingColumns, kinds[kind].options.parse({ ...(kind === 'causal_forest' ? {} : { trees: 30, heldOut: null, folds: 3 }), rate: null, ...options }), context));

describe('meta-learners over any learner', () => {
  it.each(cases)('%s over %s: the same scores after it is saved, by ONNX, and a unit at a time', async (kind, _, options) => {
    const { scorer, metrics } = await train(kind, options);
    const bytes = scorer.save();
    const loaded = answered(kinds[kind].load(bytes));
    expect(Buffer.compare(loaded.save(), bytes)).toBe(0);
    const [before, after] = [answered(await scorer.score(encoded)), answered(await loaded.score(encoded))];
    expect(after).toEqual(before);
    for (const row of [0, 5]) expect(loaded.scoreRow(encoded.map((column) => column[row]!))).toEqual({ cate: before.estimates[row], variance: null });
    for (const columns of [encoded, loaded.probes(1000)]) {
      for (const difference of Object.values(await onnxDifference(loaded, columns))) expect(difference).toBeLessThan(AGREEMENT);
    }
    expect(metrics.importance.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 10);
    expect(Math.abs(metrics.average!.estimate - 1)).toBeLessThan(4 * metrics.average!.standardError);
  });

  it('an s-learner that is linear has one effect for all, which is its average', async () => {
    const { scorer, metrics } = await train('s_learner', { outcomeLearner: { name: 'linear' } });
    const { estimates } = answered(await scorer.score(encoded));
    for (const estimate of estimates) expect(estimate).toBeCloseTo(estimates[0]!, 10);
    expect(Math.abs(estimates[0]! - metrics.average!.estimate)).toBeLessThan(3 * metrics.average!.standardError);
    const judged = await train('s_learner', { outcomeLearner: ridge, rate: 'autoc', replicates: 50 });
    for (const metric of [judged.metrics.rate, judged.metrics.calibration]) expect(metric).toMatchObject({ status: 'refused', detail: 'predicted effects are all alike, so that nothing is ranked or calibrated' });
  });

  it('a linear model has no score where a number is missing, and takes a level that it was not shown as an average row', async () => {
    const { scorer } = await train('t_learner', { outcomeLearner: ridge });
    expect(scorer.scoreRow([NaN, 0, 1])).toMatchObject({ status: 'refused', remedy: expect.stringContaining('boosting, forest') });
    const levels = [0, 1, 2, 3, 4].map((code) => (scorer.scoreRow([0.5, 0, code]) as { cate: number }).cate);
    for (const code of [NaN, 9]) {
      const { cate } = scorer.scoreRow([0.5, 0, code]) as { cate: number };
      expect(cate).toBeGreaterThan(Math.min(...levels));
      expect(cate).toBeLessThan(Math.max(...levels));
    }
    const { isIdentified } = answered(await scorer.score([Float64Array.of(NaN, 0.5), Float64Array.of(0, 0), Float64Array.of(1, 1)]));
    expect([...isIdentified]).toEqual([0, 1]);
  });

  it('says which learners can be kept, and what their options must be', () => {
    const parsed = kinds.t_learner.options.safeParse({ outcomeLearner: { name: 'stacking', learners: [{ name: 'linear' }, { name: 'forest' }] } });
    expect(parsed.error!.issues).toMatchObject([{ path: ['outcomeLearner', 'name'], message: expect.stringContaining('must be one that can be kept: boosting, forest, linear') }]);
  });
});
