import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { appendFileSync, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { schemaHashOf, type ModelCard } from '../../src/sdk/models/card.js';
import { models } from '../../src/sdk/models/models.js';
import { effectKinds } from '../../src/sdk/models/spec.js';
import { stream } from '../../src/stats/numeric/random.js';
import { assay, type Captured } from './capture.js';
import { folderOf, type Folder } from './fixture.js';

const COUNTRIES = ['de', 'es', 'fr', 'it'];

/** Units whose effect is 2 above age 45 and 0 below, with 1 more in Italy; a tenth has no age. */
function history(rows: number, seed: number): string[] {
  const random = stream(seed);
  return ['id,spend,treated,age,country', ...Array.from({ length: rows }, (_, i) => {
    const [age, country, treated] = [20 + 50 * random.uniform(), random.integer(4), random.integer(2)];
    const effect = (age > 45 ? 2 : 0) + (country === 3 ? 1 : 0);
    return [`u${i}`, 0.05 * age + effect * treated + random.normal(), treated, random.bernoulli(0.1) ? '' : age.toFixed(1), COUNTRIES[country]].join(',');
  })];
}

const columns = { outcome: 'spend', treatment: 'treated', covariates: ['age'], categories: ['country'] };
const options = { causal_forest: { trees: 100, minNodeSize: 5, propensity: 0.5, rate: null }, boosted: { trees: 40, heldOut: null, rate: null } };
const spec = (kind: string, more: object = {}) => ({ name: kind, kind, data: 'history.csv', columns, options: kind === 'causal_forest' ? options.causal_forest : options.boosted, ...more });

let folder: Folder;
const model = (...args: string[]): Promise<Captured> => assay(['model', ...args], { cwd: folder.path });
const at = (...parts: string[]): string => path.join(folder.path, ...parts);
const cardOf = (name: string): ModelCard => JSON.parse(readFileSync(at('models', name, '1', 'model.json'), 'utf8'));

async function parquet(file: string): Promise<Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const rows = (await connection.runAndReadAll(`SELECT * FROM '${file}'`)).getRowObjects();
  connection.closeSync();
  instance.closeSync();
  return rows;
}

beforeAll(async () => {
  folder = folderOf({ 'history.csv': history(600, 1), 'fresh.csv': history(400, 2) });
  for (const kind of effectKinds) {
    const { code, err } = await model('train', folder.write(`${kind}.json`, spec(kind)), '--out', 'models');
    expect({ code, err }).toEqual({ code: 0, err: '' });
  }
});
afterAll(() => folder[Symbol.dispose]());

/** A copy of a version, that a test may spoil. */
function copyOf(kind: string, name: string): string {
  const copy = at('spoiled', name);
  mkdirSync(at('spoiled'), { recursive: true });
  cpSync(at('models', kind, '1'), copy, { recursive: true });
  return copy;
}
function withCard(name: string, change: (card: ModelCard) => object): string {
  const copy = copyOf('causal_forest', name);
  writeFileSync(path.join(copy, 'model.json'), JSON.stringify(change(cardOf('causal_forest'))));
  return copy;
}

describe('assay model train', () => {
  it('the same spec on the same data finds the version that exists, another makes the next, and neither touches the first', async () => {
    const before = readFileSync(at('models', 't_learner', '1', 'model.bin'));
    const again = JSON.parse((await model('train', 't_learner.json', '--out', 'models', '--format', 'json')).out);
    expect(again).toMatchObject({ isNew: false, card: { version: 1 } });
    const next = JSON.parse((await model('train', folder.write('t2.json', spec('t_learner', { seed: 2, description: 'another seed' })), '--out', 'models', '--format', 'json')).out);
    expect(next).toMatchObject({ isNew: true, card: { version: 2, training: again.card.training } });
    expect(readdirSync(at('models', 't_learner')).sort()).toEqual(['1', '2']);
    expect(readFileSync(at('models', 't_learner', '1', 'model.bin')).equals(before)).toBe(true);
  });

  it('is the same bytes wherever it is trained, and whatever the format of its data', async () => {
    const instance = await DuckDBInstance.create(':memory:');
    await (await instance.connect()).run(`COPY (SELECT * FROM read_csv('${at('history.csv')}')) TO '${at('history.parquet')}' (FORMAT parquet)`);
    instance.closeSync();
    expect((await model('train', 'causal_forest.json', '--out', 'elsewhere', '--data', 'history.parquet')).code).toBe(0);
    for (const file of ['model.json', 'model.bin', 'model.onnx']) {
      expect(readFileSync(at('elsewhere', 'causal_forest', '1', file)).equals(readFileSync(at('models', 'causal_forest', '1', file)))).toBe(true);
    }
  });

  it('its card tells what it reads, and its file keeps nothing of the rows that it learned from', () => {
    const card = cardOf('causal_forest');
    expect(card).toMatchObject({
      training: { rows: 600, droppedRows: 0 }, outputs: ['cate', 'variance'], unseenCategories: 'refuse',
      features: [{ name: 'age', kind: 'numeric', levels: null, hadMissing: true }, { name: 'country', kind: 'category', levels: COUNTRIES, hadMissing: false }],
    });
    const header = readFileSync(at('models', 'causal_forest', '1', 'model.bin')).subarray(0, 2000).toString('latin1');
    expect(header).not.toMatch(/"(y|w|rows|yHat|tauHat)":/);
    expect(card.metrics.average!.lower! < 1.25 && card.metrics.average!.upper! > 1.25).toBe(true);
  });

  it('says what is wrong with a spec, and refuses data that cannot answer', async () => {
    const train = async (given: object) => model('train', folder.write('bad.json', given), '--out', 'bad');
    expect(await train(spec('causal_forest', { options: { trees: 3 } }))).toMatchObject({ code: 2, err: expect.stringContaining('options.trees') });
    expect(await train(spec('causal_forest', { columns: { ...columns, covariates: ['age', 'spend'] } }))).toMatchObject({ code: 2, err: expect.stringContaining('spend, which is the outcome') });
    expect(await train(spec('causal_forest', { columns: { ...columns, covariates: ['agee'] } }))).toMatchObject({ code: 2, err: expect.stringContaining('the nearest is "age"') });
    expect(await train(spec('causal_forest', { name: '../up' }))).toMatchObject({ code: 2, err: expect.stringContaining('name: must be 1 to 64') });
    expect(await train(spec('dr_learner', { columns: { ...columns, treatment: 'age', covariates: [] } }))).toMatchObject({ code: 30, out: expect.stringContaining('a dr-learner needs a treatment of 0 and 1') });
    folder.write('empty.csv', ['spend,treated,age,country', ...Array.from({ length: 40 }, (_, i) => `${i % 7},${i % 2},,de`)]);
    expect(await train(spec('t_learner', { data: 'empty.csv' }))).toMatchObject({ code: 30, out: expect.stringContaining('column age has no value that is not missing') });
    expect(() => readdirSync(at('bad'))).toThrow('ENOENT');
  });
});

describe('assay model check', () => {
  it.each(effectKinds)('%s: onnxruntime scores made rows and real ones as this program does', async (kind) => {
    for (const rows of [[], ['--data', 'fresh.csv']]) {
      const { code, out } = await model('check', `models/${kind}`, '--format', 'json', ...rows);
      const check = JSON.parse(out);
      expect(code).toBe(0);
      expect(check.rows).toBe(rows.length > 0 ? 400 : 2000);
      expect(check.outputs.map(({ output }: { output: string }) => output)).toEqual(kind === 'causal_forest' ? ['cate', 'variance'] : ['cate']);
      for (const { difference } of check.outputs) expect(difference).toBeLessThan(1e-9);
    }
  });

  it('fails where the ONNX form is that of another model', async () => {
    const other = copyOf('x_learner', 'other');
    const card: ModelCard = JSON.parse(readFileSync(path.join(other, 'model.json'), 'utf8'));
    cpSync(at('models', 't_learner', '1', 'model.onnx'), path.join(other, 'model.onnx'));
    writeFileSync(path.join(other, 'model.json'), JSON.stringify({ ...card, files: { ...card.files, 'model.onnx': cardOf('t_learner').files['model.onnx'] } }));
    expect(await model('check', other)).toMatchObject({ code: 1, out: expect.stringContaining('differs') });
  });
});

describe('assay model export', () => {
  it('writes the ONNX form and the card, as they are kept', async () => {
    expect(await model('export', 'models/r_learner', '--out', 'serving/r')).toMatchObject({ code: 0, out: 'serving/r/model.onnx\nserving/r/model.json\n' });
    expect(readFileSync(at('serving', 'r', 'model.onnx')).equals(readFileSync(at('models', 'r_learner', '1', 'model.onnx')))).toBe(true);
    expect(JSON.parse(readFileSync(at('serving', 'r', 'model.json'), 'utf8'))).toEqual(cardOf('r_learner'));
    const changed = copyOf('r_learner', 'changed-onnx');
    appendFileSync(path.join(changed, 'model.onnx'), 'x');
    expect(await model('export', changed, '--out', 'serving/changed')).toMatchObject({ code: 2, err: expect.stringContaining('the sha256 differs') });
  });
});

describe('assay model score', () => {
  it('writes rows in their order, and one row alone has the same score', async () => {
    for (const kind of ['causal_forest', 'dr_learner']) {
      expect((await model('score', `models/${kind}`, '--data', 'fresh.csv', '--keep', 'id', '--out', 'scores.parquet')).out).toContain('400 rows');
      const scores = await parquet(at('scores.parquet'));
      expect(scores.map(({ id }) => id)).toEqual(Array.from({ length: 400 }, (_, i) => `u${i}`));
      const lines = readFileSync(at('fresh.csv'), 'utf8').trim().split('\n').slice(1).map((line) => line.split(','));
      for (const row of [0, 1, 2, 3, lines.findIndex((cells) => cells[3] === '')]) {
        const [, , , age, country] = lines[row]!;
        const one = JSON.parse((await model('score', `models/${kind}`, '--row', JSON.stringify({ age: age === '' ? null : Number(age), country, more: 1 }))).out);
        expect(one.cate).toBeCloseTo(scores[row]!['cate'] as number, 10);
        if (kind === 'causal_forest') expect(one.variance).toBeCloseTo(scores[row]!['variance'] as number, 10);
        else expect([one.variance, 'variance' in scores[row]!]).toEqual([null, false]);
      }
    }
  });

  it('refuses a category that training did not have, or takes it as missing, as the spec said', async () => {
    folder.write('abroad.csv', ['age,country', '50,de', '50,uk', '50,']);
    expect(await model('score', 'models/t_learner', '--data', 'abroad.csv', '--out', 'abroad.parquet')).toMatchObject({ code: 2, err: expect.stringContaining('"uk"') });
    expect(await model('score', 'models/t_learner', '--row', '{"age":50,"country":"uk"}')).toMatchObject({ code: 2, err: expect.stringContaining('country must be one of de, es, fr, it, or null; got "uk"') });
    await model('train', folder.write('lenient.json', spec('t_learner', { name: 'lenient', unseenCategories: 'missing' })), '--out', 'models');
    expect((await model('score', 'models/lenient', '--data', 'abroad.csv', '--out', 'abroad.parquet')).code).toBe(0);
    const [, unseen, missing] = await parquet(at('abroad.parquet'));
    expect(unseen).toEqual(missing);
  });

  it('says which column is missing, of another type or not a number', async () => {
    folder.write('short.csv', ['age', '50']);
    folder.write('text.csv', ['age,country', 'fifty,de']);
    const score = (data: string) => model('score', 'models/causal_forest', '--data', data, '--out', 'out.parquet');
    expect(await score('short.csv')).toMatchObject({ code: 2, err: expect.stringContaining('no column "country"') });
    expect(await score('text.csv')).toMatchObject({ code: 2, err: expect.stringContaining('line 2 holds "fifty"') });
    expect(await model('score', 'models/causal_forest', '--row', '{"age":"50"}')).toMatchObject({ code: 2, err: expect.stringMatching(/age must be a finite number[^]*country is missing/) });
    expect(await model('score', 'models/causal_forest', '--row', '[1]')).toMatchObject({ code: 2, err: expect.stringContaining('--row must be a JSON object') });
    expect(await model('score', 'models/causal_forest', '--data', 'fresh.csv', '--keep', 'cate', '--out', 'out.parquet')).toMatchObject({ code: 2, err: expect.stringContaining('a score has that name') });
  });
});

describe('assay.models in a script', () => {
  it('trains, reads and scores as the command does', async () => {
    const [trained, read] = [await models.train({ ...spec('r_learner'), data: at('history.csv') } as never, at('models')), await models.read(at('models', 'r_learner'))];
    if ('status' in trained) throw new Error(trained.detail);
    expect([trained.card, trained.folder]).toEqual([cardOf('r_learner'), at('models', 'r_learner', '1')]);
    const { out } = await model('score', 'models/r_learner', '--row', '{"age":50,"country":"it"}');
    expect(read.score({ age: 50, country: 'it' })).toEqual(JSON.parse(out));
    expect(() => read.score({ age: 50 })).toThrow('country is missing');
    expect((await models.list(at('models'))).some(({ name }) => name === 'r_learner')).toBe(true);
  });
});

describe('a model that is not what its card says', () => {
  const err = async (folderOfModel: string): Promise<string> => {
    const { code, err: text } = await model('score', folderOfModel, '--row', '{"age":50,"country":"de"}');
    expect(code).toBe(2);
    return text;
  };

  it('is refused: a changed file, another format, changed features, a card that is no card', async () => {
    const changed = copyOf('causal_forest', 'changed');
    appendFileSync(path.join(changed, 'model.bin'), 'x');
    expect(await err(changed)).toContain('the sha256 differs');
    expect(await err(withCard('format', (card) => ({ ...card, formatVersion: 1 })))).toContain('is of format 1; this version reads format 2');
    const renamed = (card: ModelCard) => card.features.map((feature) => (feature.name === 'age' ? { ...feature, name: 'years' } : feature));
    expect(await err(withCard('schema', (card) => ({ ...card, features: renamed(card) })))).toContain('the schema hash does not match');
    expect(await err(withCard('columns', (card) => ({ ...card, features: renamed(card), schemaHash: schemaHashOf(renamed(card)) })))).toContain('is not one model: the card has features years, country, model.bin age, country');
    expect(await err(withCard('kind', (card) => ({ ...card, kind: 'x_learner' })))).toContain('model.bin cannot be used');
    expect(await err(withCard('part', ({ metrics: _, ...card }) => card))).toContain('is not whole: metrics');
    expect(await err(withCard('foreign', () => ({ hello: 1 })))).toContain('is not the card of a model');
    expect(await err(at('models', 'nothing'))).toContain('there is no model at');
  });
});

describe('assay model list and compare', () => {
  it('lists every version, by name and number', async () => {
    const cards: ModelCard[] = JSON.parse((await model('list', 'models', '--format', 'json')).out);
    expect(cards.filter(({ name }) => !['lenient', 'blind', 'clustered'].includes(name)).map(({ name, version }) => `${name} ${version}`)).toEqual(['causal_forest 1', 'dr_learner 1', 'r_learner 1', 's_learner 1', 't_learner 1', 't_learner 2', 'x_learner 1']);
  });

  it('says on rows that neither saw which model is nearer to the truth, a cluster counting once', async () => {
    await model('train', folder.write('blind.json', spec('t_learner', { name: 'blind', columns: { ...columns, covariates: [] } })), '--out', 'models');
    const { code, out } = await model('compare', 'models/x_learner', 'models/blind', '--data', 'fresh.csv', '--format', 'json');
    const compared = JSON.parse(out);
    expect(code).toBe(0);
    expect(compared).toMatchObject({ sameTrainingData: false, sameFeatures: false, onlyFirst: ['age'], onlySecond: [], data: { rows: 400, scored: 400 } });
    expect(compared.data.judged.loss.upper).toBeLessThan(0);
    const [head, ...rows] = readFileSync(at('fresh.csv'), 'utf8').trim().split('\n');
    folder.write('thrice.csv', [head!, ...rows.flatMap((row) => [row, row, row])]);
    await model('train', folder.write('clustered.json', spec('t_learner', { name: 'clustered', columns: { ...columns, cluster: 'id' } })), '--out', 'models');
    const errorOn = async (file: string) => JSON.parse((await model('compare', 'models/clustered', 'models/blind', '--data', file, '--format', 'json')).out).data.judged.loss.standardError;
    const ratio = await errorOn('thrice.csv') / await errorOn('fresh.csv');
    expect([ratio > 0.8, ratio < 1.25]).toEqual([true, true]); // units that came three times say no more than once: 0.58 if they did
    folder.write('unlabelled.csv', ['age,country', '50,de', '30,fr']);
    const unlabelled = JSON.parse((await model('compare', 'models/x_learner', 'models/blind', '--data', 'unlabelled.csv', '--format', 'json')).out);
    expect(unlabelled.data.judged).toMatchObject({ status: 'refused', detail: expect.stringContaining('no column "spend"') });
  });
});
