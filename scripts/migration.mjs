#!/usr/bin/env node
/**
 * Writes the migration from prisma/migrations/schema.snapshot.prisma to prisma/schema.prisma, without Prisma's native engine.
 *
 *   node scripts/migration.mjs NAME      writes prisma/migrations/<time>_NAME/migration.sql and renews the snapshot
 *   node scripts/migration.mjs --check   prints the difference; exit code 1 when there is one
 *
 * What Prisma cannot say (triggers, checks) is added to migration.sql by hand.
 */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import * as binding from '@prisma/schema-engine-wasm/schema_engine_bg';

const PRISMA = fileURLToPath(new URL('../prisma/', import.meta.url));
const SCHEMA = path.join(PRISMA, 'schema.prisma');
const SNAPSHOT = path.join(PRISMA, 'migrations', 'schema.snapshot.prisma');

/** SQL that leads from the snapshot to the schema; empty when they agree. The engine wants a server to talk to, and reads nothing there. */
export async function schemaDifference(connectionString) {
  const require = createRequire(import.meta.url);
  const wasm = path.join(path.dirname(require.resolve('@prisma/schema-engine-wasm/schema_engine_bg')), 'schema_engine_bg.wasm');
  const { instance } = await WebAssembly.instantiate(readFileSync(wasm), { './schema_engine_bg.js': binding });
  binding.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start?.();
  const model = (file) => [{ path: 'schema.prisma', content: readFileSync(file, 'utf8') }];
  const adapter = bindMigrationAwareSqlAdapterFactory(new PrismaPg({ connectionString }));
  const engine = await binding.SchemaEngine.new({ datamodels: model(SCHEMA).map((file) => [file.path, file.content]) }, () => {}, adapter);
  const { exitCode, stdout } = await engine.diff({
    from: existsSync(SNAPSHOT) ? { tag: 'schemaDatamodel', files: model(SNAPSHOT) } : { tag: 'empty' },
    to: { tag: 'schemaDatamodel', files: model(SCHEMA) },
    script: true, exitCode: true, filters: { externalTables: [], externalEnums: [] },
  });
  return exitCode === 2 ? stdout : '';
}

async function main(argument) {
  if (!argument || !/^(--check|[a-z][a-z0-9_]*)$/.test(argument)) throw new Error('usage: node scripts/migration.mjs NAME | --check');
  const { embeddedPostgres } = await import('../dist/service/database/embedded-postgres.js');
  const folder = mkdtempSync(path.join(tmpdir(), 'migration-'));
  const server = process.env.DATABASE_URL ? undefined : await embeddedPostgres(path.join(folder, 'pg'));
  try {
    const sql = await schemaDifference(process.env.DATABASE_URL ?? server.url);
    if (argument === '--check') {
      process.stdout.write(sql);
      process.exitCode = sql ? 1 : 0;
    } else if (sql) {
      const name = `${new Date().toISOString().replace(/\D/g, '').slice(0, 14)}_${argument}`;
      mkdirSync(path.join(PRISMA, 'migrations', name));
      writeFileSync(path.join(PRISMA, 'migrations', name, 'migration.sql'), sql);
      copyFileSync(SCHEMA, SNAPSHOT);
      console.log(`prisma/migrations/${name}/migration.sql`);
    } else console.log('the schema has not changed');
  } finally {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv[2]);
