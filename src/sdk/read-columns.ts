import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Category, Numeric } from '../stats/estimators/estimator.js';
import { DataError } from '../warehouse/warehouse.js';
import type { RawColumn, Wanted } from './raw-columns.js';

export interface ReadColumns {
  /** one a wanted column, in that order */
  readonly columns: readonly (Numeric | Category)[];
  readonly rows: number;
  /** rows left out because a wanted column that may not be missing is null there */
  readonly droppedRows: number;
  /** of the file's bytes */
  readonly sha256: string;
}

/** Typed columns of a CSV, NDJSON, Parquet or Arrow file; rows with a null in a wanted column that may not be missing are left out and counted. */
export async function readColumns(file: string, wanted: readonly Wanted[]): Promise<ReadColumns> {
  await assertFile(file);
  const isArrow = ['.arrow', '.feather', '.ipc'].includes(path.extname(file).toLowerCase());
  const raw = isArrow
    ? await (await import('./arrow-columns.js')).arrowColumns(file, wanted)
    : await (await import('./duckdb-columns.js')).duckdbColumns(file, wanted);
  const rows = raw[0]?.values.length ?? 0;
  const kept = keptRows(raw.filter((_, i) => !wanted[i]!.mayBeMissing), rows);
  return { columns: raw.map((column) => typedColumn(column, kept)), rows, droppedRows: rows - kept.length, sha256: await sha256Of(file) };
}

async function assertFile(file: string): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (!found) throw new DataError(`there is no data file at ${file}`);
  if (!found.isFile()) throw new DataError(`${file} is not a file`);
}

function keptRows(columns: readonly RawColumn[], rows: number): Int32Array {
  const kept = new Int32Array(rows);
  let count = 0;
  for (let row = 0; row < rows; row++) if (columns.every(({ values }) => values[row] !== null)) kept[count++] = row;
  return kept.subarray(0, count);
}

function typedColumn(column: RawColumn, kept: Int32Array): Numeric | Category {
  if (column.kind === 'numeric') return { name: column.name, values: Float64Array.from(kept, (row) => column.values[row] ?? NaN) };
  const levels = sortedLevels(Array.from(kept, (row) => column.values[row]!).filter((text) => text !== null));
  const codes = new Map(levels.map((level, code) => [level, code]));
  return { name: column.name, levels, codes: Int32Array.from(kept, (row) => codes.get(column.values[row]!) ?? -1) };
}

/** By value where every level is a number, else by code unit. */
function sortedLevels(texts: readonly string[]): string[] {
  const levels = [...new Set(texts)].sort();
  return levels.every((level) => /^-?\d+(\.\d+)?$/.test(level)) ? levels.sort((a, b) => Number(a) - Number(b)) : levels;
}

/** sha256 of a file's bytes. @throws DataError when there is no such file */
export async function fileSha256(file: string): Promise<string> {
  await assertFile(file);
  return sha256Of(file);
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
