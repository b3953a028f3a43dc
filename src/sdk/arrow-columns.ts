import { readFile } from 'node:fs/promises';
import { DataError } from '../warehouse/warehouse.js';
import type { RawColumn, Wanted } from './raw-columns.js';
import { assertColumns } from './wanted-columns.js';

/** Columns of an Arrow IPC file or stream. */
export async function arrowColumns(file: string, wanted: readonly Wanted[]): Promise<RawColumn[]> {
  const { tableFromIPC } = await import('apache-arrow');
  const bytes = await readFile(file);
  const table = (() => {
    try {
      return tableFromIPC(bytes);
    } catch (error) {
      throw new DataError(`${file} is not Arrow IPC: ${(error as Error).message}`);
    }
  })();
  assertColumns(file, table.schema.fields.map((field) => field.name), wanted);
  return wanted.map(({ column, kind }) => {
    const values = [...table.getChild(column)!] as unknown[];
    return kind === 'category'
      ? { kind, name: column, values: values.map((value) => (value === null ? null : String(value))) }
      : { kind, name: column, values: values.map((value, row) => numberFrom(file, column, value, row)) };
  });
}

function numberFrom(file: string, column: string, value: unknown, row: number): number | null {
  if (value === null) return null;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return Number(value);
  throw new DataError(`column "${column}" of ${file} must be numeric; row ${row + 1} holds "${String(value).slice(0, 80)}"`);
}
