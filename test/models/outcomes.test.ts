import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import path from 'node:path';
import { sharedBoostingEngine } from '../../src/compute/shared-boosting-engine.js';
import { sharedForestEngine } from '../../src/compute/shared-forest-engine.js';
import { kinds } from '../../src/sdk/models/kinds.js';
import type { TrainingColumns } from '../../src/sdk/models/kind.js';
import { models } from '../../src/sdk/models/models.js';
import { outcomeKinds, type ModelKindName } from '../../src/sdk/models/spec.js';
import { assay } from '../cli/capture.js';
import { folderOf, type Folder } from '../cli/fixture.js';
import { answered } from '../forest/shared.js';
import { experiment, onnxDifference } from './data.js';

const context = { seed: 7, forests: sharedForestEngine, boosting: sharedBoostingEngine };
const data = experiment(500, 3);
const fresh = experiment(300, 4);
const encoded = [fresh.a, fresh.b, Float64Array.from(fresh.codes)];
const { treatment: _, outcome, ...features } = data.columns;
const labels = data.y.map((value) => Number(value > 1));
const small = (kind: ModelKindName) => {
  if (kind === 'boosting' || kind === 'forest') return { trees: 60 };
  return kind === 'ridge' || kind === 'lasso' || kind === 'elastic_net' ? { folds: 3, lambdas: 20 } : {};
};

const cases = outcomeKinds.flatMap((kind) => [
  ...(kind === 'logistic' ? [] : [[kind, 'regression', outcome.values] as const]), ...(kind === 'linear' ? [] : [[kind, 'classification', labels] as const]),
]);

describe('models of outcomes', () => {
  it.each(cases)('%s, %s: the same scores after it is saved, by ONNX, and a unit at a time, and a fit on rows not learned from', async (kind, task, values) => {
    const columns = { ...features, outcome: { name: 'y', values } } as unknown as TrainingColumns;
    const { scorer, metrics } = answered(await kinds[kind].train(columns, kinds[kind].options.parse({ ...small(kind), task }), context));
    const bytes = scorer.save();
    const loaded = answered(kinds[kind].load(bytes));
    expect(Buffer.compare(loaded.save(), bytes)).toBe(0);
    const [before, after] = [answered(await scorer.score(encoded)), answered(await loaded.score(encoded))];
    expect(after).toEqual(before);
    expect(loaded.scoreRow(encoded.map((column) => column[3]!))).toEqual({ prediction: before.estimates[3], variance: null });
    for (const rows of [encoded, loaded.probes(1000)]) expect((await onnxDifference(loaded, rows))['prediction']).toBeLessThan(1e-6);
    const { fit, average, importance } = metrics;
    expect(average).toBeNull();
    expect(importance.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 10);
    // b moves the outcome most by far
    expect(fit!.rSquared).toBeGreaterThan(task === 'regression' ? 0.45 : 0.2);
    expect(fit!.rows).toBe(500);
    if (task === 'classification') {
      expect(fit!.auc).toBeGreaterThan(0.75);
      for (const estimate of before.estimates) expect(estimate >= 0 && estimate <= 1).toBe(true);
    } else expect([fit!.auc, fit!.logLoss]).toEqual([null, null]);
  });
});

describe('by the command', () => {
  let folder: Folder;
  const at = (...parts: string[]) => path.join(folder.path, ...parts);
  const model = (...args: string[]) => assay(['model', ...args], { cwd: folder.path });
  const spec = (kind: ModelKindName, more: object = {}) => ({ name: kind, kind, data: 'rows.csv', columns: { outcome: 'y', covariates: ['a', 'b'], categories: ['c'] }, options: small(kind), ...more });
  beforeAll(async () => {
    folder = folderOf({ 'rows.csv': ['y,a,b,c,w', ...Array.from(data.y, (y, i) => [y, data.a[i], i === 3 ? '' : data.b[i], 'c' + data.codes[i], data.w[i]].join(','))] });
    for (const kind of ['boosting', 'forest'] as const) expect((await model('train', folder.write(`${kind}.json`, spec(kind)), '--out', 'models')).out).toMatch(/: (boosting|forest)\n {2}y, learned from 500 rows\n {2}fit {13}R2 0\.\d+, mean squared error/);
  });
  afterAll(() => folder[Symbol.dispose]());

  it('scores a file and a row by their predictions, lists, compares and checks them', async () => {
    expect((await model('score', 'models/forest', '--data', 'rows.csv', '--out', 'scores.parquet')).out).toBe('500 rows, with prediction, in scores.parquet\n');
    const one = JSON.parse((await model('score', 'models/forest', '--row', '{"a":0.5,"b":0,"c":"c1"}')).out);
    expect(one).toEqual((await models.read(at('models', 'forest'))).score({ a: 0.5, b: 0, c: 'c1' }));
    expect((await model('list', 'models')).out).toMatch(/boosting +1 +boosting +500 rows +R2 0\.\d+/);
    const compared = await model('compare', 'models/boosting', 'models/forest', '--data', 'rows.csv');
    expect(compared.out).toMatch(/R2 +0\.\d+ +0\.\d+[^]*correlation 0\.\d+[^]*models of outcomes are not judged by effects/);
    expect((await model('check', 'models/forest')).out).toMatch(/prediction {2}agrees/);
  });

  it('says which columns a kind takes, what it lacks, and that a linear one needs every number', async () => {
    const train = async (given: object) => model('train', folder.write('bad.json', given), '--out', 'bad');
    expect((await train(spec('ridge', { columns: { outcome: 'y', treatment: 'w', covariates: ['a'] } }))).err).toContain('columns.treatment is no role of ridge, which has outcome, covariates, categories, weight, cluster');
    expect((await train(spec('t_learner'))).err).toContain('columns.treatment must name a column: 1 for treated');
    expect((await train(spec('ridge'))).out).toMatch(/ridge needs finite values; feature b has missing or infinite ones[^]*boosting, forest/);
    expect((await train(spec('logistic', { columns: { outcome: 'y', covariates: ['a'] } }))).out).toContain('logistic classifies labels of 0 and 1; got others');
    expect((await train(spec('linear', { options: { task: 'classification' } }))).err).toMatch(/options\.task: must be (one of )?"?regression/);
    expect((await model('kinds', 'boosting')).out).toMatch(/learningRate[^]*judgingFolds/);
  });
});
