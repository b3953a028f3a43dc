import type { Category, Numeric } from '../stats/estimators/estimator.js';
import { rerandomise, allocate, type Rerandomisation } from '../stats/design/allocation/rerandomise.js';
import { stratifiedAllocation, type StratifiedAllocation } from '../stats/design/allocation/stratified-allocation.js';
import { isRefusal, type Refusal } from '../stats/refusal.js';
import { DataError } from '../warehouse/warehouse.js';
import { readColumns } from './read-columns.js';

/** Arms with their shares. */
export interface Arms { readonly names: readonly string[]; readonly weights: readonly number[] }

/** Arm of each unit of a list, in its order, and how well it balances. */
export interface Allocation<Report> {
  readonly units: readonly string[];
  readonly arms: readonly string[];
  readonly report: Report;
}

/** Holds the shares within every combination of the strata columns. @throws DataError for a file that cannot be used */
export async function allocateWithin(file: string, unit: string, strata: readonly string[], { names, weights }: Arms, salt: string): Promise<Allocation<StratifiedAllocation> | Refusal> {
  const { units, columns } = await listOf(file, unit, strata.map((column) => ({ column, kind: 'category' as const })));
  const labels = units.map((_, row) => columns.map((column) => textAt(column as Category, row)).join(' / '));
  const report = stratifiedAllocation(units, labels, weights, salt);
  return isRefusal(report) ? report : { units, arms: Array.from(report.arms, (arm) => names[arm]!), report };
}

/** Finds a salt under which hashing alone balances the covariates. @throws DataError for a file that cannot be used */
export async function allocateBalanced(file: string, unit: string, covariates: readonly string[], { names, weights }: Arms, search: { readonly salt: string; readonly candidates: number; readonly acceptance?: number }): Promise<Allocation<Rerandomisation> | Refusal> {
  const { units, columns } = await listOf(file, unit, covariates.map((column) => ({ column, kind: 'numeric' as const })));
  const report = rerandomise({ ...search, units, weights, covariates: columns.map((column) => (column as Numeric).values) });
  return isRefusal(report) ? report : { units, arms: Array.from(allocate(units, weights, report.salt), (arm) => names[arm]!), report };
}

async function listOf(file: string, unit: string, wanted: readonly { column: string; kind: 'numeric' | 'category' }[]) {
  if (wanted.some(({ column }) => column === unit)) throw new DataError(`${unit} identifies units; it cannot balance them too`);
  const { columns, droppedRows } = await readColumns(file, [{ column: unit, kind: 'category' }, ...wanted]);
  if (droppedRows > 0) throw new DataError(`${droppedRows} rows of ${file} have an empty ${[unit, ...wanted.map(({ column }) => column)].join(' or ')}; every unit needs all of them`);
  const [identifiers, ...rest] = columns as [Category, ...(Numeric | Category)[]];
  return { units: Array.from(identifiers.codes, (code) => identifiers.levels[code]!), columns: rest };
}

const textAt = ({ codes, levels }: Category, row: number): string => levels[codes[row]!]!;
