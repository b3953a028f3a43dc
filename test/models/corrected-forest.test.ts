import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import path from 'node:path';
import { sharedForestEngine } from '../../src/compute/shared-forest-engine.js';
import { estimate } from '../../src/sdk/estimate.js';
import { kinds } from '../../src/sdk/models/kinds.js';
import type { EffectScorer, TrainingColumns } from '../../src/sdk/models/kind.js';
import { models } from '../../src/sdk/models/models.js';
import { stream } from '../../src/stats/numeric/random.js';
import { assay } from '../cli/capture.js';
import { folderOf, type Folder } from '../cli/fixture.js';
import { answered } from '../forest/shared.js';

const UNITS = 500;

/** Effects slope along a: 2 a - 1 on average 0; clusters of two, weights, and gaps in c. */
function sloping(seed: number) {
  const random = stream(seed);
  const draw = (of: () => number) => Float64Array.from({ length: UNITS }, of);
  const [a, b, c] = [draw(() => random.uniform()), draw(() => random.uniform()), draw(() => (random.bernoulli(0.1) ? NaN : random.uniform()))];
  const treated = draw(() => random.integer(2));
  return { a, b, c, treated, spend: a.map((value, i) => b[i]! + (4 * value - 2) * treated[i]! + 0.5 * random.normal()), weight: draw(() => 1 + random.integer(3)), home: Int32Array.from({ length: UNITS }, (_, i) => i >> 1) };
}

const numeric = (name: string, values: Float64Array) => ({ name, values });
const options = { trees: 100, minNodeSize: 5, propensity: 0.5, localLinear: true, rate: 'autoc', replicates: 50 };
const given = () => kinds.causal_forest.options.parse(options);
const context = { seed: 3, forests: sharedForestEngine };

describe('a causal forest with a local linear correction, as a model', () => {
  const { a, b, c, treated, spend, weight, home } = sloping(1);
  const fresh = sloping(2);
  const columns: TrainingColumns = {
    outcome: numeric('spend', spend), treatment: numeric('treated', treated), covariates: [numeric('a', a), numeric('b', b), numeric('c', c)], categories: [],
    weight: numeric('weight', weight), cluster: { name: 'home', codes: home, levels: Array.from({ length: UNITS / 2 }, (_, i) => `h${i}`) },
  };
  let scorer: EffectScorer;
  beforeAll(async () => { ({ scorer } = answered(await kinds.causal_forest.train(columns, given(), context))); });

  it('scores the same bytes before it is saved and after, and is saved again as the same bytes', async () => {
    const bytes = scorer.save();
    const loaded = answered(kinds.causal_forest.load(bytes));
    expect(Buffer.compare(loaded.save(), bytes)).toBe(0);
    const [before, after] = await Promise.all([scorer, loaded].map(async (each) => answered(await each.score([fresh.a, fresh.b, fresh.c]))));
    expect(after).toEqual(before);
    expect(before!.isIdentified.every((is) => is === 1)).toBe(true);
    for (const row of [0, 7, 499]) {
      const values = [fresh.a, fresh.b, fresh.c].map((column) => column[row]!);
      expect(loaded.scoreRow(values)).toEqual({ cate: before!.estimates[row]!, variance: before!.variances![row]! });
    }
  });

  it('is nearer to effects that slope than the forest without, and its ranking is judged with the correction', async () => {
    const plain = answered(await kinds.causal_forest.train(columns, { ...given(), localLinear: false }, context));
    const error = async (model: EffectScorer) => {
      const { estimates } = answered(await model.score([fresh.a, fresh.b, fresh.c]));
      return Math.hypot(...estimates.map((estimate, i) => estimate - (4 * fresh.a[i]! - 2)));
    };
    expect(await error(scorer)).toBeLessThan(0.7 * await error(plain.scorer));
    const judged = answered(await kinds.causal_forest.train(columns, given(), context)).metrics.rate;
    expect(answered(judged!).estimate).not.toBe(answered(plain.metrics.rate!).estimate);
  });

  it('refuses a missing value where effects slope, and an ONNX form, with what to do', () => {
    expect(scorer.scoreRow([NaN, 0.5, 0.5])).toMatchObject({ status: 'refused', detail: 'column a has missing values where effects slope along it' });
    expect(scorer.scoreRow([0.5, 0.5, NaN])).toMatchObject({ cate: expect.any(Number) });
    expect(scorer.graph({})).toMatchObject({ status: 'refused', remedy: 'Train without localLinear for an ONNX form.' });
  });
});

describe('by the command', () => {
  let folder: Folder;
  beforeAll(() => {
    const { a, b, treated, spend } = sloping(1);
    folder = folderOf({ 'history.csv': ['a,b,treated,spend', ...Array.from(a, (value, i) => [value, b[i], treated[i], spend[i]].join(','))] });
  });
  afterAll(() => folder[Symbol.dispose]());

  it('averages as the estimator does, and says when it has nothing to correct', async () => {
    const columns = { outcome: 'spend', treatment: 'treated', covariates: ['a', 'b'] };
    const shared = { trees: 100, minNodeSize: 5, propensity: 0.5, localLinear: true };
    const spec = { name: 'local', kind: 'causal_forest', data: 'history.csv', columns, options: { ...shared, rate: null } };
    const { code, out } = await assay(['model', 'train', folder.write('local.json', spec), '--out', 'models'], { cwd: folder.path });
    expect(code).toBe(0);
    expect(out).toMatch(/model\.bin +\d+ bytes\n +model\.onnx +refused: a causal forest with a local linear correction reads the rows/);
    const model = await models.read(path.join(folder.path, 'models', 'local'));
    const estimated = await estimate({ estimator: 'causal_forest', data: path.join(folder.path, 'history.csv'), columns, options: shared, seed: 1 } as never) as unknown as { readonly result: { readonly average: { readonly estimate: number } } };
    expect(model.card.metrics.average!.estimate).toBeCloseTo(estimated.result.average.estimate, 12);
    expect((await assay(['model', 'check', 'models/local'], { cwd: folder.path })).err).toContain('Train without localLinear');
  });
});
