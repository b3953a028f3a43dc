import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DuckDBInstance } from '@duckdb/node-api';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { planSchema, type PlanInput } from '../../src/experiment/plan.js';
import { summariesSchema } from '../../src/experiment/summaries.js';
import { openWarehouse } from '../../src/warehouse/open.js';
import { newDatabase } from '../database.js';
import { CASES, DESIGN_CASES, type Case } from './conformance-cases.js';
import { comparable, designOracle } from './design-oracle.js';
import { expectClose } from './expect-close.js';
import { oracle, type Rows } from './oracle.js';
import { shopRows, shopSql } from './shop-rows.js';

/** The last of these is the size of a timestamp: variances are 1e-18 of squares. */
const SHOPS = { shop: shopRows(), far: shopRows(120, 1e9) } as const;
type ShopName = keyof typeof SHOPS;

const folder = mkdtempSync(path.join(tmpdir(), 'assay-conformance-'));
const urls = new Map<ShopName, string>();

beforeAll(async () => {
  const url = await newDatabase();
  for (const name of Object.keys(SHOPS) as ShopName[]) {
    const statements = shopSql(SHOPS[name]);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(`create schema "${name}"`);
    await client.query(`set search_path = "${name}"`);
    for (const statement of statements) await client.query(statement);
    await client.end();
    urls.set(name, url);
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    for (const statement of statements) await connection.run(statement);
    for (const table of Object.keys(SHOPS[name])) await connection.run(`copy "${table}" to '${path.join(folder, `${name}-${table}.parquet`)}' (format parquet)`);
    connection.closeSync();
    instance.closeSync();
  }
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sourceOf = (engine: 'duckdb' | 'postgres', shop: ShopName): PlanInput['source'] => (engine === 'postgres'
  ? { kind: 'postgres', url: 'env:WAREHOUSE_URL', schema: shop }
  : { kind: 'files', tables: Object.fromEntries(Object.keys(SHOPS[shop]).map((table) => [table, { path: path.join(folder, `${shop}-${table}.parquet`) }])) });

/** What plain loops say of a case, once for all engines: they are told different sources, which no summary speaks of. */
const known = new Map<string, unknown>();
function expectedOf<T>({ title }: Case, from: () => T): T {
  if (!known.has(title)) known.set(title, from());
  return known.get(title) as T;
}

describe.each(['duckdb', 'postgres'] as const)('%s agrees with plain loops over the rows', (engine) => {
  async function collected({ shop = 'shop', plan: input }: Case) {
    const plan = planSchema.parse({ ...input, source: sourceOf(engine, shop) });
    const warehouse = await openWarehouse(plan.source, { threads: 2, env: { WAREHOUSE_URL: urls.get(shop) } });
    try {
      const { summaries, fingerprint, queries } = await warehouse.collect(plan);
      expect(fingerprint.tables.map(({ rows }) => rows)).not.toContain(0);
      expect(queries.every(({ title, sql }) => title !== '' && sql !== '')).toBe(true);
      return { plan, rows: SHOPS[shop] as unknown as Rows, summaries: summariesSchema.parse(summaries) };
    } finally { await warehouse.close(); }
  }

  it.each(CASES)('$title', async (of) => {
    const { plan, rows, summaries } = await collected(of);
    expectClose(summaries, expectedOf(of, () => oracle(plan, rows)));
  });

  it.each(DESIGN_CASES)('designs: $title', async (of) => {
    const { plan, rows, summaries } = await collected(of);
    expectClose(comparable(summaries), expectedOf(of, () => designOracle(plan, rows)));
  });
});

it('engines deal units to the same halves, and parts of a search to the same units', async () => {
  const means = CASES[0]!.plan;
  const [duck, postgres] = await Promise.all((['duckdb', 'postgres'] as const).map(async (engine) => {
    const plan = planSchema.parse({ ...means, heterogeneity: { metrics: ['revenue', 'most'], numeric: ['age'], bins: 3 }, source: sourceOf(engine, 'shop') });
    const warehouse = await openWarehouse(plan.source, { threads: 2, env: { WAREHOUSE_URL: urls.get('shop') } });
    try { return (await warehouse.collect(plan)).summaries; } finally { await warehouse.close(); }
  }));
  expectClose(postgres!.folds, duck!.folds);
  for (const { metric, cells } of duck!.folds!) {
    const whole = duck!.metrics.find((summary) => summary.metric === metric)!.cells;
    expect(new Set(cells.map(({ fold }) => fold))).toEqual(new Set([0, 1]));
    for (const { arm, segment, summary } of whole) {
      if (segment === null) continue;
      const halves = cells.filter((cell) => cell.arm === arm && cell.parts.length === 1 && cell.parts[0]!.name === segment.name && cell.parts[0]!.value === segment.value);
      expect([metric, arm, segment.value, halves.reduce((sum, half) => sum + half.summary.n, 0)]).toEqual([metric, arm, segment.value, summary.n]);
    }
  }
});

it('engines predict units by the same models, of ratios and bounded values too', async () => {
  const cupac = (learner: object) => ({ covariate: { cupac: { columns: ['age'], pre: '7d', folds: 4, learner } } });
  const revenue = { fact: 'events', value: 'revenue' };
  const metrics = [
    { name: 'linear', kind: 'mean', ...revenue, window: '0d..7d', cap: { upper: 60 }, ...cupac({ name: 'linear' }) },
    { name: 'ridge', kind: 'ratio', numerator: revenue, denominator: { fact: 'events', aggregate: 'count' }, window: '0d..7d', ...cupac({ name: 'ridge', lambda: 0.1 }) },
  ] as PlanInput['metrics'];
  const [duck, postgres] = await Promise.all((['duckdb', 'postgres'] as const).map(async (engine) => {
    const plan = planSchema.parse({ ...CASES[0]!.plan, metrics, decision: { goals: [{ metric: 'linear', claim: 'superiority' }] }, source: sourceOf(engine, 'shop') });
    const warehouse = await openWarehouse(plan.source, { threads: 2, env: { WAREHOUSE_URL: urls.get('shop') } });
    try { return (await warehouse.collect(plan)).summaries; } finally { await warehouse.close(); }
  }));
  expectClose(postgres!.metrics, duck!.metrics);
  for (const { cupac: models, covariates, cells } of duck!.metrics) {
    expect(models!.models.every(({ slopes }) => slopes.some((slope) => slope !== 0))).toBe(true);
    expect(covariates.every((name) => name.startsWith('x:prediction'))).toBe(true);
    const { summary } = cells[0]!;
    if (summary.kind !== 'moments') throw new Error('expected moments');
    expect(summary.scatter.at(-1)!.at(-1)!).toBeGreaterThan(0);
  }
});

it.each(['mean_latency', 'order_value', 'margin'])('engines read the same units for a forest of %s, with what each was like at its first exposure, and as many as the metric counts', async (name) => {
  const { plan: asked } = CASES.find(({ plan }) => plan.metrics.some((metric) => metric.name === name))!;
  const before = asked.metrics.some(({ kind }) => kind === 'ratio') ? [] : ['revenue', 'mean_latency'];
  const [duck, postgres] = await Promise.all((['duckdb', 'postgres'] as const).map(async (engine) => {
    const plan = planSchema.parse({ ...asked, heterogeneity: { segments: [], forest: { metric: name, arm: 'blue', before } }, source: sourceOf(engine, 'shop') });
    const warehouse = await openWarehouse(plan.source, { threads: 2, env: { WAREHOUSE_URL: urls.get('shop') } });
    try { return await warehouse.collect(plan); } finally { await warehouse.close(); }
  }));
  const { outcomes, treated, covariates } = duck!.units!;
  expect(covariates.map((covariate) => [covariate.name, covariate.levels])).toEqual([['country', ['DE', 'FR', "a'b"]], ['device', ['ios', 'web']], ['age', null], ...before.map((metric) => [`${metric} before`, null])]);
  expect(covariates.map(({ values }) => values.some(Number.isNaN))).toEqual([true, false, false, ...before.map((metric) => metric === 'mean_latency')]);
  outcomes.forEach((outcome, j) => expectClose([...outcome], [...postgres!.units!.outcomes[j]!]));
  expect(treated).toEqual(postgres!.units!.treated);
  covariates.forEach(({ values }, j) => expectClose(Array.from(values, nullOfNaN), Array.from(postgres!.units!.covariates[j]!.values, nullOfNaN)));
  for (const [arm, code] of [['control', 0], ['blue', 1]] as const) {
    const whole = duck!.summaries.metrics.find(({ metric }) => metric === name)!.cells.find((cell) => cell.arm === arm && cell.segment === null)!.summary;
    if (whole.kind !== 'moments') throw new Error('expected moments');
    outcomes.forEach((outcome, j) => {
      const own = outcome.filter((_, i) => treated[i] === code);
      expect(own.length).toBe(whole.n);
      expectClose(own.reduce((sum, value) => sum + value, 0) / own.length, whole.mean[j]);
    });
  }
});

const nullOfNaN = (value: number): number | null => (Number.isNaN(value) ? null : value);
