import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { PlanInput } from '../../src/experiment/plan.js';
import type { WarehouseOptions } from '../../src/warehouse/open.js';
import { collectPlan, EXPOSURES, failureOf, newFolder, ORDERS, planOver, smallPlan, type Tables } from './small-plan.js';

let folder: string;
beforeEach(() => { folder = newFolder(); });
afterEach(() => { rmSync(folder, { recursive: true, force: true }); });

interface BadCase { readonly title: string; readonly tables?: Partial<Tables>; readonly plan?: Partial<PlanInput>; readonly says: RegExp; readonly path?: string }
const exposures = { unit: 'unit', arm: 'arm', time: 'ts', attributes: ['country'] };
const orders = { name: 'orders', unit: 'unit', time: 'ts' };
const metric = { name: 'revenue', kind: 'mean' as const, fact: 'orders', value: 'revenue' };

const CASES: readonly BadCase[] = [
  { title: 'a column that is not there is answered with the nearest', plan: { exposures: { ...exposures, unit: 'unti' } }, says: /table exposures has no column "unti"; the nearest is "unit" \(it has unit, arm, ts, country\)/, path: 'exposures.unit' },
  { title: 'a value column that is not there', plan: { metrics: [{ ...metric, value: 'revenu' }] }, says: /table orders has no column "revenu"; the nearest is "revenue"/, path: 'facts.0.value' },
  { title: 'a table that is not there', plan: { facts: [{ ...orders, table: 'order' }] }, says: /no table "order"; the nearest is "orders"/, path: 'facts.0.table' },
  { title: 'a value column of text', tables: { orders: ORDERS.replace('10.5', 'ten') }, says: /column "revenue" of table orders is VARCHAR, and a value must be a number/ },
  { title: 'a time column of numbers', tables: { orders: 'unit,ts,revenue\n1,1772352000,3\n' }, says: /column "ts" of table orders is BIGINT and not a time, such as "1772352000"/, path: 'facts.0.time' },
  { title: 'a time column of words', tables: { orders: 'unit,ts,revenue\n1,2026-03-01,3\n1,yesterday,3\n' }, says: /column "ts" of table orders has 1 values that are not times, such as "yesterday"/, path: 'facts.0.time' },
  { title: 'times with and without a zone in one column', tables: { exposures: EXPOSURES.replace('2026-03-01T01:00:00Z', '2026-03-01T01:00:00') }, says: /column "ts" of table exposures mixes 3 times with a zone, such as "2026-03-01T00:00:00Z" and 1 without/, path: 'exposures.time' },
  { title: 'an exposure without a time', tables: { exposures: `${EXPOSURES}5,a,,DE\n` }, says: /1 of 5 exposures have no time in column "ts"/, path: 'exposures.time' },
  { title: 'a broken CSV line is named by its number', tables: { orders: `${ORDERS}3,2026-03-03T04:00:00Z,1,2,3\n` }, says: /line 6 of .*orders\.csv cannot be read: it has more columns than the 3 of the header/ },
  { title: 'a CSV line that ends early is named by its number', tables: { orders: `${ORDERS}3,2026-03-03T04:00:00Z\n` }, says: /line 6 of .*orders\.csv cannot be read: it has 2 of the 3 columns of the header/ },
  { title: 'a late value of another type is named by its line', tables: { orders: `unit,ts,revenue\n${'1,2026-03-01T02:00:00Z,10\n'.repeat(30_000)}1,2026-03-01T02:00:00Z,many\n` }, says: /line 30002 of .*orders\.csv cannot be read: column "revenue": could not convert string "many" to/ },
  { title: 'a filter that the column cannot be compared with', plan: { metrics: [{ ...metric, where: [{ column: 'revenue', value: 'lots' }] }] }, says: /column "revenue" of table orders is DOUBLE and cannot be compared with "lots"/ },
  { title: 'an attribute that some units lack', tables: { exposures: EXPOSURES.replaceAll('DE', '1').replaceAll('FR', '2') }, plan: { metrics: [{ ...metric, covariate: { columns: ['country'] } }] }, says: /adjusts for "country", which has no value for 1 units at their first exposure/ },
  { title: 'attributes that were known only after exposure', tables: { exposures: EXPOSURES.replace('unit,arm,ts,country', 'unit,arm,ts,country,known').split('\n').map((line, i) => (i === 0 || line === '' ? line : `${line},${i === 2 ? '2026-03-09T00:00:00Z' : '2026-02-01T00:00:00Z'}`)).join('\n') },
    plan: { exposures: { ...exposures, attributesTime: 'known' } }, says: /1 of 4 exposures have attributes that were known only after the exposure \(column "known"\); join the last values known before it/, path: 'exposures.attributesTime' },
  { title: 'a time of attributes that is none', plan: { exposures: { ...exposures, attributesTime: 'country' } }, says: /column "country" of table exposures .* not times?/, path: 'exposures.attributesTime' },
  { title: 'two statements', plan: { facts: [{ ...orders, sql: 'select * from orders; drop table orders' }] }, says: /sql must be a single SELECT; it has more than one statement/, path: 'facts.0.sql' },
  { title: 'a statement that writes', plan: { facts: [{ ...orders, sql: 'delete from orders' }] }, says: /sql must be a single SELECT; it begins with DELETE/ },
  { title: 'a query that leaves its parentheses', plan: { facts: [{ ...orders, sql: 'select 1) as t; copy (select 1) to \'/tmp/x\'; select (1' }] }, says: /sql must be a single SELECT/ },
  { title: 'a query that is not SQL', plan: { facts: [{ ...orders, sql: 'select from where' }] }, says: /the query of orders: syntax error/ },
  { title: 'a query that reads another file', plan: { facts: [{ ...orders, sql: "select 1 as unit, now() as ts, 1 as revenue from read_text('/etc/passwd')" }] }, says: /the SQL of the plan may read only the tables of its source/ },
  { title: 'a query that lists a folder', plan: { facts: [{ ...orders, sql: "select 1 as unit, now() as ts, 1 as revenue from glob('/etc/*')" }] }, says: /the SQL of the plan may read only the tables of its source/ },
  { title: 'a query that asks for an extension', plan: { facts: [{ ...orders, sql: "select 1 as unit, now() as ts, 1 as revenue from read_parquet('https://example.com/a.parquet')" }] }, says: /the SQL of the plan may read only|extension/i },
];

describe('bad input ends with a sentence', () => {
  it.each(CASES)('$title', async ({ tables, plan, says, path: field }) => {
    const error = await failureOf(smallPlan(folder, tables, plan));
    expect(error.message).toMatch(says);
    expect(error.name).toBe('DataError');
    if (field) expect(error.path).toBe(field);
  });

  it('names that hold quotes and semicolons are names', async () => {
    const odd = `a"; drop table orders; --`;
    const plan = smallPlan(folder, {
      exposures: EXPOSURES.replace('country', `"${odd.replace('"', '""')}"`).replace(',a,', `,${"x'; select 1; --"},`),
    }, {
      exposures: { ...exposures, attributes: [odd] }, segments: [{ name: 'odd', column: odd }],
      arms: [{ name: "x'; select 1; --", weight: 0.5, control: true }, { name: 'b', weight: 0.5 }],
    });
    const { summaries } = await collectPlan(plan);
    expect(summaries.exposures.arms).toEqual([{ arm: "x'; select 1; --", units: 1 }, { arm: 'b', units: 2 }]);
    expect(summaries.exposures.unplannedArms).toEqual([{ arm: 'a', units: 1 }]);
    expect(summaries.facts[0]!.rows).toBe(4);
  });

  it('arms that are numbers are compared as text', async () => {
    const plan = smallPlan(folder, { exposures: EXPOSURES.replaceAll(',a,', ',0,').replaceAll(',b,', ',1,') }, { arms: [{ name: '0', weight: 0.5, control: true }, { name: '1', weight: 0.5 }] });
    expect((await collectPlan(plan)).summaries.exposures.arms).toEqual([{ arm: '0', units: 2 }, { arm: '1', units: 2 }]);
  });

  it('unit ids of different types are compared as text', async () => {
    const plan = smallPlan(folder, { orders: `${ORDERS}u7,2026-03-01T02:00:00Z,2\n` });
    const { summaries } = await collectPlan(plan);
    expect(summaries.facts[0]).toMatchObject({ rows: 5, matched: 2 });
    expect(summaries.metrics[0]!.cells[0]!.summary).toMatchObject({ n: 2, mean: [5.25] });
  });

  it('times without a zone are of the zone of their table, or UTC', async () => {
    const plan = smallPlan(folder, { exposures: EXPOSURES.replaceAll('Z,', ',') });
    expect((await collectPlan(plan)).summaries.exposures.first).toBe('2026-03-01T00:00:00Z');
    const source = { kind: 'files' as const, tables: { ...(plan.source as { tables: object }).tables, exposures: { path: path.join(folder, 'exposures.csv'), timezone: 'Europe/Berlin' } } };
    expect((await collectPlan({ ...plan, source } as typeof plan)).summaries.exposures.first).toBe('2026-02-28T23:00:00Z');
  });
});

describe('files', () => {
  const refused = async (file: string, options: WarehouseOptions) => (await failureOf(planOver({ exposures: file, orders: path.join(folder, 'orders.csv') }), options)).message;

  it('a missing file is named', async () => {
    expect(await refused(path.join(folder, 'nowhere.csv'), {})).toBe(`table exposures: there is no file or folder ${path.join(folder, 'nowhere.csv')}`);
  });

  it('a path outside the allowed folders is refused, directly, by .. and by a link', async () => {
    smallPlan(folder);
    const inside = path.join(folder, 'inside');
    mkdirSync(inside);
    symlinkSync(path.join(folder, 'exposures.csv'), path.join(inside, 'link.csv'));
    symlinkSync(folder, path.join(inside, 'up'));
    for (const file of [path.join(folder, 'exposures.csv'), `${inside}/../exposures.csv`, path.join(inside, 'link.csv'), path.join(inside, 'up', '*.csv'), path.join(inside, 'up', 'exposures.csv'), '/etc/passwd', '/no/such/file.csv']) {
      expect(await refused(file, { allowedFolders: [inside] })).toContain(`is outside the allowed folders (${inside})`);
    }
  });

  it('an allowed folder and an override are read', async () => {
    const plan = smallPlan(folder);
    writeFileSync(path.join(folder, 'more.csv'), `${EXPOSURES}5,a,2026-03-02T00:00:00Z,DE\n`);
    const { summaries } = await collectPlan(plan, { allowedFolders: [folder], overrides: { exposures: path.join(folder, 'more.csv') } });
    expect(summaries.exposures.rows).toBe(5);
    expect((await failureOf(plan, { overrides: { exposure: 'x.csv' } })).message).toMatch(/no table "exposure" to read from another path/);
  });

  it('a data source of the service is not opened here', async () => {
    const plan = { ...smallPlan(folder), source: { kind: 'datasource' as const, name: 'shop' } };
    expect((await failureOf(plan)).message).toMatch(/data source shop is registered with a service/);
  });

  it('what does not fit in memory is spilled, and too little memory ends with a sentence', async () => {
    const plan = smallPlan(folder, {}, {
      exposures: { unit: 'unit', arm: 'arm', time: 'ts', sql: "select i as unit, case when i % 2 = 0 then 'a' else 'b' end as arm, timestamp '2026-03-01' as ts from range(1500000) t(i)" },
      segments: [], facts: [{ ...orders, sql: "select (i * 7919) % 1500000 as unit, timestamp '2026-03-05' as ts, 1 as revenue from range(3000000) t(i)" }],
    });
    const { summaries } = await collectPlan(plan, { memoryLimit: '80MB', tempFolder: folder });
    expect(summaries.facts[0]).toMatchObject({ rows: 3_000_000, matched: 1_500_000 });
    expect((await failureOf(plan, { memoryLimit: '12MB' })).message).toMatch(/memory limit was reached/);
  }, 120_000);
});
