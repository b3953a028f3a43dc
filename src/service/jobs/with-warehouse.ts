import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Source } from '../../experiment/plan.js';
import type { Warehouse } from '../../warehouse/warehouse.js';
import type { Config } from '../config.js';

export type WarehouseConfig = Pick<Config, 'allowedFolders' | 'memoryLimit' | 'threads' | 'data'>;

/** Opens the warehouse of a source, lets `use` ask it, and closes it whatever happens. */
export async function withWarehouse<T>(source: Source, config: WarehouseConfig, use: (warehouse: Warehouse) => Promise<T>): Promise<T> {
  const { openWarehouse } = await import('../../warehouse/open.js'); // its engine is loaded when it is first needed
  const tempFolder = path.join(config.data, 'spill');
  mkdirSync(tempFolder, { recursive: true });
  const warehouse = await openWarehouse(source, {
    allowedFolders: config.allowedFolders,
    memoryLimit: config.memoryLimit,
    ...(config.threads && { threads: config.threads }),
    tempFolder,
    env: process.env,
  });
  try {
    return await use(warehouse);
  } finally {
    await warehouse.close();
  }
}
