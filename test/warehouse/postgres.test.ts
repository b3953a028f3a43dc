import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rmSync } from 'node:fs';
import pg from 'pg';
import { planSchema, type Plan, type PlanInput } from '../../src/experiment/plan.js';
import type { WarehouseOptions } from '../../src/warehouse/open.js';
import { openWarehouse } from '../../src/warehouse/open.js';
import { newDatabase } from '../database.js';
import { errorOf, illConditionedPlan, RELATIVE, VALUE } from './ill-conditioned.js';
import { failureOf, newFolder, planOver } from './small-plan.js';

const folder = newFolder();
let url = '';
const query = async (sql: string) => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try { return (await client.query(sql)).rows as Record<string, unknown>[]; } finally { await client.end(); }
};

beforeAll(async () => {
  url = await newDatabase();
  await query(`create table exposures (unit bigint, arm text, ts timestamptz, country text);
    insert into exposures values (1, 'a', '2026-03-01T00:00:00Z', 'DE'), (2, 'b', '2026-03-01T01:00:00Z', 'FR');
    create table orders (unit bigint, ts timestamptz, revenue float8, note text);
    insert into orders values (1, '2026-03-01T02:00:00Z', 3, 'x'), (2, '2026-03-01T03:00:00Z', 4, 'y');
    create function spend() returns bigint language plpgsql volatile as $$ begin delete from orders; return 1; end $$;
    create function unlock() returns bigint language plpgsql volatile as $$ begin perform set_config('transaction_read_only', 'off', true); delete from orders; return 1; end $$`);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const source = { kind: 'postgres' as const, url: 'env:WAREHOUSE_URL' as const };
const over = (changes: Partial<PlanInput> = {}): Plan => planSchema.parse({ ...planOver({}), source, ...changes });
const orders = { name: 'orders', unit: 'unit', time: 'ts' };
const failure = (changes: Partial<PlanInput>, options: WarehouseOptions = {}) => failureOf(over(changes), { env: { WAREHOUSE_URL: url }, ...options });

describe('postgres', () => {
  it('keeps nine digits of the standard error of values about 1e9 of deviation 1', async () => {
    const units = 10_000;
    await query(`create table many as select unit, case when unit % 2 = 0 then 'a' else 'b' end as arm, ${VALUE.replace('//', '/')} as revenue from generate_series(0, ${2 * units - 1}) as unit`);
    const plan = planSchema.parse({ ...illConditionedPlan({}), source, exposures: { table: 'many', unit: 'unit', arm: 'arm' }, facts: [{ name: 'orders', table: 'many', unit: 'unit' }] });
    const warehouse = await openWarehouse(plan.source, { env: { WAREHOUSE_URL: url } });
    try { expect(errorOf(await warehouse.collect(plan), units)).toBeLessThanOrEqual(RELATIVE); } finally { await warehouse.close(); }
  });

  it.each(['spend()', 'unlock()'])('a function of the plan that writes is stopped: %s', async (call) => {
    const error = await failure({ facts: [{ ...orders, sql: `select ${call} as unit, ts, revenue from orders` }] });
    expect(error.message).toMatch(/read-only|may only read/);
    expect(await query('select count(*) as n from orders')).toEqual([{ n: '2' }]);
  });

  it.each<[string, Partial<PlanInput>, RegExp]>([
    ['a missing table', { facts: [{ ...orders, table: 'order' }] }, /schema public has no table "order".*the nearest is "orders"/],
    ['a missing column', { facts: [{ ...orders, unit: 'units' }] }, /table orders has no column "units"; the nearest is "unit"/],
    ['a time that is text', { facts: [{ ...orders, time: 'note' }] }, /column "note" of table orders is text and not a time, such as "x"/],
    ['a statement after the SELECT', { facts: [{ ...orders, sql: 'select * from orders; delete from orders' }] }, /more than one statement/],
    ['a delete in a WITH', { facts: [{ ...orders, sql: 'with gone as (delete from orders returning *) select * from gone' }] }, /DELETE|delete|WITH/],
    ['SQL with a slip', { facts: [{ ...orders, sql: 'select revenu as revenue, unit, ts from orders' }] }, /the query of orders: column "revenu" does not exist/],
  ])('%s ends with a sentence', async (_, changes, says) => {
    expect((await failure(changes)).message).toMatch(says);
    expect(await query('select count(*) as n from orders')).toEqual([{ n: '2' }]);
  });

  it('says which variable is missing, and that a database is down, without its password', async () => {
    expect((await failure({}, { env: {} })).message).toMatch(/environment variable WAREHOUSE_URL/);
    const error = await failure({}, { env: { WAREHOUSE_URL: 'postgresql://app:secret@127.0.0.1:1/none' } });
    expect(error.message).toMatch(/the database of WAREHOUSE_URL: cannot connect/);
    expect(error.message).not.toContain('secret');
  });

  const slow = { ...orders, sql: 'select unit, ts, revenue from orders, pg_sleep(20)' };
  it('stops at the time limit of a statement', async () => {
    expect((await failure({ facts: [slow] }, { statementTimeout: 300 })).message).toMatch(/stopped by the time limit/);
  });

  it('stops when it is told to, and so does the server', async () => {
    const warehouse = await openWarehouse(over().source, { env: { WAREHOUSE_URL: url } });
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error('enough')), 500);
    await expect(warehouse.collect(over({ facts: [slow] }), { signal: controller.signal })).rejects.toThrow('enough');
    expect(await query("select count(*) as n from pg_stat_activity where application_name = 'assay' and datname = current_database() and state = 'active'")).toEqual([{ n: '0' }]);
    await warehouse.close();
  });

  it('leaves no table behind and has a fingerprint of contents', async () => {
    const warehouse = await openWarehouse(over().source, { env: { WAREHOUSE_URL: url } });
    const first = await warehouse.collect(over());
    expect(first.summaries.metrics[0]!.cells.map(({ summary }) => (summary as { mean: number[] }).mean)).toEqual([[3], [4], [3], [4]]);
    expect(await query("select count(*) as n from pg_class where relname like 'assay%'")).toEqual([{ n: '0' }]);
    expect((await warehouse.fingerprint(over())).digest).toBe(first.fingerprint.digest);
    await query('update orders set revenue = 5 where unit = 2');
    expect((await warehouse.fingerprint(over())).digest).not.toBe(first.fingerprint.digest);
    await warehouse.close();
  });
});
