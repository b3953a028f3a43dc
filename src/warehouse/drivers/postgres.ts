import type { Warehouse } from '../warehouse.js';
import type { WarehouseOptions } from '../open.js';
import type { Source } from '../../experiment/plan.js';
export async function openPostgres(_source: Extract<Source, { kind: 'postgres' }>, _options: WarehouseOptions): Promise<Warehouse> { throw new Error('not yet'); }
