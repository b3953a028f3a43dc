import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OFREPProvider } from '@openfeature/ofrep-provider';
import { ErrorCode, OpenFeature, type Client, type JsonValue } from '@openfeature/server-sdk';
import { type Exposure, ExposuresService, MOST_WAITING } from '../../src/service/exposures/exposures.service.js';
import type { Role } from '../../src/service/auth/roles.js';
import { assay } from '../cli/capture.js';
import { shopPlan, writeShop } from './shop.js';
import { startService, type TestService } from './start-service.js';

const FAILURES = '__typename ... on ValidationFailure { message issues { path message } } ... on Conflict { message } ... on NotFound { message }';
const CREATE = `mutation ($definition: JSON!, $experiment: String) { createFlag(definition: $definition, experiment: $experiment) { ${FAILURES} ... on Flag { key latest { revision createdBy definition } experiment { key } } } }`;
const REVISE = `mutation ($key: String!, $base: Int!, $definition: JSON!) { reviseFlag(key: $key, base: $base, definition: $definition) { ${FAILURES} ... on Flag { latest { revision } } } }`;

let service: TestService;
beforeAll(async () => {
  service = await startService();
  writeShop(service.folder);
});
afterAll(async () => {
  await OpenFeature.clearProviders();
  await service.end();
});

const create = async (definition: object, experiment?: string) => (await service.gql(CREATE, { variables: { definition, experiment }, as: 'analyst' })).data.createFlag;
const revise = async (key: string, base: number, definition: object) => (await service.gql(REVISE, { variables: { key, base, definition }, as: 'analyst' })).data.reviseFlag;
const halves = (key: string, more: object = {}) => ({ key, variations: [{ key: 'control', weight: 0.5 }, { key: 'treatment', weight: 0.5 }], ...more });

/** The official SDK with its OFREP provider, against the service. */
async function client(role: Role | 'anonymous' = 'evaluator'): Promise<Client> {
  const headers: [string, string][] = role === 'anonymous' ? [] : [['Authorization', `Bearer ${service.keys[role]}`]];
  await OpenFeature.setProviderAndWait(role, new OFREPProvider({ baseUrl: service.url, headers }));
  return OpenFeature.getClient(role);
}
const post = (address: string, body: string, headers: Record<string, string> = {}) =>
  fetch(`${service.url}/ofrep/v1/evaluate/flags${address}`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${service.keys.evaluator}`, ...headers }, body });

describe('power', () => {
  const ask = async (using: object) => (await service.gql(`query ($using: PlannerChoice!) { power(using: $using) { ${FAILURES} ... on Planning { planner sentence assumptions { name value isDefault } answer {
    __typename ... on FixedHorizonPlanned { units days solvedFor } ... on HistoryPlanned { power falsePositives historyRows } ... on Refusal { reason remedy } } } } }`, { variables: { using }, as: 'analyst' })).data.power;

  it('plans as the command does, and names every default', async () => {
    const planning = await ask({ fixedHorizon: { options: { metric: { proportion: { rate: 0.05 } }, effect: 0.04, power: 0.8, traffic: { unitsPerDay: 8000 } } } });
    expect(planning).toMatchObject({ planner: 'fixed_horizon', answer: { units: 379_872, days: 48, solvedFor: 'units' } });
    expect(planning.sentence).toBe('379,872 units (189,936 and 189,936), 48 days, detect a lift of +4% with power 80%.');
    expect(planning.assumptions).toContainEqual({ name: 'alpha', value: 0.05, isDefault: true });
  });

  it('rehearses on a table of a registered source', async () => {
    await service.gql('mutation ($l: SourceLocation!) { registerSource(name: "shop", location: $l) { __typename } }', { variables: { l: { files: { folder: service.folder } } } });
    const planning = await ask({ history: { source: 'shop', table: 'orders', columns: { value: 'amount' }, options: { effect: 0.1, units: 400, replicates: 100, inference: { method: 'hybrid' } } } });
    expect(planning).toMatchObject({ answer: { __typename: 'HistoryPlanned', historyRows: 600 } });
    expect(await ask({ history: { source: 'shop', table: 'orders', columns: { value: 'amounts' }, options: { effect: 0.1, units: 400 } } }))
      .toMatchObject({ __typename: 'ValidationFailure', message: expect.stringContaining('the nearest is "amount"') });
  });

  it('bad options name their field, a question without an answer is a refusal', async () => {
    expect(await ask({ fixedHorizon: { options: { metric: { proportion: { rate: 1.5 } }, effect: 0.04, power: 0.8 } } }))
      .toMatchObject({ __typename: 'ValidationFailure', issues: [{ path: 'using.fixedHorizon.options.metric.proportion.rate' }] });
    expect(await ask({ fixedHorizon: { options: { metric: { proportion: { rate: 0.5 } }, effect: 1.5, power: 0.8 } } }))
      .toMatchObject({ __typename: 'Planning', answer: { __typename: 'Refusal', reason: 'unsupported_combination' } });
  });
});

describe('flags', () => {
  it('two flags of one layer exclude each other, or the second is a conflict that says what is free', async () => {
    const layer = 'mutation { createLayer(name: "pricing") { __typename ... on Layer { name } ... on Conflict { message } } }';
    expect((await service.gql(layer, { as: 'viewer' })).errors[0].extensions.code).toBe('FORBIDDEN');
    expect((await service.gql(layer, { as: 'analyst' })).data.createLayer).toMatchObject({ __typename: 'Layer' });
    expect((await service.gql(layer, { as: 'analyst' })).data.createLayer).toMatchObject({ __typename: 'Conflict' });
    const on = (key: string, from: number, to: number, name = 'pricing') => ({ assignment: halves(key, { namespace: { name, ranges: [{ from, to }] } }) });
    expect(await create(on('coupons', 0, 0.4, 'nowhere'))).toMatchObject({ __typename: 'NotFound', message: 'there is no layer nowhere' });
    expect(await create(on('coupons', 0, 0.4))).toMatchObject({ __typename: 'Flag' });
    expect(await create(on('discounts', 0.3, 0.6))).toMatchObject({ __typename: 'Conflict', message: 'discounts and coupons would share 10 % of layer pricing; free is 0.4 to 1' });
    expect(await create(on('discounts', 0.4, 1))).toMatchObject({ __typename: 'Flag' });
    const { data } = await service.gql('{ layers { edges { node { name claims { experiment } free { from to } } } } }', { as: 'viewer' });
    expect(data.layers.edges[0].node).toEqual({ name: 'pricing', claims: [{ experiment: 'coupons' }, { experiment: 'discounts' }], free: [] });
    const evaluated = await Promise.all(Array.from({ length: 60 }, async (_, i) => (await post('', JSON.stringify({ context: { targetingKey: `u${i}` } }))).json() as Promise<{ flags: { key: string; variant?: string }[] }>));
    expect(evaluated.map(({ flags }) => flags.filter(({ variant }) => variant !== undefined).length)).toEqual(Array.from({ length: 60 }, () => 1));
  });

  it('an edit is a new revision, a lost update a conflict, a bad definition names its fields', async () => {
    expect(await create({ assignment: halves('colour') })).toMatchObject({ key: 'colour', latest: { revision: 1, createdBy: 'the analyst' } });
    expect(await create({ assignment: halves('colour') })).toMatchObject({ __typename: 'Conflict' });
    expect(await revise('colour', 1, { assignment: halves('colour', { coverage: 0.5 }) })).toEqual({ __typename: 'Flag', latest: { revision: 2 } });
    expect(await revise('colour', 1, { assignment: halves('colour') })).toMatchObject({ __typename: 'Conflict', message: expect.stringContaining('at revision 2, not 1') });
    expect(await revise('colour', 2, { assignment: halves('color') })).toMatchObject({ __typename: 'ValidationFailure', issues: [{ path: 'definition.assignment.key' }] });
    expect((await create({ assignment: halves('a/b'), values: { control: 1, blue: 'x' } })).issues.map(({ path: at }: { path: string }) => at))
      .toEqual(['definition.assignment.key', 'definition.values.treatment', 'definition.values.blue', 'definition.values.blue']);
  });

  it('a flag of an experiment has the arms of its plan, and assigns only while the experiment runs', async () => {
    const made = 'mutation ($plan: JSON!) { createExperiment(plan: $plan) { __typename } }';
    await service.gql(made, { variables: { plan: shopPlan(service.folder, { name: 'checkout' }) } });
    expect(await create({ assignment: halves('checkout', { variations: [{ key: 'control', weight: 0.9 }, { key: 'treatment', weight: 0.1 }] }) }, 'checkout'))
      .toMatchObject({ __typename: 'ValidationFailure', message: expect.stringContaining('variation control has weight 0.9, and plan checkout has 0.5') });
    expect(await create({ assignment: {}, attributes: ['country'] }, 'checkout')).toMatchObject({ key: 'checkout', experiment: { key: 'checkout' }, latest: { definition: { assignment: { variations: [{ key: 'control', weight: 0.5 }, { key: 'treatment', weight: 0.5 }] } } } });
    const reasonNow = async () => (await service.gql('{ assignment(flag: "checkout", unit: "u1") { reason } }', { as: 'viewer' })).data.assignment.reason;
    expect(await reasonNow()).toBe('inactive');
    await service.gql('mutation { startExperiment(key: "checkout") { __typename } }');
    await new Promise((resolve) => setTimeout(resolve, 1100)); // how long flags are believed
    expect(await reasonNow()).toBe('bucket');
  });
});

describe('OpenFeature remote evaluation', () => {
  const exposures = (flag: string) => service.prisma.exposure.findMany({ where: { flag }, orderBy: { id: 'asc' } });

  it('the official SDK gets typed values, variants and reasons, and each first use is an exposure once', async () => {
    await create({ assignment: halves('banner'), values: { control: { text: 'old' }, treatment: { text: 'new' } }, attributes: ['country'] });
    await create({ assignment: halves('fast', { coverage: 0 }), values: { control: false, treatment: true } });
    const app = await client();
    const context = (i: number) => ({ targetingKey: `user-${i}`, country: i % 2 ? 'DE' : 'FR' });
    const details = await Promise.all(Array.from({ length: 40 }, (_, i) => app.getObjectDetails<JsonValue>('banner', { text: 'fallback' }, context(i % 20))));
    expect(new Set(details.map(({ variant }) => variant))).toEqual(new Set(['control', 'treatment']));
    for (const { variant, value, reason, flagMetadata } of details) {
      expect([value, reason]).toEqual([{ text: variant === 'control' ? 'old' : 'new' }, 'SPLIT']);
      expect(flagMetadata).toMatchObject({ assignment: 'bucket', revision: 1, exposureLogged: true });
    }
    const rows = await exposures('banner');
    expect(rows.map(({ unit }) => unit).sort()).toEqual(Array.from({ length: 20 }, (_, i) => `user-${i}`).sort());
    expect(rows.find(({ unit }) => unit === 'user-3')).toMatchObject({ variation: details[3]!.variant, attributes: { country: 'DE' } });
    expect(await app.getBooleanDetails('fast', true, context(1))).toMatchObject({ value: false, reason: 'DEFAULT' });
    expect(await exposures('fast')).toEqual([]);
    expect((await service.gql('{ flag(key: "banner") { exposures { units } } }', { as: 'viewer' })).data.flag.exposures.reduce((sum: number, { units }: { units: number }) => sum + units, 0)).toBe(20);
  });

  it('the SDK falls back to the default of the code, with the error of the protocol', async () => {
    const app = await client();
    expect(await app.getStringDetails('nothing', 'default', { targetingKey: 'u' })).toMatchObject({ value: 'default', errorCode: ErrorCode.FLAG_NOT_FOUND });
    expect(await app.getStringDetails('colour', 'default', {})).toMatchObject({ value: 'default', errorCode: ErrorCode.TARGETING_KEY_MISSING });
    expect(await app.getNumberDetails('colour', 7, { targetingKey: 'u' })).toMatchObject({ value: 7, errorCode: ErrorCode.TYPE_MISMATCH });
    expect(await (await client('anonymous')).getStringDetails('colour', 'default', { targetingKey: 'u' })).toMatchObject({ value: 'default', reason: 'ERROR' });
  });

  it('speaks the protocol: 200, 304, 400, 401, 404, and a key of an application opens nothing else', async () => {
    const body = JSON.stringify({ context: { targetingKey: 'u1' } });
    const status = async (response: Promise<Response>) => (await response).status;
    expect(await status(post('/colour', body))).toBe(200);
    expect(await status(post('/colour', body, { authorization: '' }))).toBe(401);
    expect(await status(post('/nothing', body))).toBe(404);
    for (const [bad, errorCode] of [['{', 'PARSE_ERROR'], ['{"context": 1}', 'INVALID_CONTEXT'], ['{"context": {"targetingKey": 7}}', 'INVALID_CONTEXT'], ['{}', 'TARGETING_KEY_MISSING']] as const) {
      const response = await post('/colour', bad);
      expect([response.status, await response.json()]).toEqual([400, expect.objectContaining({ key: 'colour', errorCode })]);
    }
    const all = await post('', body);
    const etag = all.headers.get('etag')!;
    expect(await status(post('', body, { 'if-none-match': etag }))).toBe(304);
    expect(await status(post('', JSON.stringify({ context: { targetingKey: 'u2' } }), { 'if-none-match': etag }))).toBe(200);
    await revise('colour', 2, { assignment: halves('colour', { coverage: 0.9 }) });
    expect(await status(post('', body, { 'if-none-match': etag }))).toBe(200);
    expect((await service.gql('{ flags { totalCount } }', { as: 'evaluator' })).errors[0].extensions.code).toBe('FORBIDDEN');
    expect((await fetch(`${service.url}/exposures/banner.csv`, { headers: { authorization: `Bearer ${service.keys.evaluator}` } })).status).toBe(403);
  });

  it('a sticky flag keeps exposed units when weights change; without it they move, and both exposures are seen', async () => {
    for (const sticky of [true, false]) {
      const key = sticky ? 'kept' : 'moved';
      await create({ assignment: halves(key), sticky });
      const app = await client();
      const ask = () => Promise.all(Array.from({ length: 30 }, async (_, i) => (await app.getStringDetails(key, '', { targetingKey: `s${i}` })).variant));
      const before = await ask();
      await revise(key, 1, { assignment: halves(key, { variations: [{ key: 'control', weight: 0.01 }, { key: 'treatment', weight: 0.99 }] }), sticky });
      const moved = (await ask()).filter((variant, i) => variant !== before[i]).length;
      expect([key, moved > 0]).toEqual([key, !sticky]);
      expect(await exposures(key)).toHaveLength(30 + moved);
    }
  });

  it('a process that knows nothing of earlier ones writes no exposure twice', async () => {
    const [first] = await exposures('banner');
    const { id: _, ...exposure } = first!;
    const fresh = new ExposuresService(service.prisma, service.app.get(ExposuresService)['log']);
    await Promise.all([fresh.record([exposure as Exposure]), fresh.record([{ ...exposure, exposedAt: new Date() } as Exposure])]);
    expect((await exposures('banner')).filter(({ unit }) => unit === exposure.unit)).toEqual([first]);
  });

  it('while the database is held up exposures wait, beyond the bound callers are sent away with 429, and then all that waited are there', async () => {
    await create({ assignment: halves('flood') });
    const queue = service.app.get(ExposuresService);
    const exposure = (i: number): Exposure => ({ flag: 'flood', bucketVersion: 0, unit: `f${i}`, variation: 'control', revision: 1, exposedAt: new Date(), attributes: {} });
    let waiting: Promise<unknown> = Promise.resolve();
    await service.prisma.$transaction(async (transaction) => {
      await transaction.$executeRaw`LOCK TABLE "Exposure" IN ACCESS EXCLUSIVE MODE`;
      waiting = Promise.all([queue.record([exposure(-1)]), new Promise((resolve) => setTimeout(resolve, 50)).then(() => queue.record(Array.from({ length: MOST_WAITING }, (_, i) => exposure(i))))]);
      await new Promise((resolve) => setTimeout(resolve, 150));
      const response = await post('/flood', JSON.stringify({ context: { targetingKey: 'late' } }));
      expect([response.status, response.headers.get('retry-after')]).toEqual([429, '1']);
    }, { timeout: 10_000 });
    await waiting;
    expect(await service.prisma.exposure.count({ where: { flag: 'flood' } })).toBe(MOST_WAITING + 1);
  });
});

it('from an application with the SDK to exposures, to a plan, to a verdict', async () => {
  const app = await client();
  const context = (i: number) => ({ targetingKey: `buyer-${i}`, country: i % 3 ? 'FR' : 'DE' });
  const arms = await Promise.all(Array.from({ length: 300 }, async (_, i) => (await app.getStringDetails('checkout', '', context(i))).variant));
  const saved = (await service.gql(`mutation { saveExposures(flag: "checkout") { ${FAILURES} ... on SavedExposures { path rows } } }`, { as: 'analyst' })).data.saveExposures;
  expect(saved.rows).toBe(300);
  const served = await (await fetch(`${service.url}/exposures/checkout.csv`, { headers: { authorization: `Bearer ${service.keys.analyst}` } })).text();
  expect(served.split('\n')[0]).toBe('unit,variation,exposed_at,revision,country');
  expect(served.trim().split('\n')).toHaveLength(301);
  const later = new Date(Date.now() + 3_600_000).toISOString();
  writeFileSync(path.join(service.folder, 'bought.csv'), ['user_id,ordered_at,amount', ...arms.map((arm, i) => `buyer-${i},${later},${10 + (i % 7) + (arm === 'treatment' ? 4 : 0)}`), ''].join('\n'));
  const plan = shopPlan(service.folder, {
    source: { kind: 'files', tables: { exposures: { path: saved.path }, orders: { path: path.join(service.folder, 'bought.csv') } } },
    exposures: { unit: 'unit', arm: 'variation', time: 'exposed_at', attributes: ['country'] },
  });
  const file = path.join(service.folder, 'plan.json');
  writeFileSync(file, JSON.stringify(plan));
  const { code, out } = await assay(['analyze', file, '--allow', path.dirname(saved.path)]);
  expect([code, out]).toEqual([0, expect.stringMatching(/ship/i)]);
});
