import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import type { Plan, Source } from '../../experiment/plan.js';
import { collect } from '../collect.js';
import { duckdb } from '../dialects/duckdb.js';
import type { WarehouseOptions } from '../open.js';
import type { CollectOptions, Warehouse } from '../warehouse.js';
import { loadArrow } from './arrow.js';
import { readable } from './duckdb-errors.js';
import { duckdbSession } from './duckdb-session.js';
import { fileTable, type FileTable } from './files.js';
import { readerOf, strictReads } from './readers.js';

type FileSource = Extract<Source, { kind: 'files' }>;

/** DuckDB over local files. SQL of a plan can read the files of its source and nothing else. */
export async function openFiles(source: FileSource, options: WarehouseOptions): Promise<Warehouse> {
  const spill = mkdtempSync(path.join(options.tempFolder ?? tmpdir(), 'assay-duckdb-'));
  let instance: DuckDBInstance | undefined;
  const close = async () => {
    instance?.closeSync();
    instance = undefined;
    rmSync(spill, { recursive: true, force: true });
  };
  try {
    instance = await DuckDBInstance.create(':memory:', {
      memory_limit: options.memoryLimit ?? '4GB',
      ...(options.threads === undefined ? {} : { threads: String(options.threads) }),
      temp_directory: spill,
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      allow_community_extensions: 'false',
    });
    const connection = await instance.connect();
    const tables = await registerTables(connection, source, options);
    await lock(connection, tables, spill);
    connection.closeSync();
    const opened = instance;
    const session = async (collecting: CollectOptions) => duckdbSession(await opened.connect(), tables, collecting);
    return {
      async collect(plan: Plan, collecting: CollectOptions = {}) {
        const current = await session(collecting);
        try {
          const [collected, fingerprint] = await bothOrFirstFailure(collect(current, plan, collecting), current.fingerprint(plan));
          return { ...collected, fingerprint, queries: current.queries };
        } finally { await current.end(); }
      },
      async fingerprint(plan: Plan, collecting: CollectOptions = {}) {
        const current = await session(collecting);
        try { return await current.fingerprint(plan); } finally { await current.end(); }
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Waits for both, so that nothing still runs on the connection when it is closed. */
async function bothOrFirstFailure<A, B>(a: Promise<A>, b: Promise<B>): Promise<[A, B]> {
  const [first, second] = await Promise.allSettled([a, b]);
  if (first.status === 'rejected') throw first.reason;
  if (second.status === 'rejected') throw second.reason;
  return [first.value, second.value];
}

async function registerTables(connection: DuckDBConnection, source: FileSource, options: WarehouseOptions): Promise<Map<string, FileTable>> {
  await connection.run("set TimeZone = 'UTC'");
  const glob = async (pattern: string) => (await connection.runAndReadAll(`select file from glob(${duckdb.text(pattern)}) order by file`)).getRows().map(([file]) => String(file));
  const tables = new Map<string, FileTable>();
  for (const [name, table] of Object.entries(source.tables)) {
    const path = options.overrides?.[name] ?? table.path;
    tables.set(name, await fileTable(name, { ...table, path }, options.allowedFolders, glob));
  }
  for (const table of tables.values()) {
    const failed = (error: unknown) => readable(error, `table ${table.name}`, table.field);
    try { await register(connection, table); } catch (error) {
      // a dialect that cannot be guessed says nothing about where: read once more, told what to expect
      for (const sql of /sniffing/.test(String(error)) ? await strictReads(table) : []) await connection.run(sql).catch((line: unknown) => { throw failed(line); });
      throw failed(error);
    }
  }
  return tables;
}

/** A view; a table where rows must keep their numbers or the format cannot be read in place. */
async function register(connection: DuckDBConnection, table: FileTable): Promise<void> {
  const name = duckdb.quote(table.name);
  if (table.format === 'arrow') {
    await loadArrow(connection, table);
    if (table.rowNumber === undefined) return;
    await connection.run(`create or replace table ${name} as select row_number() over () - 1 as ${duckdb.quote(table.rowNumber)}, * from ${name}`);
  } else if (table.rowNumber === undefined) {
    await connection.run(`create view ${name} as select * from ${await readerOf(table)}`);
  } else {
    await connection.run(`create table ${name} as select row_number() over () - 1 as ${duckdb.quote(table.rowNumber)}, * from ${await readerOf(table)}`);
  }
}

/** From here on the engine opens only these files and its own spill folder, loads nothing, and takes no setting. */
async function lock(connection: DuckDBConnection, tables: ReadonlyMap<string, FileTable>, spill: string): Promise<void> {
  const files = [...tables.values()].flatMap(({ paths }) => paths);
  await connection.run(`set allowed_paths = [${files.map(duckdb.text).join(', ')}]`);
  await connection.run(`set allowed_directories = [${duckdb.text(spill)}]`);
  await connection.run('set enable_external_access = false');
  await connection.run('set lock_configuration = true');
}
