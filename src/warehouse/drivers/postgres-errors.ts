import { DataError } from '../warehouse.js';

interface PgError extends Error { readonly code?: string; readonly hint?: string }

/** What PostgreSQL said, as a sentence; a fault of the plan or the data is a DataError, all else an Error that may be tried again. */
export function readablePg(error: unknown, title: string, path?: string): Error {
  const { code = '', message = String(error), hint } = error as PgError;
  const text = `${message.replace(/\s+/g, ' ').trim()}${hint ? ` (${hint})` : ''}`;
  if (code === '25006') return new DataError(`${title}: the SQL of a plan may only read (${text})`, path);
  if (code === '57014') return new Error(`${title}: stopped by the time limit of a statement or by a cancellation`);
  if (code === '53100') return new Error(`${title}: the disk of the database is full`);
  if (code === '53200') return new Error(`${title}: the database is out of memory`);
  if (code === '42501') return new DataError(`${title}: ${text}; grant the role of the connection the right to read it, and TEMPORARY on the database`, path);
  if (/^(42|22|0A|2F)/.test(code)) return new DataError(`${title}: ${text}`, path);
  if (/^(28|3D)/.test(code)) return new Error(`${title}: cannot sign in (${text})`);
  if (/ECONNREFUSED|ENOTFOUND|ETIMEDOUT|EHOSTUNREACH|timeout/i.test(`${code} ${message}`)) return new Error(`${title}: cannot connect (${code || text})`);
  return error instanceof Error ? error : new Error(text);
}
