import { sourceSchema, type Source } from '../../experiment/plan.js';
import type { PrismaClient } from '../../generated/prisma/client.js';
import { DataError } from '../../warehouse/warehouse.js';

/**
 * Where the tables of a plan really are: a registered source by its name, or files inside the allowed folders.
 *
 * A database that a plan itself points to is refused: `env:` would hand any variable of the service, its own database
 * among them, to whoever may analyse.
 * @throws DataError with the field of the plan
 */
export async function resolveSource(prisma: Pick<PrismaClient, 'datasource'>, source: Source): Promise<Source> {
  switch (source.kind) {
    case 'files': return source;
    case 'postgres': throw new DataError('a database must be registered as a data source by an admin; name it here as { kind: datasource, name }', 'source');
    case 'datasource': {
      const row = await prisma.datasource.findUnique({ where: { name: source.name } });
      if (!row) throw new DataError(`there is no data source ${source.name}`, 'source.name');
      return sourceSchema.parse(row.config);
    }
  }
}
