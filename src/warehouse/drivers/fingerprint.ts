import { createHash } from 'node:crypto';
import type { Fingerprint } from '../../experiment/summaries.js';

/** Engine and tables with a digest over both; tables in the order of their names. */
export function fingerprintOf(engine: string, tables: Fingerprint['tables']): Fingerprint {
  const sorted = [...tables].sort((a, b) => (a.name < b.name ? -1 : 1));
  const digest = createHash('sha256').update(JSON.stringify([engine, sorted.map(({ name, rows, bytes, checksum }) => [name, rows, bytes, checksum])])).digest('hex');
  return { engine, tables: sorted, digest: `sha256:${digest}` };
}
