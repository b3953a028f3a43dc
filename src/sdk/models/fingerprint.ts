import { createHash } from 'node:crypto';
import type { Category, Numeric } from '../../stats/estimators/estimator.js';

/** sha256 over typed columns in their order: names, levels and values. The same table gives the same one as CSV, Parquet or Arrow. */
export function columnsFingerprint(columns: readonly (Numeric | Category)[]): string {
  const hash = createHash('sha256');
  for (const column of columns) {
    const values = 'values' in column ? column.values : column.codes;
    hash.update(JSON.stringify({ name: column.name, levels: 'levels' in column ? column.levels : null, rows: values.length }));
    hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  return hash.digest('hex');
}
