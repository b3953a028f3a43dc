import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiKeysService } from '../../src/service/auth/api-keys.service.js';
import { type Role, roles } from '../../src/service/auth/roles.js';
import type { Config } from '../../src/service/config.js';
import { PrismaService } from '../../src/service/database/prisma.service.js';
import { serve, type Service } from '../../src/service/serve.js';
import { newDatabase } from '../database.js';

// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Anything = any;
export interface Answer { readonly status: number; readonly body: Anything; readonly data: Anything; readonly errors: Anything }
export interface Ask { readonly variables?: object; readonly as?: Role | 'anonymous'; readonly headers?: Record<string, string> }

export interface TestService extends Service {
  /** a folder from which the service may read */
  readonly folder: string;
  readonly keys: Readonly<Record<Role, string>>;
  readonly prisma: PrismaService;
  /** asks GraphQL, as an admin unless told */
  gql(query: string, ask?: Ask): Promise<Answer>;
  /** asks GraphQL until the analysis has ended */
  ended(id: string): Promise<Anything>;
  /** closes the service and removes its data */
  end(): Promise<void>;
}

/** A service on a database of its own, without worker processes unless they are asked for. */
export async function startService(options: Partial<Config> = {}): Promise<TestService> {
  const folder = mkdtempSync(path.join(tmpdir(), 'assay-service-'));
  const tables = path.join(folder, 'tables');
  mkdirSync(tables);
  const service = await serve({ port: 0, data: path.join(folder, 'data'), allowedFolders: [tables], workers: 0, logLevel: (process.env.LOG_LEVEL ?? 'silent') as Config['logLevel'], demo: false, databaseUrl: await newDatabase(), redisUrl: undefined, ...options });
  const made = await Promise.all(roles.map(async (role) => [role, (await service.app.get(ApiKeysService).create(`the ${role}`, role)).secret] as const));
  const keys = Object.fromEntries(made) as Record<Role, string>;
  const test: TestService = {
    ...service, folder: tables, keys,
    prisma: service.app.get(PrismaService),
    async ended(id) {
      for (;;) {
        const { data } = await test.gql('query ($id: ID!) { analysis(id: $id) { id status message error errorPath decision { verdict } } }', { variables: { id } });
        if (['completed', 'failed', 'cancelled'].includes(data.analysis.status)) return data.analysis;
        await sleep(50);
      }
    },
    async gql(query, { variables = {}, as = 'admin', headers = {} } = {}) {
      const response = await fetch(`${service.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(as !== 'anonymous' && { authorization: `Bearer ${keys[as]}` }), ...headers },
        body: JSON.stringify({ query, variables }),
      });
      const body = await response.json() as Anything;
      return { status: response.status, body, data: body.data, errors: body.errors };
    },
    async end() {
      await service.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return test;
}
