import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DuckDBInstance } from '@duckdb/node-api';
import { Bool, Dictionary, Float64, Int32, Int64, RecordBatch, Schema, Struct, Table, TimestampMicrosecond, Utf8, Field, makeData, tableFromArrays, tableToIPC, vectorFromArray } from 'apache-arrow';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Plan } from '../../src/experiment/plan.js';
import { openWarehouse } from '../../src/warehouse/open.js';
import { collectPlan, EXPOSURES, newFolder, ORDERS, planOver, smallPlan } from './small-plan.js';

let folder: string;
let expected: unknown;
const at = (...names: string[]) => path.join(folder, ...names);

const rows = ORDERS.trim().split('\n').slice(1).map((line) => line.split(','));
const arrowOrders = () => new Table({
  unit: vectorFromArray(rows.map(([unit]) => BigInt(unit!)), new Int64()),
  ts: vectorFromArray(rows.map(([, ts]) => Date.parse(ts!)), new TimestampMicrosecond('UTC')),
  revenue: vectorFromArray(rows.map(([, , revenue]) => Number(revenue)), new Float64()),
});

beforeAll(async () => {
  folder = newFolder();
  expected = (await collectPlan(smallPlan(folder))).summaries;
  writeFileSync(at('orders.ndjson'), rows.map(([unit, ts, revenue]) => JSON.stringify({ unit: Number(unit), ts, revenue: Number(revenue) })).join('\n'));
  writeFileSync(at('orders.arrow'), tableToIPC(arrowOrders(), 'file'));
  writeFileSync(at('orders.arrows'), tableToIPC(arrowOrders(), 'stream'));
  writeFileSync(at('orders.csv.gz'), gzipSync(ORDERS));
  writeFileSync(at('orders.tsv'), ORDERS.replaceAll(',', '\t'));
  writeFileSync(at('semicolons.csv'), ORDERS.replaceAll(',', ';'));
  mkdirSync(at('days'));
  writeFileSync(at('days', '1.csv'), ORDERS.split('\n').slice(0, 3).join('\n'));
  writeFileSync(at('days', '2.csv'), [ORDERS.split('\n')[0], ...ORDERS.split('\n').slice(3)].join('\n'));
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(`copy (select * from read_csv('${at('orders.csv')}')) to '${at('orders.parquet')}' (format parquet)`);
  connection.closeSync();
  instance.closeSync();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const over = (orders: string): Plan => planOver({ exposures: at('exposures.csv'), orders });

describe('the same rows in any format give the same summaries', () => {
  it.each(['orders.parquet', 'orders.ndjson', 'orders.arrow', 'orders.arrows', 'orders.csv.gz', 'orders.tsv', 'semicolons.csv', 'days', 'days/*.csv'])('%s', async (name) => {
    expect((await collectPlan(over(at(name)))).summaries).toEqual(expected);
  });
});

describe('arrow', () => {
  it('dictionaries, booleans, nulls and small integers are read', async () => {
    const table = tableFromArrays({ unit: Int32Array.from([1, 2, 3]) });
    const kinds = vectorFromArray(['x', null, 'y'], new Dictionary(new Utf8(), new Int32()));
    const flags = vectorFromArray([true, false, null], new Bool());
    const fields = [new Field('unit', new Int32()), new Field('kind', kinds.type, true), new Field('flag', new Bool(), true)];
    const data = makeData({ type: new Struct(fields), length: 3, nullCount: 0, children: [table.getChild('unit')!.data[0]!, kinds.data[0]!, flags.data[0]!] });
    writeFileSync(at('flags.arrow'), tableToIPC(new Table([new RecordBatch(new Schema(fields), data)]), 'file'));
    const plan = planOver({ exposures: at('exposures.csv'), flags: at('flags.arrow') }, {
      facts: [{ name: 'flags', unit: 'unit' }],
      metrics: [{ name: 'revenue', kind: 'proportion', fact: 'flags', value: 'flag' }, { name: 'kinds', kind: 'count', fact: 'flags', where: [{ column: 'kind', op: 'not_null' }] }],
    });
    const [revenue, kinds2] = (await collectPlan(plan)).summaries.metrics;
    expect(revenue!.cells.filter(({ segment }) => !segment).map(({ summary }) => (summary as { mean: number[] }).mean)).toEqual([[0.5], [0]]);
    expect(kinds2!.cells.filter(({ segment }) => !segment).map(({ summary }) => (summary as { mean: number[] }).mean)).toEqual([[1], [0]]);
  });

  it('a file that is not Arrow is refused by name', async () => {
    writeFileSync(at('broken.arrow'), 'unit,ts\n1,2\n');
    await expect(collectPlan(over(at('broken.arrow')))).rejects.toThrow(/table orders: .*broken\.arrow cannot be read as Arrow IPC/);
  });
});

describe('a warehouse', () => {
  it('numbers rows so that a table without a unit id is its own unit', async () => {
    const plan = { ...over(at('orders.csv')), source: { kind: 'files' as const, tables: { people: { path: at('exposures.csv'), rowNumber: 'row' } } } };
    const { summaries } = await collectPlan({
      ...plan, exposures: { ...plan.exposures, table: 'people', unit: 'row', time: undefined },
      facts: [{ name: 'orders', table: 'people', unit: 'row' }],
      metrics: [{ ...plan.metrics[0]!, kind: 'count', fact: 'orders', where: [{ column: 'country', op: 'eq', value: 'DE' }] }] as Plan['metrics'],
    });
    expect(summaries.exposures.units).toBe(4);
    expect(summaries.asOf).toBeNull();
    expect(summaries.metrics[0]!.cells.find(({ arm, segment }) => arm === 'a' && !segment)!.summary).toMatchObject({ n: 2, mean: [1], scatter: [[0]] });
  });

  it('reads the analyst\'s SELECT as a table', async () => {
    const plan = smallPlan(folder, {}, { facts: [{ name: 'orders', sql: "with big as (select * from orders where revenue > 5) select * from big -- a comment; with ( marks", unit: 'unit', time: 'ts' }] });
    const { summaries, fingerprint } = await collectPlan(plan);
    expect(summaries.facts[0]!.rows).toBe(2);
    expect(fingerprint.tables.map(({ name }) => name)).toEqual(['exposures', 'orders']);
  });

  it('has a fingerprint that changes with one byte and not with time', async () => {
    const read = async (plan: Plan) => { const w = await openWarehouse(plan.source); try { return await w.fingerprint(plan); } finally { await w.close(); } };
    const first = await read(smallPlan(folder));
    expect(await read(smallPlan(folder))).toEqual(first);
    expect(first.engine).toMatch(/^duckdb 1\./);
    expect(first.tables[1]).toMatchObject({ name: 'orders', rows: 4, bytes: ORDERS.length, checksum: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) });
    const changed = await read(smallPlan(folder, { exposures: EXPOSURES.replace('FR', 'FI') }));
    expect(changed.digest).not.toBe(first.digest);
    expect(changed.tables[1]).toEqual(first.tables[1]);
    smallPlan(folder);
  });

  it('orders exposures that lie too far apart for 64 bits', async () => {
    const lines = Array.from({ length: 40 }, (_, i) => `${i % 20},${i % 2 ? 'a' : 'b'},${i < 20 ? '8000-01-01' : '0100-01-01'}T00:00:${String(i).padStart(2, '0')}Z,c${i}`);
    const { summaries } = await collectPlan(smallPlan(folder, { exposures: `unit,arm,ts,country\n${lines.join('\n')}\n` }));
    expect(summaries.exposures).toMatchObject({ units: 20, first: '0100-01-01T00:00:20Z', last: '8000-01-01T00:00:19Z' });
    expect(summaries.exposures.segments.map(({ value }) => value).sort()).toEqual(Array.from({ length: 20 }, (_, i) => `c${20 + i}`).sort());
    smallPlan(folder);
  });

  it('stops when it is told to', async () => {
    const plan = smallPlan(folder, {}, { facts: [{ name: 'orders', sql: "select (i * i) % 1000003 as unit, timestamp '2026-03-05' as ts, sin(i) as revenue from range(200000000) t(i)", unit: 'unit', time: 'ts' }] });
    const warehouse = await openWarehouse(plan.source, { threads: 1 });
    const controller = new AbortController();
    const seen: [number, string][] = [];
    const began = performance.now();
    const collecting = warehouse.collect(plan, { signal: controller.signal, onProgress: (share, message) => {
      seen.push([share, message]);
      if (message.startsWith('reading the query')) setTimeout(() => controller.abort(new Error('enough')), 50);
    } });
    await expect(collecting).rejects.toThrow('enough');
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(seen.map(([share]) => share)).toEqual([...seen.map(([share]) => share)].sort());
    await warehouse.close();
  });
});
