import { nearest } from '../warehouse/nearest.js';
import { DataError } from '../warehouse/warehouse.js';
import type { Wanted } from './raw-columns.js';

const MOST_NAMED = 20;

/** @throws DataError that names the nearest column */
export function assertColumns(file: string, names: readonly string[], wanted: readonly Wanted[]): void {
  const missing = wanted.find(({ column }) => !names.includes(column));
  if (!missing) return;
  const near = nearest(missing.column, names);
  const list = names.length > MOST_NAMED ? `${names.slice(0, MOST_NAMED).join(', ')} and ${names.length - MOST_NAMED} more` : names.join(', ');
  throw new DataError(`${file} has no column "${missing.column}"${near === undefined ? '' : `; the nearest is "${near}"`} (it has ${list})`);
}
