/** The PostgreSQL error code (SQLSTATE) or system error code somewhere in a chain of causes, or undefined. */
function codesOf(error: unknown, depth = 0): string[] {
  if (typeof error !== 'object' || error === null || depth > 5) return [];
  const { code, originalCode, cause, meta, errors } = error as { code?: unknown; originalCode?: unknown; cause?: unknown; meta?: { driverAdapterError?: unknown }; errors?: unknown[] };
  return [
    ...[code, originalCode].filter((c): c is string => typeof c === 'string'),
    ...codesOf(cause, depth + 1), ...codesOf(meta?.driverAdapterError, depth + 1),
    ...(Array.isArray(errors) ? errors.flatMap((e) => codesOf(e, depth + 1)) : []),
  ];
}

const UNREACHABLE = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'ECONNRESET', 'EHOSTUNREACH', 'P1001', 'P1002', 'P1017', '57P01', '57P03'];
const REFUSED = ['28P01', '28000', 'P1000'];
const FULL = ['53100', 'ENOSPC'];

export type DatabaseFault = 'unreachable' | 'refused' | 'missing' | 'full';

/** What kind of infrastructure fault an error is; undefined when it is something else. */
export function databaseFault(error: unknown): DatabaseFault | undefined {
  const codes = codesOf(error);
  const text = String(error instanceof Error ? error.message : error);
  const has = (list: readonly string[]) => codes.some((code) => list.includes(code));
  if (has(FULL) || /No space left on device|disk is full/i.test(text)) return 'full';
  if (has(REFUSED)) return 'refused';
  if (codes.includes('3D000')) return 'missing';
  if (has(UNREACHABLE) || /Connection terminated|timeout exceeded when trying to connect|Can't reach database/i.test(text)) return 'unreachable';
  return undefined;
}

/** A unique constraint was violated: somebody else was first. */
export const isDuplicate = (error: unknown): boolean => codesOf(error).some((code) => code === 'P2002' || code === '23505');

/** Why the service cannot start, in one sentence that says what to do; passwords are not repeated. */
export function startFailure(error: unknown, databaseUrl: string | undefined): string {
  const fault = databaseFault(error);
  const { hostname, port, pathname, username } = databaseUrl ? new URL(databaseUrl) : new URL('postgresql://127.0.0.1');
  const place = `${hostname}:${port || 5432}`;
  switch (fault) {
    case 'unreachable': return `the database at ${place} does not answer; start PostgreSQL there, or correct DATABASE_URL, or unset it to use the embedded one`;
    case 'refused': return `the database at ${place} refuses user ${username}; correct user and password in DATABASE_URL`;
    case 'missing': return `the database server at ${place} has no database ${pathname.slice(1)}; create it, or correct DATABASE_URL`;
    case 'full': return `the disk is full; free some space and start again (${(error as Error).message})`;
    case undefined: return error instanceof Error ? error.message : String(error);
  }
}
