import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DuckDBInstance } from '@duckdb/node-api';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { mergeMoments, momentsOf } from '../../src/stats/summaries/moments.js';
import { errorOf, illConditionedPlan, RELATIVE, scatterOf, VALUE, valueOf } from './ill-conditioned.js';
import { collectPlan, newFolder } from './small-plan.js';

const folder = newFolder();
const at = (name: string) => path.join(folder, name);
const UNITS = 50_000;

beforeAll(async () => {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(`copy (select range as unit, case when range % 2 = 0 then 'a' else 'b' end as arm from range(${2 * UNITS})) to '${at('exposures.parquet')}' (format parquet)`);
  await connection.run(`copy (select unit, ${VALUE} as revenue from (select range as unit from range(${2 * UNITS}))) to '${at('orders.parquet')}' (format parquet)`);
  connection.closeSync();
  instance.closeSync();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('mean 1e9, standard deviation 1', () => {
  it.each([1, 2])('the embedded engine with %i threads keeps nine digits of the standard error', async (threads) => {
    const collected = await collectPlan(illConditionedPlan({ exposures: at('exposures.parquet'), orders: at('orders.parquet') }), { threads });
    expect(errorOf(collected, UNITS)).toBeLessThanOrEqual(RELATIVE);
  });

  it('moments in memory keep nine digits of the scatter, and so do shards that are merged', () => {
    const n = 200_000;
    const values = Float64Array.from({ length: n }, (_, i) => valueOf(i));
    expect(Math.abs(momentsOf({ y: values }).scatter[0]![0]! / scatterOf(n) - 1)).toBeLessThanOrEqual(RELATIVE);
    const shards = Array.from({ length: 97 }, (_, s) => momentsOf({ y: values.filter((_, i) => (i * 31) % 97 === s) }));
    expect(Math.abs(shards.reduce(mergeMoments).scatter[0]![0]! / scatterOf(n) - 1)).toBeLessThanOrEqual(RELATIVE);
  });

  it('sums of squares would not: the data can tell', () => {
    const n = 200_000;
    let [sum, squares] = [0, 0];
    for (let i = 0; i < n; i++) {
      sum += valueOf(i);
      squares += valueOf(i) ** 2;
    }
    expect(Math.abs((squares - (sum * sum) / n) / scatterOf(n) - 1)).toBeGreaterThan(0.01);
  });
});
