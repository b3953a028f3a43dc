import { duckdb } from '../dialects/duckdb.js';
import type { Column } from '../relation.js';
import type { Located, Row } from '../session.js';
import { DataError } from '../warehouse.js';
import type { FileTable } from './files.js';
import { textOf } from './readers.js';

/** `Z`, `+02`, `+0200`, `+02:00` at the end, after a time of day. */
const HAS_ZONE = String.raw`\d\d:\d\d.*(Z|z|UTC|[+-]\d\d(:?\d\d)?)$`;

interface Checked { readonly where: Located; readonly column: Column; readonly path: string; readonly table: FileTable | undefined }

/**
 * A column of times, with its type. Text files are looked at as text: an engine that parses for itself would read
 * `10:00` and `10:00+02` in one column as if the first were UTC.
 */
export async function checkDuckdbTimes({ where, column, path, table }: Checked, run: (sql: string) => Promise<Row[]>): Promise<Column> {
  const isTime = ['timestamp', 'timestamptz', 'date'].includes(column.type);
  if (!isTime && column.type !== 'text') {
    const example = await exampleOf(`select ${duckdb.asText(duckdb.quote(column.name))} as x from ${where.from} as t`, 'true', run);
    throw new DataError(`column "${column.name}" of ${where.title} is ${column.declared} and not a time${example}`, path);
  }
  const text = (table && await textOf(table, column.name)) ?? (column.type === 'text' ? `select ${duckdb.quote(column.name)} as x from ${where.from} as t` : undefined);
  if (text === undefined) return column;
  const [counts] = await run(`select count(case when zoned then 1 end) as zoned, count(case when not zoned then 1 end) as naive,
  count(case when x is not null and try_cast(x as timestamptz) is null then 1 end) as broken
from (select trim(x) as x, regexp_matches(trim(x), ${duckdb.text(HAS_ZONE)}) as zoned from (${text}) as t where trim(x) <> '') as z`);
  const [zoned, naive, broken] = ['zoned', 'naive', 'broken'].map((name) => Number(counts![name]));
  if (broken! > 0) {
    const example = await exampleOf(text, 'try_cast(trim(x) as timestamptz) is null', run);
    throw new DataError(`column "${column.name}" of ${where.title} has ${broken} values that are not times${example}`, path);
  }
  if (zoned! > 0 && naive! > 0) {
    const withZone = await exampleOf(text, `regexp_matches(trim(x), ${duckdb.text(HAS_ZONE)})`, run);
    throw new DataError(`column "${column.name}" of ${where.title} mixes ${zoned} times with a zone${withZone} and ${naive} without; write all of them with a zone, or none`, path);
  }
  return { ...column, type: zoned! > 0 ? 'timestamptz' : 'timestamp' };
}

async function exampleOf(text: string, condition: string, run: (sql: string) => Promise<Row[]>): Promise<string> {
  const [row] = await run(`select x from (${text}) as t where x is not null and trim(x) <> '' and ${condition} limit 1`);
  return row ? `, such as ${JSON.stringify(row['x'])}` : '';
}
