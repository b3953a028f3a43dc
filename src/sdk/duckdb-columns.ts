import type { DuckDBConnection } from '@duckdb/node-api';
import path from 'node:path';
import { whileNative } from '../warehouse/native-section.js';
import { DataError } from '../warehouse/warehouse.js';
import { readHeader } from './delimited.js';
import type { RawColumn, Wanted } from './raw-columns.js';
import { assertFits, readLimit } from './read-memory.js';
import { assertColumns } from './wanted-columns.js';

/** What a scan of a file is in SQL, and whether each of its rows is a line. */
interface Scan { readonly from: string; readonly isText: boolean }

/** Columns of a CSV, NDJSON or Parquet file, in the order of its rows. */
export const duckdbColumns = (file: string, wanted: readonly Wanted[]): Promise<RawColumn[]> => whileNative(() => readWanted(file, wanted));

async function readWanted(file: string, wanted: readonly Wanted[]): Promise<RawColumn[]> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const scan = await scanOf(file);
    const types = new Map((await rowsOf(connection, `DESCRIBE SELECT * FROM ${scan.from}`)).map(([name, type]) => [String(name), String(type)]));
    assertColumns(file, [...types.keys()], wanted);
    await assertNumeric(connection, file, scan, wanted.filter(({ kind }) => kind === 'numeric').map(({ column }) => ({ column, type: types.get(column)! })));
    return await columnsOf(connection, file, scan, wanted, types);
  } catch (error) {
    throw readable(error, file);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function scanOf(file: string): Promise<Scan> {
  const extension = path.extname(file).toLowerCase();
  if (extension === '.parquet') return { from: `read_parquet(${literal(file)})`, isText: false };
  if (extension === '.ndjson' || extension === '.jsonl') return { from: `read_ndjson_auto(${literal(file)})`, isText: false };
  const { delimiter, names } = await readHeader(file);
  const columns = names.map((name) => `${literal(name)}: 'VARCHAR'`).join(', ');
  return {
    from: `read_csv(${literal(file)}, auto_detect = false, header = true, delim = ${literal(delimiter)}, quote = '"', escape = '"', nullstr = ['', 'NA'], columns = {${columns}})`,
    isText: true,
  };
}

/** Text that says a number or a truth value becomes one; null and what says neither become null. */
const asNumber = (column: string, type: string): string => (type === 'VARCHAR'
  ? `coalesce(try_cast(trim(${quoted(column)}) AS DOUBLE), CASE lower(trim(${quoted(column)})) WHEN 'true' THEN 1 WHEN 'false' THEN 0 END)`
  : `try_cast(${quoted(column)} AS DOUBLE)`);

/** One scan for all columns: a file of a thousand is not read a thousand times. */
async function assertNumeric(connection: DuckDBConnection, file: string, { from, isText }: Scan, columns: readonly { readonly column: string; readonly type: string }[]): Promise<void> {
  if (columns.length === 0) return;
  const [isNumeric] = await rowsOf(connection, `SELECT ${columns.map(({ column, type }) => `count(${asNumber(column, type)}) = count(${quoted(column)})`).join(', ')} FROM ${from}`);
  const found = columns.find((_, i) => isNumeric![i] === false);
  if (!found) return;
  const { column, type } = found;
  const number = asNumber(column, type);
  const [bad] = await rowsOf(connection, `SELECT row, text FROM (SELECT row_number() OVER () AS row, CAST(${quoted(column)} AS VARCHAR) AS text, ${number} AS number FROM ${from}) WHERE number IS NULL AND text IS NOT NULL ORDER BY row LIMIT 1`);
  if (!bad) return;
  const where = isText ? `line ${Number(bad[0]) + 1}` : `row ${Number(bad[0])}`;
  throw new DataError(`column "${column}" of ${file} must be numeric; ${where} holds "${String(bad[1]).slice(0, 80)}"`);
}

async function columnsOf(connection: DuckDBConnection, file: string, { from }: Scan, wanted: readonly Wanted[], types: ReadonlyMap<string, string>): Promise<RawColumn[]> {
  const list = wanted.map(({ column, kind }) => (kind === 'numeric' ? asNumber(column, types.get(column)!) : asCategory(column, types.get(column)!)));
  const result = await connection.stream(`SELECT ${list.join(', ')} FROM ${from}`);
  const values: (number | string | null)[][] = wanted.map(() => []);
  const limit = readLimit();
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    assertFits(file, (values[0]?.length ?? 0) + chunk.rowCount, wanted, limit);
    for (const [i, column] of values.entries()) chunk.appendColumnValues(i, column);
  }
  return wanted.map(({ column, kind }, i) => (kind === 'numeric'
    ? { kind, name: column, values: values[i] as (number | null)[] }
    : { kind, name: column, values: values[i]!.map((value) => (value === null ? null : String(value))) }));
}

/** A whole number is the same category whether it was stored as an integer or as a double. */
const asCategory = (column: string, type: string): string =>
  (type === 'DOUBLE' || type === 'FLOAT' || type.startsWith('DECIMAL') ? `CAST(${quoted(column)} AS DOUBLE)` : `CAST(${quoted(column)} AS VARCHAR)`);

async function rowsOf(connection: DuckDBConnection, sql: string): Promise<readonly (readonly unknown[])[]> {
  return (await connection.runAndReadAll(sql)).getRows();
}

/** What DuckDB says of a broken file, as a sentence with a line number. */
function readable(error: unknown, file: string): unknown {
  if (error instanceof DataError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const line = /CSV Error on Line: (\d+)/.exec(message)?.[1];
  if (line === undefined) return /^(Invalid Input|IO|Invalid) Error/.test(message) ? new DataError(`${file} cannot be read: ${message.split('\n')[0]!.replace(/^[\w ]+ Error: /, '')}`) : error;
  const counts = /Expected Number of Columns: (\d+) Found: (\d+)/.exec(message);
  const why = counts ? `it has ${counts[2]} values where the header has ${counts[1]}`
    : /unterminated quote/.test(message) ? 'a quote is never closed' : 'it is not well formed';
  return new DataError(`${file} is broken at line ${line}: ${why}`);
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
