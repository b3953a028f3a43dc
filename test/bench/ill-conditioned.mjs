// node test/bench/ill-conditioned.mjs [units=10000000]: the standard error of values about 1e9 of standard deviation 1, read from Parquet, against the exact one.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { planSchema } from '../../dist/experiment/plan.js';
import { openWarehouse } from '../../dist/warehouse/open.js';

/** Relative. */
export const LIMIT = 1e-9;
/** Values of an arm go through this many multiples of 1/256 in turn, so that their scatter is known exactly. */
const CYCLE = 1000;

/** Relative error of the standard error of the difference between two arms of half the units each, a multiple of a thousand. */
export async function illConditioned(units = 10_000_000) {
  const folder = mkdtempSync(path.join(tmpdir(), 'assay-bench-'));
  const table = (name) => path.join(folder, `${name}.parquet`);
  try {
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    await connection.run(`copy (select range as unit, case when range % 2 = 0 then 'a' else 'b' end as arm from range(${units})) to '${table('exposures')}' (format parquet)`);
    await connection.run(`copy (select range as unit, 1e9 + ((((range // 2) * 7919) % ${CYCLE}) - ${CYCLE / 2}) / 256.0 as revenue from range(${units})) to '${table('orders')}' (format parquet)`);
    connection.closeSync();
    instance.closeSync();
    const plan = planSchema.parse({
      name: 'ill-conditioned',
      source: { kind: 'files', tables: { exposures: { path: table('exposures') }, orders: { path: table('orders') } } },
      exposures: { unit: 'unit', arm: 'arm' }, facts: [{ name: 'orders', unit: 'unit' }],
      arms: [{ name: 'a', weight: 0.5, control: true }, { name: 'b', weight: 0.5 }],
      metrics: [{ name: 'revenue', kind: 'mean', fact: 'orders', value: 'revenue' }],
      decision: { goals: [{ metric: 'revenue', claim: 'superiority' }] },
    });
    const warehouse = await openWarehouse(plan.source, { memoryLimit: '4GB' });
    const { summaries } = await warehouse.collect(plan).finally(() => warehouse.close());
    const variance = summaries.metrics[0].cells.filter(({ segment }) => segment === null)
      .reduce((sum, { summary }) => sum + summary.scatter[0][0] / (summary.n - 1) / summary.n, 0);
    const n = units / 2;
    const scatter = ((n / CYCLE) * (CYCLE * (CYCLE ** 2 - 1))) / 12 / 256 ** 2;
    return { units, relativeError: Math.abs(Math.sqrt(variance) / Math.sqrt((2 * scatter) / (n * (n - 1))) - 1) };
  } finally { rmSync(folder, { recursive: true }); }
}

if (process.argv[1] === import.meta.filename) console.log(await illConditioned(...process.argv.slice(2).map(Number)));
