import { randomBytes } from 'node:crypto';
import path from 'node:path';
import pg from 'pg';
import { embeddedPostgres } from '../src/service/database/embedded-postgres.js';

/** What is lost when the machine fails is thrown away after the run anyway. */
const CARELESS = ['fsync', 'synchronous_commit', 'full_page_writes'];

/** Connection string of a new, empty database on the one PostgreSQL that all test files of a run share. */
export async function newDatabase(): Promise<string> {
  const { url, started } = await embeddedPostgres(path.join(process.env['ASSAY_TEST_POSTGRES']!, 'pg'), `test_${randomBytes(8).toString('hex')}`);
  if (!started) return url;
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const setting of CARELESS) await client.query(`ALTER SYSTEM SET ${setting} = off`);
    await client.query('SELECT pg_reload_conf()');
  } finally {
    await client.end();
  }
  return url;
}
