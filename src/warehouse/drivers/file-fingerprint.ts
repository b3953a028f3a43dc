import { createHash, type Hash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { version } from '@duckdb/node-api';
import type { Fingerprint } from '../../experiment/summaries.js';
import { duckdb } from '../dialects/duckdb.js';
import type { Row } from '../session.js';
import { DataError } from '../warehouse.js';
import { fingerprintOf } from './fingerprint.js';
import type { FileTable } from './files.js';

const READ_BYTES = 1 << 20;

/** Contents of all files of each table, streamed; counting rows is a look at the footer for Parquet. */
export async function fileFingerprint(tables: readonly FileTable[], run: (sql: string) => Promise<Row[]>, signal?: AbortSignal): Promise<Fingerprint> {
  const read: Fingerprint['tables'] = [];
  for (const table of tables) {
    const hash = createHash('sha256');
    for (const file of table.paths) await addFile(hash, table, file, signal);
    const [count] = await run(`select count(*) as n from ${duckdb.quote(table.name)}`);
    read.push({
      name: table.name,
      rows: Number(count!['n']),
      bytes: table.paths.reduce((sum, file) => sum + statSync(file).size, 0),
      checksum: `sha256:${hash.digest('hex')}`,
    });
  }
  return fingerprintOf(`duckdb ${version().replace(/^v/, '')}`, read);
}

async function addFile(hash: Hash, table: FileTable, file: string, signal?: AbortSignal): Promise<void> {
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: READ_BYTES, signal })) hash.update(chunk as Buffer);
  } catch (error) {
    signal?.throwIfAborted();
    throw new DataError(`table ${table.name}: ${file} cannot be read (${(error as Error).message})`, table.field);
  }
}
