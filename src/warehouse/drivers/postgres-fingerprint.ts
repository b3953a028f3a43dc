import type { Plan } from '../../experiment/plan.js';
import type { Fingerprint } from '../../experiment/summaries.js';
import { postgres } from '../dialects/postgres.js';
import { relationsOf } from '../inputs.js';
import type { Located, RelationRef, Row } from '../session.js';
import { fingerprintOf } from './fingerprint.js';

/** Rows and a sum of row hashes of each table or query, both by the engine: the order of rows does not matter. */
export async function postgresFingerprint(
  plan: Plan, locate: (ref: RelationRef) => Promise<Located>, query: (title: string, sql: string) => Promise<Row[]>,
): Promise<Fingerprint> {
  const [server] = await query('version of the database', "select current_setting('server_version') as version");
  const read = new Map<string, Fingerprint['tables'][number]>();
  for (const ref of relationsOf(plan)) {
    const name = ref.sql === undefined ? ref.table ?? ref.entry : `query of ${ref.entry}`;
    if (read.has(name)) continue;
    const { title, from } = await locate(ref);
    const [row] = await query(`checksum of ${title}`, postgres.checksum!(from));
    read.set(name, { name, rows: Number(row!['n']), bytes: null, checksum: `hash64:${String(row!['checksum'])}` });
  }
  return fingerprintOf(`postgresql ${String(server!['version']).split(' ')[0]}`, [...read.values()]);
}
