import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { planSchema, type Plan, type PlanInput } from '../../src/experiment/plan.js';
import { openWarehouse, type WarehouseOptions } from '../../src/warehouse/open.js';
import type { Collected, DataError } from '../../src/warehouse/warehouse.js';

export const newFolder = (): string => mkdtempSync(path.join(tmpdir(), 'assay-warehouse-'));

export const EXPOSURES = 'unit,arm,ts,country\n1,a,2026-03-01T00:00:00Z,DE\n2,b,2026-03-01T01:00:00Z,FR\n3,a,2026-03-02T00:00:00Z,DE\n4,b,2026-03-02T00:00:00Z,\n';
export const ORDERS = 'unit,ts,revenue\n1,2026-03-01T02:00:00Z,10.5\n2,2026-03-01T03:00:00Z,4\n2,2026-03-03T03:00:00Z,6\n9,2026-03-03T04:00:00Z,1\n';

export interface Tables { readonly exposures: string; readonly orders: string }

/** Writes two tables and makes a plan that reads them. */
export function smallPlan(folder: string, tables: Partial<Tables> = {}, changes: Partial<PlanInput> = {}): Plan {
  writeFileSync(path.join(folder, 'exposures.csv'), tables.exposures ?? EXPOSURES);
  writeFileSync(path.join(folder, 'orders.csv'), tables.orders ?? ORDERS);
  return planOver({ exposures: path.join(folder, 'exposures.csv'), orders: path.join(folder, 'orders.csv') }, changes);
}

export function planOver(paths: Readonly<Record<string, string>>, changes: Partial<PlanInput> = {}): Plan {
  return planSchema.parse({
    name: 'small',
    source: { kind: 'files', tables: Object.fromEntries(Object.entries(paths).map(([name, file]) => [name, { path: file }])) },
    exposures: { unit: 'unit', arm: 'arm', time: 'ts', attributes: ['country'] },
    facts: [{ name: 'orders', unit: 'unit', time: 'ts' }],
    segments: [{ name: 'country', column: 'country' }],
    arms: [{ name: 'a', weight: 0.5, control: true }, { name: 'b', weight: 0.5 }],
    metrics: [{ name: 'revenue', kind: 'mean', fact: 'orders', value: 'revenue' }],
    decision: { goals: [{ metric: 'revenue', claim: 'superiority' }] },
    ...changes,
  });
}

export async function collectPlan(plan: Plan, options: WarehouseOptions = {}): Promise<Collected> {
  const warehouse = await openWarehouse(plan.source, { threads: 1, ...options });
  try { return await warehouse.collect(plan); } finally { await warehouse.close(); }
}

/** The error that a collection ends with; throws when it does not. */
export async function failureOf(plan: Plan, options: WarehouseOptions = {}): Promise<DataError> {
  try { await collectPlan(plan, options); } catch (error) { return error as DataError; }
  throw new Error('the collection was expected to fail and did not');
}
