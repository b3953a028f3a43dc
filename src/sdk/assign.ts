import path from 'node:path';
import type { AssignableUnit, Assigned, AssignmentConfig } from '../stats/design/assignment/assignment-config.js';
import { assign, prepareAssignment } from '../stats/design/assignment/assign.js';
import { stat } from 'node:fs/promises';
import { DataError } from '../warehouse/warehouse.js';
import type { RawColumn } from './raw-columns.js';

/** Which columns of a file say who is to be assigned. */
export interface UnitColumns {
  readonly unit: string;
  /** identifier to hash where the first is empty */
  readonly fallback?: string;
  /** variation that was stored earlier; empty: none */
  readonly stored?: string;
  /** bucketVersion of the stored variation; absent: the present one */
  readonly storedVersion?: string;
}

/** Assigns many units, in their order. */
export function assignAll(config: AssignmentConfig, units: Iterable<AssignableUnit>): Assigned[] {
  const prepared = prepareAssignment(config);
  return Array.from(units, (unit) => assign(prepared, unit));
}

/** The units of a CSV, NDJSON, Parquet or Arrow file, in the order of its rows. Identifiers are text, as they stand in the file. */
export async function unitsOfFile(file: string, columns: UnitColumns, config: AssignmentConfig): Promise<AssignableUnit[]> {
  if (!(await stat(file).catch(() => undefined))?.isFile()) throw new DataError(`there is no file of units at ${file}`);
  const names = [...new Set([columns.unit, columns.fallback, columns.stored, columns.storedVersion].filter((name) => name !== undefined))];
  const wanted = names.map((column) => ({ column, kind: 'category' as const }));
  const isArrow = ['.arrow', '.feather', '.ipc'].includes(path.extname(file).toLowerCase());
  const raw = isArrow ? await (await import('./arrow-columns.js')).arrowColumns(file, wanted) : await (await import('./duckdb-columns.js')).duckdbColumns(file, wanted);
  const byName = new Map(raw.map((column) => [column.name, column.values as readonly (string | null)[]]));
  return textOf(raw[0]!).map((id, row) => {
    const at = (name: string | undefined) => (name === undefined ? null : byName.get(name)![row]!);
    const [fallbackId, variation] = [at(columns.fallback), at(columns.stored)];
    return {
      id: id ?? '',
      ...(fallbackId !== null && { fallbackId }),
      ...(variation !== null && { stored: { variation, bucketVersion: versionOf(at(columns.storedVersion), config, file, row) } }),
    };
  });
}

const textOf = ({ values }: RawColumn): readonly (string | null)[] => values as readonly (string | null)[];

function versionOf(text: string | null, { bucketVersion }: AssignmentConfig, file: string, row: number): number {
  if (text === null) return bucketVersion;
  if (!/^\d{1,9}$/.test(text)) throw new DataError(`the stored version in row ${row + 1} of ${file} must be a whole number; got "${text.slice(0, 80)}"`);
  return Number(text);
}
