import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import type { Plan } from '../../experiment/plan.js';
import type { ExecutedQuery } from '../../experiment/summaries.js';
import { duckdb } from '../dialects/duckdb.js';
import { nearest } from '../nearest.js';
import type { Column } from '../relation.js';
import { relationsOf } from '../inputs.js';
import type { Located, RelationRef, Row, Session } from '../session.js';
import { singleSelect } from '../single-select.js';
import { DataError, type CollectOptions } from '../warehouse.js';
import { checkDuckdbTimes } from './duckdb-times.js';
import { columnType } from './duckdb-types.js';
import { readable } from './duckdb-errors.js';
import { fileFingerprint } from './file-fingerprint.js';
import type { FileTable } from './files.js';

/** One collection on one connection of its own; temporary tables live as long as it does. */
export function duckdbSession(connection: DuckDBConnection, tables: ReadonlyMap<string, FileTable>, { signal }: CollectOptions): Session {
  const queries: ExecutedQuery[] = [];
  const run = async (title: string, sql: string, path?: string): Promise<Row[]> => {
    signal?.throwIfAborted();
    const interrupt = () => connection.interrupt();
    signal?.addEventListener('abort', interrupt);
    try {
      const result = await connection.runAndReadAll(sql);
      return result.getRowObjects().map(plainRow);
    } catch (error) {
      signal?.throwIfAborted();
      throw readable(error, title, path);
    } finally { signal?.removeEventListener('abort', interrupt); }
  };
  const logged = async (title: string, sql: string): Promise<Row[]> => { queries.push({ title, sql }); return run(title, sql); };
  return {
    dialect: duckdb,
    queries,
    async locate(ref) {
      if (ref.sql !== undefined) return located(`the query of ${ref.entry}`, `(${await checkedSelect(connection, ref)}\n)`);
      const table = tableOf(ref, tables);
      return located(`table ${table.name}`, duckdb.quote(table.name), table);
    },
    async columns({ title, from }, path) {
      const rows = await run(title, `describe select * from ${from} as t`, path);
      return rows.map((row): Column => ({ name: String(row['column_name']), declared: String(row['column_type']), type: columnType(String(row['column_type'])) }));
    },
    checkTimes: (where, column, path) => checkDuckdbTimes({ where, column, path, table: tableBehind(where, tables) }, (sql) => run(where.title, sql, path)),
    rows: logged,
    keep: async (title, name, sql) => { await logged(title, `create temp table ${name} as\n${sql}`); },
    drop: async (title, name) => { await logged(title, `drop table ${name}`); },
    fingerprint: async (plan) => fileFingerprint(tablesOf(plan, tables), (sql) => run('fingerprint', sql), signal),
    end: async () => connection.closeSync(),
  };
}

const located = (title: string, from: string, table?: FileTable): Located => ({ title, from, zone: table?.timezone ?? 'UTC', hasStatistics: table?.format === 'parquet' });

function tableOf(ref: RelationRef, tables: ReadonlyMap<string, FileTable>): FileTable {
  const name = ref.table ?? ref.entry;
  const table = tables.get(name);
  if (table) return table;
  const names = [...tables.keys()];
  const near = nearest(name, names);
  throw new DataError(`the source has no table "${name}"${near ? `; the nearest is "${near}"` : ''} (it has ${names.join(', ') || 'none'})`, `${ref.path}.table`);
}

const tableBehind = ({ from }: Located, tables: ReadonlyMap<string, FileTable>): FileTable | undefined =>
  [...tables.values()].find(({ name }) => duckdb.quote(name) === from);

/** The engine's own parser has the last word on what a single SELECT is. */
async function checkedSelect(connection: DuckDBConnection, ref: RelationRef): Promise<string> {
  const path = `${ref.path}.sql`;
  const sql = singleSelect(ref.sql!, path);
  try {
    const statements = await connection.extractStatements(sql);
    if (statements.count !== 1) throw new DataError(`sql must be a single SELECT; it has ${statements.count} statements`, path);
  } catch (error) { throw readable(error, `the query of ${ref.entry}`, path); }
  return sql;
}

/** Tables that a plan reads: those it names, and those whose name occurs in its SQL. */
function tablesOf(plan: Plan, tables: ReadonlyMap<string, FileTable>): FileTable[] {
  const refs = relationsOf(plan);
  const named = new Set(refs.flatMap((ref) => (ref.sql === undefined ? [tableOf(ref, tables).name] : [])));
  const sql = refs.map((ref) => ref.sql ?? '').join('\n').toLowerCase();
  return [...tables.values()].filter(({ name }) => named.has(name) || sql.includes(name.toLowerCase()));
}

/** In place: rows of hundreds of columns are not worth a copy. */
function plainRow(row: Record<string, unknown>): Row {
  for (const name of Object.keys(row)) row[name] = plainValue(row[name] as DuckDBValue);
  return row;
}
function plainValue(value: DuckDBValue): unknown {
  if (typeof value === 'bigint') return Number(value);
  return value !== null && typeof value === 'object' && 'items' in value ? (value.items as DuckDBValue[]).map(plainValue) : value;
}
