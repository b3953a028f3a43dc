import { existsSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Source } from '../../experiment/plan.js';
import { DataError } from '../warehouse.js';

type Table = Extract<Source, { kind: 'files' }>['tables'][string];
export type Format = NonNullable<Table['format']>;

/** A table that is files on disk: real paths, sorted. */
export interface FileTable {
  readonly name: string;
  readonly paths: readonly string[];
  readonly format: Format;
  readonly rowNumber: string | undefined;
  readonly timezone: string | undefined;
  /** field of the plan */
  readonly field: string;
}

const FORMATS: Readonly<Record<string, Format>> = {
  '.csv': 'csv', '.tsv': 'csv', '.txt': 'csv', '.parquet': 'parquet', '.pq': 'parquet',
  '.arrow': 'arrow', '.arrows': 'arrow', '.feather': 'arrow', '.ipc': 'arrow', '.ndjson': 'ndjson', '.jsonl': 'ndjson', '.json': 'ndjson',
};

/**
 * Files of one table, which must all lie in an allowed folder after links and `..` are followed.
 * @param glob  expands a pattern to files
 */
export async function fileTable(
  name: string, table: Table, allowedFolders: readonly string[] | undefined, glob: (pattern: string) => Promise<readonly string[]>,
): Promise<FileTable> {
  const field = `source.tables.${name}.path`;
  const isPattern = !existsSync(table.path) && /[*?[{]/.test(table.path);
  // a folder outside is refused before it is known whether it exists
  refuseOutside(name, isPattern ? table.path.slice(0, table.path.search(/[*?[{]/)) : table.path, allowedFolders, field);
  if (!isPattern && !existsSync(table.path)) throw new DataError(`table ${name}: there is no file or folder ${table.path}`, field);
  const isFolder = !isPattern && statSync(table.path).isDirectory();
  const found = isPattern || isFolder ? await glob(isFolder ? path.join(table.path, '**/*') : table.path) : [table.path];
  const files = found.filter((file) => statSync(file).isFile() && !path.basename(file).startsWith('.') && !path.basename(file).startsWith('_'))
    .filter((file) => !isFolder || table.format !== undefined || formatOf(file) !== undefined);
  if (files.length === 0) throw new DataError(`table ${name}: ${isFolder ? `folder ${table.path} holds no CSV, Parquet, Arrow or NDJSON file` : `no file matches ${table.path}`}`, field);
  files.forEach((file) => refuseOutside(name, file, allowedFolders, field));
  const formats = new Set(files.map((file) => table.format ?? formatOf(file)));
  const [format] = formats;
  if (formats.size > 1) throw new DataError(`table ${name}: files of ${table.path} have several formats (${[...formats].join(', ')})`, field);
  if (format === undefined) throw new DataError(`table ${name}: the format of ${table.path} cannot be told from its name; set format to csv, parquet, arrow or ndjson`, field);
  return { name, paths: files.map((file) => realpathSync(file)).sort(), format, rowNumber: table.rowNumber, timezone: table.timezone, field };
}

function formatOf(file: string): Format | undefined {
  const plain = file.toLowerCase().replace(/\.(gz|zst)$/, '');
  return FORMATS[path.extname(plain)];
}

function refuseOutside(name: string, file: string, allowedFolders: readonly string[] | undefined, field: string): void {
  if (!allowedFolders) return;
  const real = realPath(file);
  const isInside = allowedFolders.some((folder) => {
    const relative = path.relative(realPath(folder), real);
    return relative === '' || (!relative.startsWith('..') && !path.isAbsolute(relative));
  });
  if (!isInside) throw new DataError(`table ${name}: ${file} is outside the allowed folders (${[...new Set(allowedFolders)].join(', ') || 'none is allowed'})`, field);
}

/** Links followed as far as the path exists. */
function realPath(file: string): string {
  const absolute = path.resolve(file);
  if (existsSync(absolute)) return realpathSync(absolute);
  const parent = path.dirname(absolute);
  return parent === absolute ? absolute : path.join(realPath(parent), path.basename(absolute));
}
