import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DuckDBInstance } from '@duckdb/node-api';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { assay } from '../../src/sdk/index.js';
import { checkModel } from '../../src/sdk/models/check.js';
import { readModel } from '../../src/sdk/models/store.js';
import { stream } from '../../src/stats/numeric/random.js';
import { shopPlan, writeShop } from './shop.js';
import { startService, type TestService } from './start-service.js';

const WORKER = fileURLToPath(new URL('../../dist/worker.js', import.meta.url));
const LOCK_MS = 2000;

const JOB = 'id kind status message error errorPath rows withoutEffect scoresPath version { number digest }';
const TRAIN = `mutation ($input: TrainUpliftModelInput!) { trainUpliftModel(input: $input) { __typename ... on ModelJob { ${JOB} } ... on ValidationFailure { issues { path message } } ... on NotFound { message } } }`;

/** Units whose effect is 2 above age 45 and 0 below. */
function writeHistory(folder: string, name: string, rows: number, seed: number): void {
  const random = stream(seed);
  const lines = Array.from({ length: rows }, (_, i) => {
    const [age, treated] = [20 + 50 * random.uniform(), random.integer(2)];
    return [`u${i}`, 0.05 * age + (age > 45 ? 2 : 0) * treated + random.normal(), treated, age.toFixed(1), ['de', 'fr'][random.integer(2)]].join(',');
  });
  writeFileSync(path.join(folder, name), `${['id,spend,treated,age,country', ...lines].join('\n')}\n`);
}

let service: TestService;
const workers: ChildProcess[] = [];
const forkWorker = (): ChildProcess => {
  const { config } = service;
  const worker = fork(WORKER, {
    env: { ...process.env, DATABASE_URL: config.databaseUrl, REDIS_URL: '', ASSAY_DATA: config.data, ASSAY_ALLOWED_FOLDERS: service.folder, ASSAY_LOCK_MS: String(LOCK_MS), LOG_LEVEL: 'silent' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  workers.push(worker);
  return worker;
};

const columns = { outcome: 'spend', treatment: 'treated', covariates: ['age'], categories: ['country'] };
const small = { name: 'uplift', kind: 'causal_forest', source: 'history', table: 'units', columns, options: { trees: 100, minNodeSize: 5, propensity: 0.5, rate: null } };
/** Long enough that workers are killed in the middle of it. */
const large = { ...small, name: 'large', table: 'many', options: { trees: 1500, minNodeSize: 5, propensity: 0.5 } };

const train = async (input: object) => (await service.gql(TRAIN, { variables: { input } })).data.trainUpliftModel;
const row = (id: string) => service.prisma.modelJob.findUniqueOrThrow({ where: { id } });
const until = async (id: string, holds: (now: Awaited<ReturnType<typeof row>>) => boolean) => {
  for (;;) {
    const now = await row(id);
    if (holds(now)) return now;
    await sleep(20);
  }
};
const isOver = ({ status }: { status: string }) => ['completed', 'failed', 'cancelled'].includes(status);
const jobOf = async (id: string) => (await service.gql(`query ($id: ID!) { modelJob(id: $id) { ${JOB} } }`, { variables: { id } })).data.modelJob;
const ended = async (id: string) => { await until(id, isOver); return jobOf(id); };
const get = (file: string, key: string) => fetch(`${service.url}${file}`, { headers: { authorization: `Bearer ${key}` } });

beforeAll(async () => {
  if (!existsSync(WORKER)) throw new Error('dist/worker.js is missing: run npm run build');
  service = await startService({ lockMs: LOCK_MS });
  writeHistory(service.folder, 'units.csv', 600, 1);
  writeHistory(service.folder, 'many.csv', 2000, 2);
  writeShop(service.folder);
  await service.gql('mutation ($folder: String!) { registerSource(name: "history", location: { files: { folder: $folder } }) { __typename } }', { variables: { folder: service.folder } });
  forkWorker();
});
afterAll(async () => {
  for (const worker of workers) worker.kill('SIGKILL');
  await service.end();
});

describe('training', () => {
  it('makes versions 1, 2, ...; the same again finds the one that exists; its files are served to viewers', async () => {
    const asked = await train(small);
    expect(asked).toMatchObject({ __typename: 'ModelJob', kind: 'train', status: 'queued', version: null });
    expect(await ended(asked.id)).toMatchObject({ status: 'completed', error: null, version: { number: 1 } });
    expect(await train(small)).toMatchObject({ id: asked.id, status: 'completed', version: { number: 1 } });
    const again = await train({ ...small, seed: 2 });
    expect(await ended(again.id)).toMatchObject({ status: 'completed', version: { number: 2 } });

    const query = '{ upliftModel(name: "uplift") { createdBy latest { number } versions { totalCount edges { node { number digest kind outputs onnxPath cardPath training { rows } features { name kind levels } metrics { average { estimate lower upper } rate { __typename } calibration { ... on ModelEstimate { estimate } } } } } } } }';
    const { upliftModel } = (await service.gql(query, { as: 'viewer' })).data;
    expect(upliftModel).toMatchObject({ createdBy: 'the admin', latest: { number: 2 }, versions: { totalCount: 2 } });
    const version = upliftModel.versions.edges[1].node;
    expect(version).toMatchObject({
      number: 1, kind: 'causal_forest', outputs: ['cate', 'variance'], training: { rows: 600 }, metrics: { rate: null },
      features: [{ name: 'age', kind: 'numeric', levels: null }, { name: 'country', kind: 'category', levels: ['de', 'fr'] }],
    });
    const card = await (await get(version.cardPath, service.keys.viewer)).json() as { version: number; files: Record<string, { sha256: string }> };
    expect([card.version, card.files['model.bin']!.sha256]).toEqual([1, version.digest]);
    const onnx = Buffer.from(await (await get(version.onnxPath, service.keys.viewer)).arrayBuffer());
    expect(createHash('sha256').update(onnx).digest('hex')).toBe(card.files['model.onnx']!.sha256);
    expect((await get(version.onnxPath, service.keys.evaluator)).status).toBe(403);
    for (const file of ['model.bin', '..%2Fmodel.json', 'toString']) expect((await get(`/models/uplift/1/${file}`, service.keys.admin)).status).toBe(404);
    expect(await checkModel(await readModel(path.join(service.config.data, 'models', 'uplift')))).toMatchObject({ agrees: true });
  });

  it('the same columns in another file are no new version', async () => {
    writeFileSync(path.join(service.folder, 'units.csv'), `${history().trimEnd()}\r\n`);
    const asked = await train(small);
    expect(await ended(asked.id)).toMatchObject({ status: 'completed', version: { number: 1 } });
    expect(await service.prisma.modelJob.count({ where: { model: 'uplift', request: { path: ['seed'], equals: 1 } } })).toBe(2);
  });

  it('what is wrong is said field by field at once, and of the data when they are read', async () => {
    expect((await train({ ...small, name: 'Up lift', options: { trees: 1 } })).issues).toEqual([{ path: 'input.name', message: expect.stringContaining('lower-case letters') }]);
    expect((await train({ ...small, options: { trees: 1, depth: 3 } })).issues.map(({ path: at }: { path: string }) => at)).toEqual(['input.options.trees', 'input.options']);
    expect((await train({ ...small, columns: { ...columns, covariates: ['spend'] } })).issues).toEqual([{ path: 'input.columns.covariates', message: 'must leave out spend, which is the outcome' }]);
    expect(await train({ ...small, source: 'nothing' })).toMatchObject({ __typename: 'NotFound' });
    expect((await train({ ...small, table: 'nothing' })).issues[0].path).toBe('table');
    const missing = await train({ ...small, columns: { ...columns, covariates: ['agee'] } });
    expect(await ended(missing.id)).toMatchObject({ status: 'failed', error: expect.stringMatching(/^units has no column "agee"; the nearest is "age"/) });
    const dose = await train({ ...small, kind: 't_learner', options: {}, columns: { ...columns, treatment: 'age', covariates: [] } });
    expect(await ended(dose.id)).toMatchObject({ status: 'failed', error: expect.stringContaining('a t-learner needs a treatment of 0 and 1') });
    expect((await row(dose.id)).attempts).toBe(1);
    await service.prisma.modelJob.update({ where: { id: dose.id }, data: { dataDigest: 'of another table' } });
    await service.gql('mutation ($id: ID!) { retryModelJob(id: $id) { __typename } }', { variables: { id: dose.id } });
    expect(await ended(dose.id)).toMatchObject({ status: 'failed', errorPath: 'table', error: expect.stringContaining('changed while this was queued') });
  });

  it('a worker that is killed in the middle loses nothing and doubles nothing', async () => {
    const { id } = await train(large);
    await until(id, ({ status, progress }) => status === 'running' && progress > 0);
    workers.pop()!.kill('SIGKILL');
    forkWorker();
    expect(await until(id, isOver)).toMatchObject({ status: 'completed', attempts: 2, error: null });
    expect(await jobOf(id)).toMatchObject({ version: { number: 1 } });
    expect(readdirSync(path.join(service.config.data, 'models', 'large'))).toEqual(['1']);
  }, 60_000);

  it('is cancelled in the middle, leaves nothing, and tells whoever watches', async () => {
    const { id } = await train({ ...large, name: 'called-off' });
    const socket = createClient({ url: `${service.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, connectionParams: { authorization: `Bearer ${service.keys.viewer}` }, retryAttempts: 0 });
    const seen: string[] = [];
    const watching = (async () => {
      for await (const { data } of socket.iterate<{ modelJobProgress: { status: string } }>({ query: 'subscription ($id: ID!) { modelJobProgress(id: $id) { status progress } }', variables: { id } })) seen.push(data!.modelJobProgress.status);
    })();
    await until(id, ({ status, progress }) => status === 'running' && progress > 0);
    await service.gql('mutation ($id: ID!) { cancelModelJob(id: $id) { __typename } }', { variables: { id } });
    await watching;
    await socket.dispose();
    expect([...new Set(seen)].at(-1)).toBe('cancelled');
    expect(await jobOf(id)).toMatchObject({ status: 'cancelled', version: null });
    expect(await service.prisma.upliftModel.findUnique({ where: { name: 'called-off' } })).toBeNull();
    expect(readdirSync(path.join(service.config.data, 'models')).sort()).not.toContain('called-off');
  }, 60_000);

  it('the database refuses to change a version', async () => {
    for (const change of ['UPDATE "UpliftModelVersion" SET "card" = \'{}\'', 'DELETE FROM "UpliftModelVersion"', 'TRUNCATE "UpliftModelVersion" CASCADE']) {
      await expect(service.prisma.$executeRawUnsafe(change)).rejects.toThrow('UpliftModelVersion is append-only');
    }
  });
});

/** The table as it was written first. */
function history(): string {
  writeHistory(service.folder, 'again.csv', 600, 1);
  return ['id,spend,treated,age,country', ...linesOf('again.csv')].join('\r\n');
}
const linesOf = (file: string): string[] => readFileSync(path.join(service.folder, file), 'utf8').trim().split('\n').slice(1);

describe('scoring', () => {
  const ask = (row: object, version?: number) => service.gql('query ($row: JSON!, $version: Int) { scoreUpliftModel(name: "uplift", row: $row, version: $version) { __typename ... on UpliftScore { cate variance version { number } } ... on ValidationFailure { issues { path message } } ... on NotFound { message } } }', { variables: { row, version }, as: 'viewer' });

  it('one unit and a table have the same scores, which analysts may fetch', async () => {
    const { data } = await service.gql(`mutation { scoreUpliftModelTable(name: "uplift", version: 1, source: "history", table: "units", keep: ["id"]) { ... on ModelJob { ${JOB} } } }`);
    const job = await ended(data.scoreUpliftModelTable.id);
    expect(job).toMatchObject({ kind: 'score', status: 'completed', rows: 600, withoutEffect: 0, version: { number: 1 } });
    expect((await get(job.scoresPath, service.keys.viewer)).status).toBe(403);
    const file = path.join(service.folder, 'scores.parquet');
    writeFileSync(file, Buffer.from(await (await get(job.scoresPath, service.keys.analyst)).arrayBuffer()));
    const scores = await rowsOf(file);
    expect(scores.map(([id]) => id)).toEqual(Array.from({ length: 600 }, (_, i) => `u${i}`));
    const [, , , age, country] = linesOf('again.csv')[7]!.split(',');
    const { data: one } = await ask({ age: Number(age), country }, 1);
    expect(one.scoreUpliftModel.version).toEqual({ number: 1 });
    expect(one.scoreUpliftModel.cate).toBeCloseTo(scores[7]![1] as number, 10);
    expect(one.scoreUpliftModel.variance).toBeCloseTo(scores[7]![2] as number, 10);
  });

  it('a unit that cannot be scored is refused field by field', async () => {
    expect((await ask({ age: 'old', country: 'uk' })).data.scoreUpliftModel.issues).toEqual([
      { path: 'row.age', message: 'must be a finite number or null; got "old"' }, { path: 'row.country', message: 'must be one of de, fr, or null; got "uk"' },
    ]);
    expect((await ask({ age: 30, country: null })).data.scoreUpliftModel).toMatchObject({ __typename: 'UpliftScore', version: { number: 2 } });
    expect((await ask({ age: 30, country: 'de' }, 9)).data.scoreUpliftModel.message).toBe('there is no uplift model uplift version 9');
  });

  it('two versions are compared by their cards', async () => {
    const { data } = await service.gql('{ compareUpliftModels(first: { name: "uplift", version: 1 }, second: { name: "large" }) { ... on UpliftModelComparison { sameTrainingData sameFeatures onlyFirst differences { name first second } } } }', { as: 'viewer' });
    expect(data.compareUpliftModels).toMatchObject({ sameTrainingData: false, sameFeatures: true, onlyFirst: [] });
    expect(data.compareUpliftModels.differences).toContainEqual({ name: 'trees', first: '100', second: '1500' });
  });
});

describe('the client of scripts', () => {
  const models = (as: 'admin' | 'viewer' = 'admin') => assay.connect({ url: service.url, key: service.keys[as] }).models;

  it('trains, lists, reads, scores, compares and exports in the words of models in folders, and comes to the same', async () => {
    const shares: number[] = [];
    const trained = await models().train({ ...small, kind: 'dr_learner', name: 'by-script', options: { trees: 30, heldOut: null, rate: null } }, { onProgress: (share) => shares.push(share) });
    expect(shares.at(-1)).toBe(1);
    expect(trained.card).toMatchObject({ name: 'by-script', version: 1, kind: 'dr_learner' });
    const read = await models('viewer').read('by-script');
    expect(read.card).toEqual(trained.card);

    // the same spec on the same columns, in a folder
    const local = await assay.models.train({ name: 'by-script', kind: 'dr_learner', data: path.join(service.folder, 'again.csv'), columns, options: { trees: 30, heldOut: null, rate: null } }, path.join(service.folder, 'models'));
    if ('status' in local) throw new Error(local.detail);
    expect(local.card).toEqual(trained.card);
    const unit = { age: 51.5, country: 'de' };
    expect(await read.score(unit)).toEqual(local.score(unit));

    const versions = (await models('viewer').list()).map(({ name, version }) => `${name} ${version}`);
    expect(versions).toEqual([...versions].sort());
    expect(versions).toEqual(expect.arrayContaining(['by-script 1', 'uplift 1', 'uplift 2']));

    const scores = path.join(service.folder, 'by-script.parquet');
    expect(await trained.scoreTable({ source: 'history', table: 'units' }, scores, { keep: ['id'] })).toEqual({ rows: 600, withoutEffect: 0 });
    await local.scoreFile(path.join(service.folder, 'again.csv'), path.join(service.folder, 'local.parquet'), { keep: ['id'] });
    expect(await rowsOf(scores)).toEqual(await rowsOf(path.join(service.folder, 'local.parquet')));

    const compared = await models().compare({ name: 'uplift', version: 1 }, { name: 'by-script' }, { source: 'history', table: 'many' });
    expect(compared).toMatchObject({ sameFeatures: true, sameTrainingData: true, data: { rows: 2000, judged: { status: 'judged', loss: { status: 'estimated' } } } });
    expect((await models('viewer').compare({ name: 'uplift' }, { name: 'by-script' })).data).toBeNull();

    const [theirs, ours] = [await read.export(path.join(service.folder, 'theirs')), await local.export(path.join(service.folder, 'ours'))];
    for (const file of ['onnx', 'card'] as const) expect(readFileSync(theirs[file]).equals(readFileSync(ours[file]))).toBe(true);
  });

  it('trains and scores a model of outcomes, which has no treatment', async () => {
    const { treatment: _, ...withoutTreatment } = columns;
    const asked = { ...small, kind: 'ridge', name: 'spending', options: {}, columns: withoutTreatment } as const;
    const model = await models().train(asked);
    expect(model.card).toMatchObject({ treatment: null, outputs: ['prediction'], metrics: { average: null, fit: { auc: null } } });
    const near = await model.score({ age: 60, country: 'de' }) as { prediction: number };
    expect(near.prediction).toBeGreaterThan((await model.score({ age: 25, country: 'de' }) as { prediction: number }).prediction);
    await expect(model.score({ age: null, country: 'de' })).rejects.toMatchObject({ code: 'Conflict', message: expect.stringContaining('a number is missing that a linear model cannot do without') });
    await expect(models().train({ ...asked, columns })).rejects.toMatchObject({ issues: [{ path: 'input.columns.treatment', message: expect.stringContaining('is no role of ridge') }] });
    await expect(models().train({ ...asked, kind: 't_learner' })).rejects.toMatchObject({ issues: [{ path: 'input.columns.treatment', message: expect.stringContaining('must name a column') }] });
    expect((await models().compare({ name: 'spending' }, { name: 'uplift' })).differences).toContainEqual({ name: 'treatment', first: 'null', second: 'treated' });
  });

  it('says what the service says: bad input by field, what is not there, what a role may not do, and why a training failed', async () => {
    await expect(models().train({ ...small, kind: 'causal_forest', options: { trees: 1 } })).rejects.toMatchObject({ code: 'ValidationFailure', issues: [{ path: 'input.options.trees' }] });
    await expect(models().train({ ...small, kind: 'causal_forest', columns: { ...columns, covariates: 'agee' } })).rejects.toMatchObject({ code: 'FAILED', message: expect.stringContaining('the nearest is "age"') });
    await expect(models().read('uplift', 9)).rejects.toMatchObject({ code: 'NotFound', message: 'there is no uplift model uplift version 9' });
    await expect((await models('viewer').read('uplift')).score({ age: 'old', country: 'de' })).rejects.toMatchObject({ code: 'ValidationFailure', issues: [{ path: 'row.age', message: expect.stringContaining('must be a finite number') }] });
    await expect((await models('viewer').read('uplift')).scoreTable({ source: 'history', table: 'units' }, 'never.parquet')).rejects.toMatchObject({ code: 'FORBIDDEN', message: expect.stringContaining('needs role analyst') });
  });
});

describe('judging', () => {
  const judge = async (table: string) => (await service.gql(`{ judgeUpliftModels(first: { name: "uplift", version: 1 }, second: { name: "large" }, source: "history", table: "${table}") { ... on UpliftModelDataComparison { rows scored correlation judged { ... on UpliftModelJudgement { n loss { estimate lower upper pValue } } ... on Refusal { detail } } } ... on ValidationFailure { issues { path message } } } }`)).data.judgeUpliftModels;

  it('two versions are judged by the outcomes of a table, where it has them', async () => {
    writeHistory(service.folder, 'fresh.csv', 300, 3);
    writeFileSync(path.join(service.folder, 'customers.csv'), 'age,country\n30,de\n60,fr\n');
    await service.gql('mutation ($folder: String!) { removeSource(name: "history") { __typename } registerSource(name: "history", location: { files: { folder: $folder } }) { __typename } }', { variables: { folder: service.folder } });
    const judged = await judge('fresh');
    expect(judged).toMatchObject({ rows: 300, scored: 300, judged: { n: expect.any(Number) } });
    expect(judged.correlation).toBeGreaterThan(0.8);
    expect(judged.judged.loss.lower).toBeLessThan(judged.judged.loss.upper);
    expect((await judge('customers')).judged.detail).toContain('no column "spend"');
    expect((await judge('orders')).issues).toEqual([{ path: 'table', message: expect.stringContaining('orders has no column "age"') }]);
  });
});

describe('lineage', () => {
  const pinned = (pin: object) => shopPlan(service.folder, { name: 'targeting', arms: [{ name: 'control', weight: 0.5, control: true }, { name: 'treatment', weight: 0.5, models: [{ registry: 'assay', name: 'uplift', version: '1', ...pin }] }] });
  const create = async (plan: object) => (await service.gql('mutation ($plan: JSON!) { createExperiment(plan: $plan) { __typename ... on ValidationFailure { issues { path message } } } }', { variables: { plan } })).data.createExperiment;

  it('an arm pins a version that is there, with its digest or none', async () => {
    expect((await create(pinned({ version: '7' }))).issues).toEqual([{ path: 'plan.arms.1.models.0.version', message: expect.stringContaining('no uplift model uplift version 7') }]);
    expect((await create(pinned({ digest: 'sha256:00' }))).issues).toEqual([{ path: 'plan.arms.1.models.0.digest', message: expect.stringContaining('must be that of uplift version 1') }]);
    expect((await create(pinned({}))).__typename).toBe('Experiment');
    expect((await create(shopPlan(service.folder, { name: 'elsewhere' }))).__typename).toBe('Experiment'); // a registry of others is theirs to check
  });

  it('leads from a version to experiments and decisions, and back', async () => {
    await service.gql('mutation { startExperiment(key: "targeting") { __typename } }');
    const { data } = await service.gql('mutation { analyze(experiment: "targeting") { ... on Analysis { id } } }');
    expect(await service.ended(data.analyze.id)).toMatchObject({ status: 'completed' });
    await service.gql('mutation ($id: ID!) { decide(analysis: $id) { __typename } }', { variables: { id: data.analyze.id } });
    const query = '{ upliftModelVersion(name: "uplift", version: 1) { number experiments { edges { node { key } } } decisions { edges { node { verdict arms { models { name version upliftModelVersion { number digest } } } } } } } modelVersion(registry: "assay", name: "uplift", version: "1") { upliftModelVersion { number model { name } } decisions { totalCount } } other: upliftModelVersion(name: "uplift", version: 2) { experiments { totalCount } decisions { totalCount } } }';
    const { data: lineage } = await service.gql(query, { as: 'viewer' });
    expect(lineage.upliftModelVersion.experiments.edges).toEqual([{ node: { key: 'targeting' } }]);
    expect(lineage.upliftModelVersion.decisions.edges[0].node.arms[1].models[0].upliftModelVersion).toEqual({ number: 1, digest: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(lineage.modelVersion).toEqual({ upliftModelVersion: { number: 1, model: { name: 'uplift' } }, decisions: { totalCount: 1 } });
    expect(lineage.other).toEqual({ experiments: { totalCount: 0 }, decisions: { totalCount: 0 } });
  });
});

async function rowsOf(file: string): Promise<readonly (readonly unknown[])[]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const rows = (await connection.runAndReadAll(`SELECT * FROM '${file}'`)).getRows();
  connection.closeSync();
  instance.closeSync();
  return rows;
}
