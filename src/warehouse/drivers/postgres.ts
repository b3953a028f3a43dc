import pg from 'pg';
import type { Plan, Source } from '../../experiment/plan.js';
import { collect } from '../collect.js';
import type { WarehouseOptions } from '../open.js';
import type { Session } from '../session.js';
import { DataError, type CollectOptions, type Warehouse } from '../warehouse.js';
import { readablePg } from './postgres-errors.js';
import { postgresSession } from './postgres-session.js';

type PostgresSource = Extract<Source, { kind: 'postgres' }>;

/** Ten minutes: a scan that takes longer wants an index, a smaller window or another engine. */
const STATEMENT_TIMEOUT = 600_000;
const CONNECT_TIMEOUT = 15_000;

/** A PostgreSQL database, read in one repeatable snapshot a collection; only temporary tables are written. */
export async function openPostgres(source: PostgresSource, options: WarehouseOptions): Promise<Warehouse> {
  const variable = source.url.slice('env:'.length);
  const url = (options.env ?? process.env)[variable];
  if (!url) throw new DataError(`environment variable ${variable}, which holds the connection string, is not set`, 'source.url');
  const timeout = options.statementTimeout ?? STATEMENT_TIMEOUT;
  const withSession = async <T>(collecting: CollectOptions, use: (session: Session) => Promise<T>): Promise<T> => {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT, application_name: 'assay' });
    // a connection that is lost between two statements is reported by the next statement
    client.on('error', () => undefined);
    try { await client.connect(); } catch (error) { throw readablePg(error, `the database of ${variable}`); }
    const session = await postgresSession(client, { schema: source.schema, timeout, url, signal: collecting.signal });
    try { return await use(session); } finally { await session.end(); }
  };
  return {
    collect: (plan: Plan, collecting: CollectOptions = {}) => withSession(collecting, async (session) => {
      const collected = await collect(session, plan, collecting);
      return { ...collected, fingerprint: await session.fingerprint(plan), queries: session.queries };
    }),
    fingerprint: (plan: Plan, collecting: CollectOptions = {}) => withSession(collecting, (session) => session.fingerprint(plan)),
    close: async () => undefined,
  };
}
