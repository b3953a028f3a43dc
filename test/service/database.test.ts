import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { Prisma, PrismaClient } from '../../src/generated/prisma/client.js';
import { embeddedPostgres, type EmbeddedPostgres } from '../../src/service/database/embedded-postgres.js';
import { migrate } from '../../src/service/database/migrate.js';
// @ts-expect-error a script without types
import { schemaDifference } from '../../scripts/migration.mjs';

const folder = mkdtempSync(path.join(tmpdir(), 'assay-migrate-'));
chmodSync(folder, 0o755); // the account of the server must be able to enter it
let server: EmbeddedPostgres;
let starters: readonly EmbeddedPostgres[];

beforeAll(async () => {
  starters = await Promise.all([1, 2, 3].map(() => embeddedPostgres(path.join(folder, 'pg'), 'first')));
  server = starters.find(({ started }) => started)!;
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const anotherDatabase = async (name: string) => (await embeddedPostgres(path.join(folder, 'pg'), name)).url;
async function query<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return (await client.query<Row>(sql).finally(() => client.end())).rows;
}
function migrationsFolder(files: Record<string, string>): string {
  const root = mkdtempSync(path.join(folder, 'migrations-'));
  for (const [name, sql] of Object.entries(files)) {
    mkdirSync(path.join(root, name));
    writeFileSync(path.join(root, name, 'migration.sql'), sql);
  }
  return root;
}

describe('embeddedPostgres', () => {
  it('a second caller joins the running server instead of starting one', async () => {
    const second = await embeddedPostgres(path.join(folder, 'pg'), 'first');
    expect(second).toMatchObject({ started: false, url: server.url });
    await second.stop();
    expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('three starters at once make one server', () => {
    expect(starters.filter((s) => s.started)).toHaveLength(1);
    expect(new Set(starters.map((s) => s.url)).size).toBe(1);
  });

  it('comes back with its data after the server was killed, and says which file is missing when its password is lost', async () => {
    const data = path.join(folder, 'killed');
    const before = await embeddedPostgres(data);
    await query(before.url, 'create table kept as select 7 as seven');
    process.kill(Number(readFileSync(path.join(data, 'postmaster.pid'), 'utf8').split('\n')[0]), 'SIGKILL');
    const after = await embeddedPostgres(data);
    expect(after.started).toBe(true);
    expect(await query(after.url, 'select seven from kept')).toEqual([{ seven: 7 }]);
    await after.stop();
    rmSync(`${data}.secret`);
    await expect(embeddedPostgres(data)).rejects.toThrow(`lost its password file ${data}.secret`);
  });
});

describe('migrate', () => {
  it('applies every migration once, and none the second time', async () => {
    const url = await anotherDatabase('twice');
    expect((await migrate(url)).length).toBeGreaterThan(0);
    expect(await migrate(url)).toEqual([]);
    const rows = await query(url, 'select applied_steps_count, finished_at is not null as finished, length(checksum) as checksum from _prisma_migrations');
    expect(rows).toEqual(rows.map(() => ({ applied_steps_count: 1, finished: true, checksum: 64 })));
  });

  it('two services that start together migrate once', async () => {
    const url = await anotherDatabase('together');
    const applied = await Promise.all([migrate(url), migrate(url)]);
    expect(applied.map((names) => names.length).sort()).toEqual([0, applied.flat().length]);
  });

  it('a migration that fails is recorded, named, and stops those after it until somebody mends it', async () => {
    const url = await anotherDatabase('broken');
    const migrations = migrationsFolder({ '1_good': 'create table good (id int)', '2_bad': 'create table bad (id nonsense)', '3_later': 'create table later (id int)' });
    await expect(migrate(url, migrations)).rejects.toThrow('P3018: migration 2_bad failed: type "nonsense" does not exist');
    await expect(migrate(url, migrations)).rejects.toThrow('P3009: migration 2_bad failed earlier');
    expect(await query(url, `select table_name from information_schema.tables where table_name in ('good', 'bad', 'later')`)).toEqual([{ table_name: 'good' }]);
    expect(await query(url, `select logs like '%nonsense%' as logged from _prisma_migrations where migration_name = '2_bad'`)).toEqual([{ logged: true }]);
  });

  it('the committed migrations lead to the committed schema: snapshot and schema agree', async () => {
    expect(await schemaDifference(server.url)).toBe('');
  });

  it('a migrated database has every table and column that the client asks for, and no other', async () => {
    const url = await anotherDatabase('drift');
    await migrate(url);
    const found = await query<{ name: string }>(url, `select table_name || '.' || column_name as name from information_schema.columns where table_schema = 'public' and table_name <> '_prisma_migrations' order by 1`);
    const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: url }) });
    const asked = Object.entries(Prisma.ModelName).flatMap(([model]) => Object.keys(Prisma[`${model}ScalarFieldEnum` as 'ApiKeyScalarFieldEnum']).map((column) => `${model}.${column}`));
    for (const model of Object.keys(Prisma.ModelName)) {
      const delegate = prisma[`${model[0]!.toLowerCase()}${model.slice(1)}` as 'apiKey'];
      expect(await delegate.findFirst()).toBeNull();
    }
    await prisma.$disconnect();
    expect(found.map(({ name }) => name).sort()).toEqual(asked.sort());
  });
});
