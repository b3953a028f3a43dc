import type { DuckDBConnection, DuckDBType } from '@duckdb/node-api';
import type { Column, Table } from '../stats/simulate/table.js';

type DuckDb = typeof import('@duckdb/node-api');

/** Rows of one DuckDB vector. */
const VECTOR = 2048;

/** Writes a table in memory to one Parquet file: typed arrays go in by the chunk, names and times are put on by the copy. */
export async function writeParquet(duckdb: DuckDb, connection: DuckDBConnection, table: Table, file: string): Promise<void> {
  const columns = Object.entries(table.columns);
  const types = columns.map(([, column]) => storedType(duckdb, column));
  await connection.run(`CREATE OR REPLACE TABLE staged (${columns.map(([name], i) => `${quoted(name)} ${types[i]!}`).join(', ')})`);
  const appender = await connection.createAppender('staged');
  for (let from = 0; from < table.rows; from += VECTOR) {
    const rows = Math.min(VECTOR, table.rows - from);
    const chunk = duckdb.DuckDBDataChunk.create(types, rows);
    for (const [i, [, column]] of columns.entries()) {
      const vector = chunk.getColumnVector(i) as unknown as { items: { set(values: ArrayLike<number>): void }; flush(): void };
      vector.items.set(column.values.subarray(from, from + rows));
      vector.flush();
    }
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
  const list = columns.map(([name, column]) => `${readable(name, column)} AS ${quoted(name)}`).join(', ');
  await connection.run(`COPY (SELECT ${list} FROM staged) TO ${literal(file)} (FORMAT parquet)`);
  await connection.run('DROP TABLE staged');
}

function storedType(duckdb: DuckDb, column: Column): DuckDBType {
  switch (column.kind) {
    case 'integer': case 'time': return duckdb.INTEGER;
    case 'number': return duckdb.DOUBLE;
    case 'boolean': case 'category': return duckdb.UTINYINT;
  }
}

function readable(name: string, column: Column): string {
  switch (column.kind) {
    case 'time': return `make_timestamp(${quoted(name)}::BIGINT * 1000000)`;
    case 'boolean': return `${quoted(name)} = 1`;
    case 'category': return `[${column.levels.map(literal).join(', ')}][${quoted(name)} + 1]`;
    default: return quoted(name);
  }
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
