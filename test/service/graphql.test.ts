import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import { type GraphQLSchema, isInputObjectType, isObjectType, printSchema } from 'graphql';
import { createLogger } from '../../src/service/logger.js';
import { type RunningWorker, runWorker } from '../../src/service/jobs/run-worker.js';
import { interactionsSuite } from './interactions-suite.js';
import { limitsSuite } from './limits-suite.js';
import { CREATE, FAILURES } from './mutations.js';
import { shopPlan, writeShop } from './shop.js';
import { startService, type TestService } from './start-service.js';

const GOLDEN = fileURLToPath(new URL('../../schema.graphql', import.meta.url));
const ANALYZE = `mutation ($experiment: String, $plan: JSON, $asOf: DateTime) { analyze(experiment: $experiment, plan: $plan, asOf: $asOf) { ${FAILURES} ... on Analysis { id status } } }`;

let service: TestService;
let worker: RunningWorker;
let schema: GraphQLSchema;
beforeAll(async () => {
  service = await startService();
  worker = await runWorker(service.config, createLogger(service.config));
  schema = service.app.get(GraphQLSchemaHost).schema;
  writeShop(service.folder);
});
afterAll(async () => {
  await worker.close();
  await service.end();
});

describe('schema', () => {
  it('is the committed one; UPDATE_GOLDEN=1 writes it anew', () => {
    const now = `${printSchema(schema)}\n`;
    if (process.env['UPDATE_GOLDEN']) writeFileSync(GOLDEN, now);
    expect(now).toBe(readFileSync(GOLDEN, 'utf8'));
  });

  it('describes every type, field and argument', () => {
    const silent: string[] = [];
    for (const type of Object.values(schema.getTypeMap())) {
      if (type.name.startsWith('__') || type === schema.getQueryType() || type === schema.getMutationType() || type === schema.getSubscriptionType()) continue;
      if (!type.description) silent.push(type.name);
    }
    for (const type of Object.values(schema.getTypeMap())) {
      if (type.name.startsWith('__') || !(isObjectType(type) || isInputObjectType(type))) continue;
      for (const field of Object.values(type.getFields())) {
        if (!field.description) silent.push(`${type.name}.${field.name}`);
        for (const argument of 'args' in field ? field.args : []) if (!argument.description) silent.push(`${type.name}.${field.name}(${argument.name})`);
      }
    }
    expect(silent).toEqual([]);
  });
});

describe('from an experiment to a decision', () => {
  let analysis: string;

  it('an experiment is created, started and its plan frozen with a hash', async () => {
    const created = (await service.gql(CREATE, { variables: { plan: shopPlan(service.folder) }, as: 'analyst' })).data.createExperiment;
    expect(created).toMatchObject({ __typename: 'Experiment', key: 'checkout', status: 'draft', frozenPlanHash: null });
    const { data } = await service.gql(`mutation { startExperiment(key: "checkout") { ${FAILURES} ... on Experiment { status planHash frozenPlanHash startedAt } } }`, { as: 'analyst' });
    expect(data.startExperiment).toMatchObject({ status: 'running', planHash: created.planHash, frozenPlanHash: created.planHash });
    expect(created.planHash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('analyze queues once, however often it is asked', async () => {
    const answers = await Promise.all([1, 2, 3].map(() => service.gql(ANALYZE, { variables: { experiment: 'checkout' }, as: 'analyst' })));
    const ids = new Set(answers.map(({ data }) => data.analyze.id));
    expect(ids.size).toBe(1);
    analysis = [...ids][0] as string;
    expect(await service.ended(analysis)).toMatchObject({ status: 'completed', error: null });
    const again = (await service.gql(ANALYZE, { variables: { experiment: 'checkout' } })).data.analyze;
    expect(again).toMatchObject({ id: analysis, status: 'completed' });
  });

  it('an analysis answers with checks, effects by metric, arm and segment, SQL and provenance', async () => {
    const { data, errors } = await service.gql(`query ($id: ID!) { analysis(id: $id) {
      exploratory codeVersion seed device resultHash fingerprint { engine digest tables { name rows checksum } }
      queries { title sql } checks { name status blocking sentence pValue } decision { verdict arm reason clauses { kind status sentence } }
      timelines { metric arm points { day n estimate lower upper } }
      all: effects { metric segment { name value } }
      revenue: effects(metrics: ["revenue"], segments: []) { role family segment { name } control { arm n value } treatment { arm n value }
        difference { __typename ... on EffectEstimate { estimate standardError pValue interval { shape lower upper } } ... on Refusal { reason detail remedy } } }
      experiment { key status latestAnalysis { id } } } }`, { variables: { id: analysis }, as: 'viewer' });
    expect(errors).toBeUndefined();
    const found = data.analysis;
    expect(found.decision).toMatchObject({ verdict: 'ship', arm: 'treatment' });
    expect(found.exploratory).toBe(false);
    expect(found.fingerprint.tables.map((table: { name: string; rows: number }) => [table.name, table.rows])).toEqual(expect.arrayContaining([['exposures', 600], ['orders', 600]]));
    expect(found.queries.length).toBeGreaterThan(0);
    expect(found.checks.find((check: { name: string }) => check.name === 'sample_ratio')).toMatchObject({ status: 'pass' });
    expect(found.revenue).toHaveLength(1);
    expect(found.revenue[0]).toMatchObject({ role: 'goal', segment: null, control: { arm: 'control', n: 300 }, treatment: { arm: 'treatment', n: 300 }, difference: { __typename: 'EffectEstimate' } });
    expect(found.revenue[0].difference.estimate).toBeCloseTo(4, 1);
    expect(found.all.filter((row: { segment: unknown }) => row.segment).length).toBeGreaterThanOrEqual(2);
    expect(found.experiment).toMatchObject({ key: 'checkout', status: 'running', latestAnalysis: { id: analysis } });
  });

  it('an analysis by another plan than the frozen one is exploratory and lists the difference', async () => {
    const plan = shopPlan(service.folder, { seed: 7 });
    const { id } = (await service.gql(ANALYZE, { variables: { experiment: 'checkout', plan } })).data.analyze;
    await service.ended(id);
    const { data } = await service.gql('query ($id: ID!) { analysis(id: $id) { exploratory differences { path planned ran } } }', { variables: { id } });
    expect(data.analysis).toEqual({ exploratory: true, differences: [{ path: 'seed', planned: '1', ran: '7' }] });
  });

  it('a decision and its approval are chained, and lead from versions to decisions and back', async () => {
    const decide = `mutation ($analysis: ID!) { decide(analysis: $analysis, comment: "go") { ${FAILURES} ... on Decision { id sequence hash previousHash verdict arm experiment comment createdBy arms { arm models { registry name version } features { store view version } } analysis { id } } } }`;
    const decision = (await service.gql(decide, { variables: { analysis }, as: 'analyst' })).data.decide;
    expect(decision).toMatchObject({
      sequence: 1, previousHash: null, verdict: 'ship', arm: 'treatment', experiment: 'checkout', comment: 'go', createdBy: 'the analyst', analysis: { id: analysis },
      arms: [
        { arm: 'control', models: [{ registry: 'mlflow', name: 'ranker', version: '6' }], features: [] },
        { arm: 'treatment', models: [{ registry: 'mlflow', name: 'ranker', version: '7' }], features: [{ store: 'feast', view: 'basket', version: '3' }] },
      ],
    });
    expect((await service.gql(decide, { variables: { analysis } })).data.decide).toMatchObject({ __typename: 'Conflict', message: expect.stringContaining('decided on already') });

    const approve = `mutation ($id: ID!) { approve(decision: $id) { ${FAILURES} ... on Decision { sequence previousHash approver { name role } } } }`;
    expect((await service.gql(approve, { variables: { id: decision.id } })).data.approve).toMatchObject({ sequence: 2, previousHash: decision.hash, approver: { name: 'the admin', role: 'admin' } });
    expect((await service.gql(approve, { variables: { id: decision.id } })).data.approve).toMatchObject({ __typename: 'Conflict' });

    const { data } = await service.gql(`{
      modelVersion(registry: "mlflow", name: "ranker", version: "7") { runId digest decisions { totalCount edges { node { id } } } }
      featureVersion(store: "feast", view: "basket", version: "3") { schemaHash decisions { edges { node { id } } } }
      unknown: modelVersion(registry: "mlflow", name: "ranker", version: "8") { version }
      byModel: decisions(model: { registry: "mlflow", name: "ranker" }) { totalCount edges { node { approvals { approver { name } } } } }
      none: decisions(model: { registry: "mlflow", name: "ranker", version: "8" }) { totalCount }
      verifyDecisions { intact records lastHash fault }
    }`, { as: 'viewer' });
    expect(data).toMatchObject({
      modelVersion: { runId: 'abc', digest: 'sha256:00', decisions: { totalCount: 1, edges: [{ node: { id: decision.id } }] } },
      featureVersion: { schemaHash: 'ff', decisions: { edges: [{ node: { id: decision.id } }] } },
      unknown: null,
      byModel: { totalCount: 1, edges: [{ node: { approvals: [{ approver: { name: 'the admin' } }] } }] },
      none: { totalCount: 0 },
      verifyDecisions: { intact: true, records: 2, fault: null },
    });
  });

  it('the database itself refuses to change a decision, its pins, or a completed analysis', async () => {
    const statements = [
      `UPDATE "DecisionRecord" SET "verdict" = 'do_not_ship'`, `DELETE FROM "DecisionRecord"`, `TRUNCATE "DecisionRecord" CASCADE`,
      `UPDATE "ModelPin" SET "version" = '8'`, `DELETE FROM "FeaturePin"`, `UPDATE "Analysis" SET "verdict" = 'invalid' WHERE "status" = 'completed'`, `DELETE FROM "Analysis"`,
    ];
    for (const statement of statements) await expect(service.prisma.$executeRawUnsafe(statement)).rejects.toThrow(/refused/);
  });

  it('a record that was changed behind the back of the triggers is named', async () => {
    await service.prisma.$executeRawUnsafe('ALTER TABLE "DecisionRecord" DISABLE TRIGGER decision_record_append_only');
    const { content } = await service.prisma.decisionRecord.findUniqueOrThrow({ where: { sequence: 1 } });
    await service.prisma.decisionRecord.update({ where: { sequence: 1 }, data: { content: content.replace('"go"', '"no"') } });
    const { data } = await service.gql('{ verifyDecisions { intact brokenAt fault } }');
    expect(data.verifyDecisions).toMatchObject({ intact: false, brokenAt: 1, fault: expect.stringContaining('record 1 was changed') });
    await service.prisma.decisionRecord.update({ where: { sequence: 1 }, data: { content } });
    await service.prisma.$executeRawUnsafe('ALTER TABLE "DecisionRecord" ENABLE TRIGGER decision_record_append_only');
    expect((await service.gql('{ verifyDecisions { intact } }')).data.verifyDecisions.intact).toBe(true);
  });

  it('reports are served as HTML, Markdown and JSON, with the decisions taken, to whoever may read', async () => {
    const { hash: decisionHash } = await service.prisma.decisionRecord.findUniqueOrThrow({ where: { sequence: 1 } });
    const headers = { authorization: `Bearer ${service.keys.viewer}` };
    for (const [format, type] of [['html', 'text/html'], ['md', 'text/markdown'], ['json', 'application/json']] as const) {
      const response = await fetch(`${service.url}/reports/${analysis}.${format}`, { headers });
      expect([response.status, response.headers.get('content-type')]).toEqual([200, expect.stringContaining(type)]);
      expect(await response.text()).toContain(decisionHash);
    }
    expect((await fetch(`${service.url}/reports/${analysis}.html`)).status).toBe(401);
    expect((await fetch(`${service.url}/reports/${analysis}.exe`, { headers })).status).toBe(404);
    const { data } = await service.gql(`query ($id: ID!) { report(analysis: $id, format: md) { ${FAILURES} ... on Report { mediaType text path } } }`, { variables: { id: analysis } });
    expect(data.report).toMatchObject({ __typename: 'Report', path: `/reports/${analysis}.md` });
  });

  it('answers from a completed analysis stay the same when asked again, and each role is asked for its key', async () => {
    const query = 'query ($id: ID!) { analysis(id: $id) { status checks { name } effects { metric } } }';
    const first = await service.gql(query, { variables: { id: analysis }, as: 'viewer' });
    expect((await service.gql(query, { variables: { id: analysis }, as: 'viewer' })).body).toEqual(first.body);
    expect((await service.gql(query, { variables: { id: analysis }, as: 'anonymous' })).errors[0].extensions.code).toBe('UNAUTHENTICATED');
    expect((await service.gql(query, { variables: { id: analysis }, headers: { authorization: 'Bearer ak_wrong' } })).errors[0].extensions.code).toBe('UNAUTHENTICATED');
  });

  it('what can still change is never answered from memory', async () => {
    const query = 'query ($id: ID!) { analysis(id: $id) { status experiment { status } } }';
    expect((await service.gql(query, { variables: { id: analysis } })).data.analysis.experiment.status).toBe('running');
    await service.gql('mutation { stopExperiment(key: "checkout") { __typename } }');
    expect((await service.gql(query, { variables: { id: analysis } })).data.analysis.experiment.status).toBe('stopped');
  });
});

describe('expected failures', () => {
  it('a plan that is wrong is refused field by field', async () => {
    const plan = { ...shopPlan(service.folder), name: 'bad', metrics: [{ name: 'revenue', kind: 'mean', fact: 'orders', value: 'amount', window: '7d..0d' }] };
    const { data } = await service.gql(CREATE, { variables: { plan } });
    expect(data.createExperiment).toMatchObject({ __typename: 'ValidationFailure', issues: [{ path: 'plan.metrics.0.window', message: 'must end after it begins' }] });
  });

  it.each([
    ['a missing file', { source: { kind: 'files', tables: { exposures: { path: '/nowhere.csv' }, orders: { path: '/nowhere.csv' } } } }, 'plan.source'],
    ['a database that the plan itself points to', { source: { kind: 'postgres', url: 'env:DATABASE_URL' } }, 'plan.source'],
    ['a source that is not registered', { source: { kind: 'datasource', name: 'nobody' } }, 'plan.source.name'],
    ['a file outside the allowed folders', { source: { kind: 'files', tables: { exposures: { path: '/etc/passwd', format: 'csv' }, orders: { path: '/etc/passwd', format: 'csv' } } } }, 'plan.source'],
  ])('analyze refuses %s at once and names the field', async (_title, parts, path) => {
    const { data } = await service.gql(ANALYZE, { variables: { plan: { ...shopPlan(service.folder), ...parts } } });
    expect(data.analyze).toMatchObject({ __typename: 'ValidationFailure', issues: [{ path: expect.stringContaining(path) }] });
  });

  it('a wrong column fails the analysis with the field of the plan, and leaves no half result', async () => {
    const plan = shopPlan(service.folder, { name: 'typo', exposures: { unit: 'user_idd', arm: 'variant' }, facts: [{ name: 'orders', unit: 'user_id' }], segments: [] });
    const { analyze } = (await service.gql(ANALYZE, { variables: { plan } })).data;
    const outcome = analyze.__typename === 'Analysis' ? await service.ended(analyze.id) : { status: 'failed', error: analyze.message, errorPath: analyze.issues[0].path, decision: null };
    expect(outcome).toMatchObject({ status: 'failed', error: expect.stringContaining('user_id'), errorPath: expect.stringContaining('exposures.unit'), decision: null });
  });

  it('states that do not allow it are conflicts, unknown things are not found', async () => {
    const message = async (mutation: string, field: string) => {
      const answer = (await service.gql(`mutation { ${mutation} { ${FAILURES} } }`)).data[field];
      return `${answer.__typename}: ${answer.message}`;
    };
    expect(await message('startExperiment(key: "checkout")', 'startExperiment')).toBe('Conflict: experiment checkout is stopped; only a draft can be started');
    expect(await message('startExperiment(key: "nobody")', 'startExperiment')).toBe('NotFound: there is no experiment nobody');
    expect(await message('cancelAnalysis(id: "x")', 'cancelAnalysis')).toBe('NotFound: there is no analysis x');
    expect(await message('revokeApiKey(id: "x")', 'revokeApiKey')).toBe('NotFound: there is no API key x');
    expect(await message('decide(analysis: "019ab000-0000-7000-8000-000000000000")', 'decide')).toMatch(/^NotFound/);
    const edited = await service.gql(`mutation ($plan: JSON!) { editExperiment(key: "checkout", plan: $plan) { ${FAILURES} } }`, { variables: { plan: shopPlan(service.folder, { seed: 9 }) } });
    expect(edited.data.editExperiment).toMatchObject({ __typename: 'Conflict', message: expect.stringContaining('was frozen when it started') });
    expect((await service.gql(CREATE, { variables: { plan: shopPlan(service.folder) } })).data.createExperiment).toMatchObject({ __typename: 'Conflict' });
  });
});

describe('shared metrics and sources', () => {
  it('an edit of a metric is a new revision; an experiment keeps the one it was made with; a lost update is a conflict', async () => {
    const definition = { name: 'big_orders', kind: 'count', fact: 'orders', where: [{ column: 'amount', op: 'gt', value: 12 }] };
    const metric = '... on Metric { name latest { revision createdBy } revisions { revision definition } }';
    expect((await service.gql(`mutation ($d: JSON!) { createMetric(definition: $d) { ${FAILURES} ${metric} } }`, { variables: { d: definition }, as: 'analyst' })).data.createMetric).toMatchObject({ latest: { revision: 1, createdBy: 'the analyst' } });
    const plan = shopPlan(service.folder, { name: 'with_shared' });
    const made = (await service.gql(CREATE, { variables: { plan, metrics: [{ name: 'big_orders' }] } })).data.createExperiment;
    expect(made.plan.metrics.map((m: { name: string }) => m.name)).toEqual(['revenue', 'ordered', 'big_orders']);

    const revise = `mutation ($d: JSON!, $base: Int!) { reviseMetric(name: "big_orders", base: $base, definition: $d) { ${FAILURES} ${metric} } }`;
    const stricter = { ...definition, where: [{ column: 'amount', op: 'gt', value: 15 }] };
    expect((await service.gql(revise, { variables: { d: stricter, base: 1 } })).data.reviseMetric).toMatchObject({ latest: { revision: 2 } });
    expect((await service.gql(revise, { variables: { d: definition, base: 1 } })).data.reviseMetric).toMatchObject({ __typename: 'Conflict', message: expect.stringContaining('at revision 2, not 1') });
    const { data } = await service.gql('{ experiment(key: "with_shared") { plan } metric(name: "big_orders") { revisions { revision } } }');
    expect(data.experiment.plan.metrics[2].where[0].value).toBe(12);
    expect(data.metric.revisions).toEqual([{ revision: 2 }, { revision: 1 }]);
  });

  it('a registered folder is a source by name; a folder outside the allowed ones is refused', async () => {
    const register = `mutation ($name: String!, $location: SourceLocation!) { registerSource(name: $name, location: $location) { ${FAILURES} ... on Source { name kind tables createdBy } } }`;
    const good = await service.gql(register, { variables: { name: 'shop', location: { files: { folder: service.folder } } } });
    expect(good.data.registerSource).toMatchObject({ __typename: 'Source', kind: 'files', tables: ['exposures', 'orders'] });
    for (const folder of ['/etc', `${service.folder}/../data`]) {
      expect((await service.gql(register, { variables: { name: 'other', location: { files: { folder } } } })).data.registerSource)
        .toMatchObject({ __typename: 'ValidationFailure', issues: [{ path: 'location.files.folder' }] });
    }
    const climbing = { files: { folder: service.folder, tables: { secret: { path: '../../secret.csv' } } } };
    expect((await service.gql(register, { variables: { name: 'other', location: climbing } })).data.registerSource).toMatchObject({ issues: [{ path: 'location.files.tables.secret.path' }] });

    const plan = shopPlan(service.folder, { name: 'by_name', source: { kind: 'datasource', name: 'shop' } });
    const { id } = (await service.gql(ANALYZE, { variables: { plan } })).data.analyze;
    expect(await service.ended(id)).toMatchObject({ status: 'completed', decision: { verdict: 'ship' } });
  });

  it('a registered estimator runs on a table with typed columns and options', async () => {
    const query = 'query ($using: EstimatorChoice!) { estimate(source: "shop", table: "orders", using: $using) { __typename ... on Estimation { estimator rows sha256 options answer { __typename } } ... on ValidationFailure { issues { path message } } } }';
    const { data } = await service.gql('{ estimators { name field title estimand references roles { name kind required } options } }', { as: 'viewer' });
    expect(data.estimators.map((e: { name: string }) => e.name)).toContain('welch');
    const wrong = await service.gql(query, { variables: { using: { welch: { columns: { outcome: 'amountt', treatment: 'user_id' } } } } });
    expect(wrong.data.estimate).toMatchObject({ __typename: 'ValidationFailure' });
    expect((await service.gql(query, { variables: { using: {} } })).errors[0].message).toMatch(/[Ee]xactly one/);
  });
});

it('a forest grows apart from the requests, and its covariates may have gaps', async () => {
  const folder = path.join(service.folder, 'trial');
  mkdirSync(folder);
  const rows = Array.from({ length: 400 }, (_, i) => [((i * 29) % 17) / 10 + (i % 2), i % 2, i % 5 === 0 ? '' : (i * 37) % 101].join(','));
  writeFileSync(path.join(folder, 'units.csv'), ['y,w,x', ...rows, ''].join('\n'));
  await service.gql('mutation ($folder: String!) { registerSource(name: "trial", location: { files: { folder: $folder } }) { __typename } }', { variables: { folder } });
  const query = 'query ($using: EstimatorChoice!) { estimate(source: "trial", table: "units", using: $using) { __typename ... on Estimation { rows droppedRows answer { ... on CausalForestEstimate { average { estimate interval { lower upper } } importance { name share } } } } } }';
  const causalForest = { columns: { outcome: 'y', treatment: 'w', covariates: ['x'] }, options: { trees: 100, propensity: 0.5 } };
  const growing = service.gql(query, { variables: { using: { causalForest } } });
  expect((await service.gql('{ me { name } }')).status).toBe(200);
  const { answer, ...read } = (await growing).data.estimate;
  expect(read).toEqual({ __typename: 'Estimation', rows: 400, droppedRows: 0 });
  expect(answer).toMatchObject({ importance: [{ name: 'x', share: 1 }], average: { estimate: expect.any(Number) } });
  expect(Math.abs(answer.average.estimate - 1)).toBeLessThan(0.2);
});

limitsSuite(() => service);

interactionsSuite(() => service);
