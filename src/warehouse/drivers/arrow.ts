import { createReadStream } from 'node:fs';
import { DuckDBDataChunk, DuckDBTimestampTZValue, DuckDBTimestampValue, DuckDBDateValue, type DuckDBConnection, type DuckDBValue, BIGINT, BOOLEAN, DATE, DOUBLE, TIMESTAMP, TIMESTAMPTZ, VARCHAR, type DuckDBType } from '@duckdb/node-api';
import { DataType, Precision, RecordBatchReader, type Field, type RecordBatch, type Vector } from 'apache-arrow';
import { duckdb } from '../dialects/duckdb.js';
import { DataError } from '../warehouse.js';
import type { FileTable } from './files.js';

/** Rows an appended chunk may hold. */
const CHUNK = 2048;

/** Arrow IPC, files or streams, into a table, batch by batch: DuckDB reads it only with an extension that must be downloaded. */
export async function loadArrow(connection: DuckDBConnection, table: FileTable): Promise<void> {
  let columns: readonly ArrowColumn[] | undefined;
  for (const file of table.paths) {
    try {
      const reader = await RecordBatchReader.from(createReadStream(file));
      await reader.open();
      const here = reader.schema.fields.map(arrowColumn);
      columns ??= await createTable(connection, table.name, here);
      refuseOtherColumns(table, file, columns, here);
      for await (const batch of reader) await appendBatch(connection, table.name, batch, columns);
    } catch (error) {
      if (error instanceof DataError) throw error;
      throw new DataError(`table ${table.name}: ${file} cannot be read as Arrow IPC (${error instanceof Error ? error.message : String(error)})`, table.field);
    }
  }
}

interface ArrowColumn { readonly name: string; readonly type: DuckDBType; readonly convert: (value: never) => DuckDBValue }

function arrowColumn(field: Field): ArrowColumn {
  const { type } = field;
  const values = DataType.isDictionary(type) ? (type.dictionary as DataType) : type;
  const column = (duck: DuckDBType, convert: (value: never) => DuckDBValue): ArrowColumn => ({ name: field.name, type: duck, convert });
  if (DataType.isInt(values)) return column(BIGINT, (value: number | bigint) => BigInt(value));
  if (DataType.isFloat(values)) {
    if (values.precision === Precision.HALF) throw new DataError(`column "${field.name}" holds half-precision floats, which are not read`);
    return column(DOUBLE, (value: number) => value);
  }
  if (DataType.isBool(values)) return column(BOOLEAN, (value: boolean) => value);
  // apache-arrow hands out times as milliseconds, with the rest as a fraction
  if (DataType.isTimestamp(values)) {
    return values.timezone
      ? column(TIMESTAMPTZ, (value: number) => new DuckDBTimestampTZValue(BigInt(Math.round(value * 1000))))
      : column(TIMESTAMP, (value: number) => new DuckDBTimestampValue(BigInt(Math.round(value * 1000))));
  }
  if (DataType.isDate(values)) return column(DATE, (value: number) => new DuckDBDateValue(Math.floor(value / 86_400_000)));
  if (DataType.isDecimal(values)) return column(DOUBLE, (value: { valueOf(): unknown }) => Number(String(value)) / 10 ** values.scale);
  return column(VARCHAR, (value: unknown) => String(value));
}

async function createTable(connection: DuckDBConnection, name: string, columns: readonly ArrowColumn[]): Promise<readonly ArrowColumn[]> {
  const list = columns.map((column) => `${duckdb.quote(column.name)} ${column.type.toString()}`).join(', ');
  await connection.run(`create table ${duckdb.quote(name)} (${list})`);
  return columns;
}

function refuseOtherColumns(table: FileTable, file: string, first: readonly ArrowColumn[], here: readonly ArrowColumn[]): void {
  const text = (columns: readonly ArrowColumn[]) => columns.map(({ name, type }) => `${name} ${type.toString()}`).join(', ');
  if (text(first) !== text(here)) throw new DataError(`table ${table.name}: ${file} has columns ${text(here)}, and ${table.paths[0]!} has ${text(first)}`, table.field);
}

async function appendBatch(connection: DuckDBConnection, name: string, batch: RecordBatch, columns: readonly ArrowColumn[]): Promise<void> {
  const appender = await connection.createAppender(name);
  const vectors = columns.map((_, i) => batch.getChildAt(i)!);
  for (let start = 0; start < batch.numRows; start += CHUNK) {
    const length = Math.min(CHUNK, batch.numRows - start);
    const chunk = DuckDBDataChunk.create(columns.map(({ type }) => type), length);
    columns.forEach((column, i) => chunk.setColumnValues(i, slice(vectors[i]!, column, start, length)));
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
}

function slice(vector: Vector, { convert }: ArrowColumn, start: number, length: number): DuckDBValue[] {
  return Array.from({ length }, (_, i) => {
    const value: unknown = vector.get(start + i);
    return value === null || value === undefined ? null : convert(value as never);
  });
}
