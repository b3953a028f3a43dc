import pg from 'pg';
import type { ExecutedQuery } from '../../experiment/summaries.js';
import { postgres } from '../dialects/postgres.js';
import { nearest } from '../nearest.js';
import type { Located, RelationRef, Row, Session } from '../session.js';
import { singleSelect } from '../single-select.js';
import { DataError } from '../warehouse.js';
import { columnsOf, typeParser } from './postgres-types.js';
import { readablePg } from './postgres-errors.js';
import { postgresFingerprint } from './postgres-fingerprint.js';

export interface PostgresSessionOptions {
  readonly schema: string;
  /** of one statement, in milliseconds */
  readonly timeout: number;
  readonly url: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * One transaction with one snapshot. Temporary tables are made empty; whatever runs SQL of the plan runs in a
 * subtransaction that is READ ONLY, in which PostgreSQL lets nobody switch back, and by the protocol that takes a
 * single statement.
 */
export async function postgresSession(client: pg.Client, { schema, timeout, url, signal }: PostgresSessionOptions): Promise<Session> {
  const queries: ExecutedQuery[] = [];
  const send = async (title: string, text: string, path?: string): Promise<pg.QueryResult> => {
    signal?.throwIfAborted();
    const cancel = () => void cancelBackend(url, client);
    signal?.addEventListener('abort', cancel);
    try {
      return await client.query({ text, queryMode: 'extended', types: { getTypeParser: typeParser } } as unknown as pg.QueryConfig);
    } catch (error) {
      signal?.throwIfAborted();
      throw readablePg(error, title, path);
    } finally { signal?.removeEventListener('abort', cancel); }
  };
  const readOnly = async (title: string, text: string, path?: string): Promise<pg.QueryResult> => {
    await send(title, 'savepoint reading');
    await send(title, 'set local transaction_read_only = on');
    const result = await send(title, text, path);
    await send(title, 'release savepoint reading');
    return result;
  };
  for (const setting of [
    'begin isolation level repeatable read',
    `set local statement_timeout = ${Math.trunc(timeout)}`,
    `set local search_path = ${postgres.quote(schema)}`,
    "set local timezone = 'UTC'", 'set local standard_conforming_strings = on', 'set local extra_float_digits = 1', 'set local jit = off',
  ]) await send('opening the database', setting);
  const tables = (await readOnly('tables of the schema', `select c.relname as name from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where n.nspname = ${postgres.text(schema)} and c.relkind in ('r', 'v', 'm', 'p', 'f') order by 1`)).rows.map((row: { name: string }) => String(row.name));
  const locate = async (ref: RelationRef): Promise<Located> => {
    if (ref.sql !== undefined) return { title: `the query of ${ref.entry}`, from: `(${singleSelect(ref.sql, `${ref.path}.sql`)}\n)`, zone: 'UTC', hasStatistics: false };
    const name = ref.table ?? ref.entry;
    if (!tables.includes(name)) throw missingTable(name, schema, tables, ref.path);
    return { title: `table ${name}`, from: `${postgres.quote(schema)}.${postgres.quote(name)}`, zone: 'UTC', hasStatistics: false };
  };
  return {
    dialect: postgres,
    queries,
    locate,
    columns: ({ title, from }, path) => columnsOf((text) => readOnly(title, text, path), from),
    checkTimes: async (where, column, path) => {
      if (['timestamp', 'timestamptz', 'date'].includes(column.type)) return column;
      const { rows } = await readOnly(where.title, `select cast(${postgres.quote(column.name)} as text) as x from ${where.from} as t where ${postgres.quote(column.name)} is not null limit 1`, path);
      throw new DataError(`column "${column.name}" of ${where.title} is ${column.declared} and not a time${rows.length ? `, such as ${JSON.stringify((rows[0] as Row)['x'])}` : ''}`, path);
    },
    async rows(title, sql) { queries.push({ title, sql }); return (await readOnly(title, sql)).rows as Row[]; },
    async keep(title, name, sql) {
      await send(title, `create temporary table ${name} on commit drop as\n${sql}\nwith no data`);
      queries.push({ title, sql: `insert into ${name}\n${sql}` });
      await readOnly(title, `insert into ${name}\n${sql}`);
      await send(title, `analyze ${name}`);
    },
    async drop(title, name) { await send(title, `drop table ${name}`); },
    fingerprint: (plan) => postgresFingerprint(plan, locate, async (title, sql) => (await readOnly(title, sql)).rows as Row[]),
    async end() {
      await client.query('rollback').catch(() => undefined);
      await client.end().catch(() => undefined);
    },
  };
}

function missingTable(name: string, schema: string, tables: readonly string[], path: string): DataError {
  const near = nearest(name, tables);
  return new DataError(`schema ${schema} has no table "${name}" that this connection can see${near ? `; the nearest is "${near}"` : ''}`, `${path}.table`);
}

/** A statement is stopped from a second connection, as PostgreSQL has it. */
async function cancelBackend(url: string, client: pg.Client): Promise<void> {
  const other = new pg.Client({ connectionString: url });
  try {
    await other.connect();
    await other.query('select pg_cancel_backend($1)', [(client as unknown as { processID: number }).processID]);
  } catch { /* the collection ends with the statement then */ } finally { await other.end().catch(() => undefined); }
}
