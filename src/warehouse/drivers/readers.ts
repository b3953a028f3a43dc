import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { duckdb } from '../dialects/duckdb.js';
import type { FileTable } from './files.js';

/** A table function call over the files of a table. */
export async function readerOf(table: FileTable): Promise<string> {
  const paths = `[${table.paths.map(duckdb.text).join(', ')}]`;
  const union = table.paths.length > 1 ? ', union_by_name = true' : '';
  switch (table.format) {
    case 'parquet': return `read_parquet(${paths}${union})`;
    case 'ndjson': return `read_json(${paths}, format = 'newline_delimited'${union})`;
    case 'csv': return `read_csv(${paths}, ${await csvOptions(table)}${union})`;
    case 'arrow': throw new Error('arrow files are loaded, not read in place');
  }
}

/** A SELECT of one column as the text that stands in the files; undefined for formats whose times have types. */
export async function textOf(table: FileTable, column: string): Promise<string | undefined> {
  const paths = `[${table.paths.map(duckdb.text).join(', ')}]`;
  if (table.format === 'csv') return `select ${duckdb.quote(column)} as x from read_csv(${paths}, ${await csvOptions(table)}, all_varchar = true)`;
  if (table.format !== 'ndjson') return undefined;
  const key = `$."${column.replaceAll('"', '\\"')}"`;
  return `select json_extract_string(json, ${duckdb.text(key)}) as x from read_ndjson_objects(${paths})`;
}

/** A header is required and the delimiter is read from it, so that a broken line is an error, not another dialect. */
async function csvOptions(table: FileTable): Promise<string> {
  const delimiter = delimiterOf(await firstLine(table.paths[0]!));
  return `header = true, skip = 0, delim = ${duckdb.text(delimiter)}, quote = '"', escape = '"', strict_mode = true, null_padding = false`;
}

/** Statements that read each CSV file with the columns of its header as text, so that a line that does not fit names itself. */
export async function strictReads(table: FileTable): Promise<string[]> {
  if (table.format !== 'csv') return [];
  return Promise.all(table.paths.map(async (file) => {
    const names = headerNames(await firstLine(file));
    const columns = names.map((name) => `${duckdb.text(name)}: 'VARCHAR'`).join(', ');
    return `select count(*) from read_csv(${duckdb.text(file)}, ${await csvOptions(table)}, auto_detect = false, columns = {${columns}})`;
  }));
}

/** Distinct, not empty names of a header line. */
function headerNames(header: string): string[] {
  const delimiter = delimiterOf(header);
  const fields = header.match(new RegExp(`("(?:[^"]|"")*"|[^${delimiter === '|' ? '\\|' : delimiter}]*)(?:${delimiter === '|' ? '\\|' : delimiter}|$)`, 'g')) ?? [];
  const names = fields.map((field) => field.replace(new RegExp(`[${delimiter}]$`), '').replace(/^"(.*)"$/s, '$1').replaceAll('""', '"'));
  if (!header.endsWith(delimiter)) names.pop();
  return names.map((name, i) => (name === '' || names.indexOf(name) < i ? `column ${i + 1}` : name));
}

export function delimiterOf(header: string): string {
  const outside = header.replace(/"[^"]*"/g, '');
  const counts = [',', '\t', ';', '|'].map((delimiter) => ({ delimiter, count: outside.split(delimiter).length - 1 }));
  return counts.reduce((best, next) => (next.count > best.count ? next : best)).delimiter;
}

const HEADER_BYTES = 65_536;

async function firstLine(file: string): Promise<string> {
  const text = /\.gz$/i.test(file) ? await unzippedStart(file) : plainStart(file);
  return text.replace(/^\uFEFF/, '').split(/\r?\n/, 1)[0]!;
}

function plainStart(file: string): string {
  const handle = openSync(file, 'r');
  try {
    const buffer = Buffer.alloc(HEADER_BYTES);
    return buffer.toString('utf8', 0, readSync(handle, buffer, 0, HEADER_BYTES, 0));
  } finally { closeSync(handle); }
}

async function unzippedStart(file: string): Promise<string> {
  const stream = createReadStream(file);
  try {
    for await (const chunk of stream.pipe(createGunzip())) return (chunk as Buffer).toString('utf8');
    return '';
  } finally { stream.destroy(); }
}
