import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import { buildSchema, getNamedType, type GraphQLArgument, type GraphQLField, isCompositeType, isEnumType, isInputObjectType, isListType, isNonNullType, isRequiredArgument } from 'graphql';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { ApiKeysService } from '../../src/service/auth/api-keys.service.js';
import { type Role, roles } from '../../src/service/auth/roles.js';
import { startService, type TestService } from './start-service.js';

/** The least role of every operation, written down a second time: a new one must be added here on purpose. */
const LEAST: Readonly<Record<string, Role>> = {
  analyses: 'viewer', analysis: 'viewer', analysisProgress: 'viewer', decision: 'viewer', decisions: 'viewer', estimators: 'viewer', experiment: 'viewer', experiments: 'viewer',
  assignment: 'viewer', featureVersion: 'viewer', flag: 'viewer', flags: 'viewer', layers: 'viewer', me: 'viewer', metric: 'viewer', metrics: 'viewer', modelVersion: 'viewer', planners: 'viewer', report: 'viewer', sources: 'viewer', verifyDecisions: 'viewer',
  compareUpliftModels: 'viewer', modelJob: 'viewer', modelJobProgress: 'viewer', modelJobs: 'viewer', scoreUpliftModel: 'viewer', upliftModel: 'viewer', upliftModelVersion: 'viewer', upliftModels: 'viewer',
  cancelModelJob: 'analyst', judgeUpliftModels: 'analyst', retryModelJob: 'analyst', scoreUpliftModelTable: 'analyst', trainUpliftModel: 'analyst',
  analyze: 'analyst', approve: 'analyst', archiveExperiment: 'analyst', cancelAnalysis: 'analyst', createExperiment: 'analyst', createMetric: 'analyst', decide: 'analyst',
  editExperiment: 'analyst', archiveFlag: 'analyst', createFlag: 'analyst', createLayer: 'analyst', reviseFlag: 'analyst', saveExposures: 'analyst', estimate: 'analyst', interactions: 'analyst', power: 'analyst', retryAnalysis: 'analyst', reviseMetric: 'analyst', startExperiment: 'analyst', stopExperiment: 'analyst',
  apiKeys: 'admin', createApiKey: 'admin', registerSource: 'admin', removeSource: 'admin', revokeApiKey: 'admin',
};

const schema = buildSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));
const operations = [
  ...Object.values(schema.getQueryType()!.getFields()).map((field) => ({ kind: 'query', field })),
  ...Object.values(schema.getMutationType()!.getFields()).map((field) => ({ kind: 'mutation', field })),
];

/** Any literal that fits the type: the guard comes before what it means. */
function literalOf(type: GraphQLArgument['type']): string {
  if (isNonNullType(type)) return literalOf(type.ofType);
  if (isListType(type)) return '[]';
  if (isEnumType(type)) return type.getValues()[0]!.name;
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields());
    const needed = type.isOneOf ? fields.slice(0, 1) : fields.filter((field) => isNonNullType(field.type) && field.defaultValue === undefined);
    return `{ ${needed.map((field) => `${field.name}: ${literalOf(field.type)}`).join(', ')} }`;
  }
  return ['Int', 'Float', 'SafeInt'].includes(getNamedType(type).name) ? '1' : type.toString() === 'DateTime' ? '"2026-01-01T00:00:00Z"' : '"x"';
}
function callOf(kind: string, field: GraphQLField<unknown, unknown>): string {
  const given = field.args.filter(isRequiredArgument).map((argument) => `${argument.name}: ${literalOf(argument.type)}`);
  const selection = isCompositeType(getNamedType(field.type)) ? ' { __typename }' : '';
  return `${kind} { ${field.name}${given.length ? `(${given.join(', ')})` : ''}${selection} }`;
}

let service: TestService;
beforeAll(async () => { service = await startService(); });
afterAll(() => service.end());

const codeOf = async (query: string, as: Role | 'anonymous', headers: Record<string, string> = {}): Promise<string> =>
  (await service.gql(query, { as, headers })).errors?.[0].extensions.code ?? 'allowed';

describe('roles', () => {
  it('the role of every operation is written down here', () => {
    const live = service.app.get(GraphQLSchemaHost).schema;
    const names = [live.getQueryType(), live.getMutationType(), live.getSubscriptionType()].flatMap((type) => Object.keys(type!.getFields()));
    expect(names.sort()).toEqual(Object.keys(LEAST).sort());
  });

  it.each(operations.map(({ kind, field }) => [field.name, callOf(kind, field)] as const))('%s is refused without a key and below its role, and allowed from there on', async (name, call) => {
    expect(await codeOf(call, 'anonymous')).toBe('UNAUTHENTICATED');
    for (const role of roles) {
      const code = await codeOf(call, role);
      const mayCall = roles.indexOf(role) >= roles.indexOf(LEAST[name]!);
      expect([role, code === 'FORBIDDEN']).toEqual([role, !mayCall]);
      expect(code).not.toBe('UNAUTHENTICATED');
    }
  });

  it('a revoked key is refused at once, a wrong one always', async () => {
    const { data } = await service.gql('mutation { createApiKey(name: "short-lived", role: viewer) { ... on NewApiKey { secret key { id name role revokedAt } } } }');
    const headers = { authorization: `Bearer ${data.createApiKey.secret}` };
    expect(await codeOf('{ me { name } }', 'anonymous', headers)).toBe('allowed');
    await service.gql(`mutation { revokeApiKey(id: "${data.createApiKey.key.id}") { ... on ApiKey { revokedAt } } }`);
    expect(await codeOf('{ me { name } }', 'anonymous', headers)).toBe('UNAUTHENTICATED');
    for (const wrong of ['Bearer ak_nonsense', 'Bearer ', 'Basic YTpi', 'ak_nonsense', `${service.keys.admin}`]) {
      expect(await codeOf('{ me { name } }', 'anonymous', { authorization: wrong })).toBe('UNAUTHENTICATED');
    }
  });

  it('the database holds hashes of keys and no key', async () => {
    const rows = await service.prisma.apiKey.findMany();
    expect(rows.every((row) => /^[0-9a-f]{64}$/.test(row.hash))).toBe(true);
    expect(JSON.stringify(rows)).not.toContain('ak_');
  });

  it('the first start makes an admin key and no later one does', async () => {
    expect(service.adminKey).toMatch(/^ak_[A-Za-z0-9_-]{43}$/);
    expect(await codeOf('{ apiKeys { totalCount } }', 'anonymous', { authorization: `Bearer ${service.adminKey}` })).toBe('allowed');
    expect(await service.app.get(ApiKeysService).ensureAdmin(undefined)).toBeUndefined();
  });
});

describe('demo', () => {
  let demo: TestService;
  beforeAll(async () => { demo = await startService({ demo: true }); });
  afterAll(() => demo.end());

  /** As fetch cannot: with a Host and an Origin of one's own. */
  const raw = (headers: string): Promise<string> => new Promise((resolve, reject) => {
    const body = JSON.stringify({ query: '{ me { name role } }' });
    const socket = connect(Number(new URL(demo.url).port), '127.0.0.1', () => socket.end(`POST /graphql HTTP/1.1\r\n${headers}Content-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`));
    let answer = '';
    socket.on('data', (chunk) => { answer += String(chunk); }).on('end', () => resolve(answer)).on('error', reject);
  });

  it('whoever calls from this machine without a key is an analyst, and not an admin', async () => {
    expect((await demo.gql('{ me { name role keyId } }', { as: 'anonymous' })).data.me).toEqual({ name: 'demo', role: 'analyst', keyId: null });
    expect((await demo.gql('{ apiKeys { totalCount } }', { as: 'anonymous' })).errors[0].extensions.code).toBe('FORBIDDEN');
  });

  it('a web page of another site, a rebound name and a proxy are nobody', async () => {
    expect(await raw('Host: 127.0.0.1\r\n')).toContain('"role":"analyst"');
    for (const headers of ['Host: evil.example\r\n', 'Host: 127.0.0.1\r\nOrigin: https://evil.example\r\n', 'Host: 127.0.0.1\r\nX-Forwarded-For: 10.0.0.1\r\n']) {
      expect(await raw(headers)).toContain('UNAUTHENTICATED');
    }
  });

  it('a wrong key is refused, and not taken for none', async () => {
    expect((await demo.gql('{ me { name } }', { as: 'anonymous', headers: { authorization: 'Bearer ak_wrong' } })).errors[0].extensions.code).toBe('UNAUTHENTICATED');
  });
});
