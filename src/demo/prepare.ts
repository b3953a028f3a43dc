import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { simulateShop, type ShopTruth } from '../stats/simulate/shop.js';
import { writeParquet } from './write-parquet.js';

/** Changes whenever the simulated rows change, so that files of an older shop are not mistaken for this one. */
export const SHOP_VERSION = 1;
export const SHOP_SEED = 3;

export interface DemoManifest {
  readonly version: number;
  readonly seed: number;
  /** name of each table -> rows; its file is `<name>.parquet` beside the manifest */
  readonly tables: Readonly<Record<string, number>>;
  readonly truth: readonly ShopTruth[];
}

/**
 * The demo shop as Parquet files in a folder, generated once: a manifest of this version and seed means that all are there.
 * @returns the manifest
 */
export async function prepareDemo(folder: string): Promise<DemoManifest> {
  const found = await readManifest(folder);
  if (found?.version === SHOP_VERSION && found.seed === SHOP_SEED) return found;
  await mkdir(folder, { recursive: true });
  await rm(join(folder, 'manifest.json'), { force: true });
  const shop = simulateShop(SHOP_SEED);
  const duckdb = await import('@duckdb/node-api');
  const instance = await duckdb.DuckDBInstance.create(':memory:', { threads: '2' });
  const connection = await instance.connect();
  try {
    for (const [name, table] of Object.entries(shop.tables)) await writeParquet(duckdb, connection, table, join(folder, `${name}.parquet`));
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
  const manifest: DemoManifest = {
    version: SHOP_VERSION,
    seed: SHOP_SEED,
    tables: Object.fromEntries(Object.entries(shop.tables).map(([name, table]) => [name, table.rows])),
    truth: shop.truth,
  };
  await writeFile(join(folder, 'manifest.partial.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  await rename(join(folder, 'manifest.partial.json'), join(folder, 'manifest.json'));
  return manifest;
}

async function readManifest(folder: string): Promise<DemoManifest | undefined> {
  try {
    return JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as DemoManifest;
  } catch {
    return undefined; // absent or torn: the files are written again
  }
}
