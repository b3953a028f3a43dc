import path from 'node:path';
import type { DataFrame } from 'nodejs-polars';

/** A CSV, Parquet, NDJSON or Arrow file as a polars frame. */
export async function readTable(file: string): Promise<DataFrame> {
  const { default: polars } = await import('nodejs-polars');
  switch (path.extname(file).toLowerCase()) {
    case '.parquet': return polars.readParquet(file);
    case '.arrow': case '.ipc': case '.feather': return polars.readIPC(file);
    case '.ndjson': case '.jsonl': return polars.readJSON(file, { format: 'lines' });
    case '.tsv': return polars.readCSV(file, { sep: '\t' });
    case '.csv': return polars.readCSV(file, { nullValues: ['', 'NA'] });
    default: throw new Error(`readTable needs a file that ends in .csv, .tsv, .parquet, .ndjson, .jsonl, .arrow, .ipc or .feather; got ${file}`);
  }
}
