import { getHeapStatistics } from 'node:v8';
import { DataError } from '../warehouse/warehouse.js';
import type { Wanted } from './raw-columns.js';

/** Bytes of a value while it is read, in a list that grows by half: a number, or a text with what points to it. */
const BYTES = { numeric: 16, category: 48 } as const;
const SHARE_OF_HEAP = 0.75;

/** Bytes that columns may take while they are read: most of what this process may have. */
export const readLimit = (): number => SHARE_OF_HEAP * getHeapStatistics().heap_size_limit;

/** @throws DataError for more values than fit, before the process ends for want of memory */
export function assertFits(file: string, rows: number, wanted: readonly Pick<Wanted, 'kind'>[], limit: number): void {
  const needed = rows * wanted.reduce((sum, { kind }) => sum + BYTES[kind], 0);
  if (needed <= limit) return;
  const gigabytes = (bytes: number) => (bytes / 2 ** 30).toFixed(1);
  throw new DataError(`${file} has more rows than fit in memory: ${rows} of ${wanted.length} columns take ${gigabytes(needed)} GB, and ${gigabytes(limit)} GB are allowed; name fewer columns, take a sample of the rows, or give Node more memory (NODE_OPTIONS=--max-old-space-size=...)`);
}
