import type { PrismaClient } from '../../generated/prisma/client.js';
import { DataError } from '../../warehouse/warehouse.js';
import { invalid, NotFound, notFound, ValidationFailure } from '../graphql/failures.js';
import { resolveSource } from './resolve-source.js';

/** Where the file of one table of a registered source is. */
export async function tableFile(prisma: Pick<PrismaClient, 'datasource'>, source: string, table: string): Promise<string | ValidationFailure | NotFound> {
  const registered = await resolveSource(prisma, { kind: 'datasource', name: source }).catch((error: unknown) => {
    if (error instanceof DataError) return undefined;
    throw error;
  });
  if (!registered) return notFound('source', source);
  if (registered.kind !== 'files') return invalid('source', 'must be a source of files: rows of a database are not read one by one');
  return registered.tables[table]?.path ?? invalid('table', `must be one of ${Object.keys(registered.tables).join(', ')}; got "${table}"`);
}
