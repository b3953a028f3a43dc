import type { Source } from '../experiment/plan.js';
import { openFiles } from './drivers/duckdb.js';
import { openPostgres } from './drivers/postgres.js';
import { DataError, type Warehouse } from './warehouse.js';

export interface WarehouseOptions {
  /** files must lie in one of these; absent: anywhere */
  readonly allowedFolders?: readonly string[];
  /** of the embedded engine, such as 4GB, which is the default */
  readonly memoryLimit?: string;
  /** of the embedded engine; absent: as many as there are processors */
  readonly threads?: number;
  /** where the embedded engine spills what does not fit in memory */
  readonly tempFolder?: string;
  /** table -> path that takes the place of the plan's */
  readonly overrides?: Readonly<Record<string, string>>;
  /** where `env:NAME` is looked up; absent: the environment of the process */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** of one statement on a database, in milliseconds */
  readonly statementTimeout?: number;
}

/** Opens the source of a plan for reading. */
export async function openWarehouse(source: Source, options: WarehouseOptions = {}): Promise<Warehouse> {
  switch (source.kind) {
    case 'files': {
      const unknown = Object.keys(options.overrides ?? {}).find((name) => !(name in source.tables));
      if (unknown !== undefined) throw new DataError(`the source has no table "${unknown}" to read from another path (it has ${Object.keys(source.tables).join(', ')})`, 'source.tables');
      return openFiles(source, options);
    }
    case 'postgres': return openPostgres(source, options);
    case 'datasource': throw new DataError(`data source ${source.name} is registered with a service; give files or a database to read it here`, 'source');
  }
}
