import { createHash, type Hash } from 'node:crypto';
import { statSync } from 'node:fs';
import { open } from 'node:fs/promises';
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
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    await using handle = await open(file);
    for (;;) {
      signal?.throwIfAborted();
      const { bytesRead } = await handle.read(buffer, 0, READ_BYTES);
      if (bytesRead === 0) return;
      hash.update(buffer.subarray(0, bytesRead));
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw new DataError(`table ${table.name}: ${file} cannot be read (${(error as Error).message})`, table.field);
  }
}
