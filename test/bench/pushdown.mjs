/**
 * From Parquet to verdict against DuckDB's plain scan-and-group of the same columns by unit, in one process with the
 * same settings. Full scale is 10M exposures and 50M events of 2M units: `node test/bench/pushdown.mjs 1`.
 */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';

const THREADS = 2;
const MEMORY = '4GB';
export const LIMIT = 1.5;
const SEGMENTS = ['country', 'device', 'tier', 'visitor', 'channel'];

/** Users come back five times in two weeks; events are in the order of time, as logs are, over six weeks around them. */
async function generate(folder, scale) {
  const [exposures, events, units] = [10e6, 50e6, 2e6].map((n) => Math.round(n * scale));
  const files = { exposures: path.join(folder, 'exposures.parquet'), events: path.join(folder, 'events.parquet') };
  if (existsSync(files.exposures) && existsSync(files.events)) return files;
  mkdirSync(folder, { recursive: true });
  const instance = await DuckDBInstance.create(':memory:', { threads: String(THREADS), memory_limit: MEMORY });
  const connection = await instance.connect();
  const pick = (names, expression) => `[${names.map((name) => `'${name}'`).join(', ')}][1 + (${expression} % ${names.length})::int]`;
  const write = async (file, sql) => { await connection.run(`copy (${sql}) to '${file}.part' (format parquet)`); renameSync(`${file}.part`, file); };
  await write(files.exposures, `select unit, ${pick(['control', 'blue', 'green'], 'h')} as arm,
    timestamp '2026-03-15' + to_seconds((hash(i, 1) % 1209600)::bigint) as ts,
    ${pick(['DE', 'FR', 'US', 'GB', 'IN', 'BR'], 'h // 3')} as country, ${pick(['ios', 'android', 'web'], 'h // 18')} as device,
    ${pick(['free', 'pro', 'team'], 'h // 54')} as tier, ${pick(['new', 'old'], 'h // 162')} as visitor, ${pick(['ads', 'seo', 'mail', 'direct'], 'h // 324')} as channel
    from (select i, (hash(i) % ${units})::bigint as unit, hash((hash(i) % ${units})::bigint, 7) as h from range(${exposures}) t(i))`);
  await write(files.events, `select (hash(i, 5) % ${Math.round(units * 1.05)})::bigint as unit,
    timestamp '2026-03-01' + to_microseconds((i * 3628800000000.0 / ${events})::bigint) as ts,
    ['view', 'cart', 'purchase', 'error'][case when h % 100 < 60 then 1 when h % 100 < 80 then 2 when h % 100 < 95 then 3 else 4 end] as kind,
    round((h // 100 % 10000) / 100.0, 2) as revenue, (1 + (h // 1000000) % 5)::int as items, (50 + (h // 10000000) % 100000 / 100.0) as latency
    from (select i, hash(i, 9) as h from range(${events}) t(i))`);
  connection.closeSync();
  instance.closeSync();
  return files;
}

/** 20 metrics, each with its own pre-period as covariate. */
function planOver(files) {
  const of = (kind) => [{ column: 'kind', value: kind }];
  const component = (value, where = []) => ({ fact: 'events', value, where });
  const count = (where = []) => ({ fact: 'events', aggregate: 'count', where });
  const [buy, view, cart, error] = ['purchase', 'view', 'cart', 'error'].map(of);
  const metrics = [
    { name: 'revenue', kind: 'mean', value: 'revenue', where: buy },
    { name: 'revenue_capped', kind: 'mean', value: 'revenue', where: buy, cap: { upper: 200 } },
    { name: 'revenue_winsorised', kind: 'mean', value: 'revenue', where: buy, winsorise: { upper: 0.99 } },
    { name: 'items', kind: 'mean', value: 'items', where: buy },
    { name: 'latency_total', kind: 'mean', value: 'latency' },
    { name: 'latency_mean', kind: 'mean', value: 'latency', aggregate: 'mean' },
    { name: 'orders', kind: 'count', where: buy }, { name: 'views', kind: 'count', where: view },
    { name: 'carts', kind: 'count', where: cart }, { name: 'errors', kind: 'count', where: error }, { name: 'events', kind: 'count' },
    { name: 'bought', kind: 'proportion', where: buy }, { name: 'carted', kind: 'proportion', where: cart }, { name: 'failed', kind: 'proportion', where: error },
    { name: 'order_value', kind: 'ratio', numerator: component('revenue', buy), denominator: count(buy) },
    { name: 'items_per_order', kind: 'ratio', numerator: component('items', buy), denominator: count(buy) },
    { name: 'error_rate', kind: 'ratio', numerator: count(error), denominator: count() },
    { name: 'cart_rate', kind: 'ratio', numerator: count(cart), denominator: count(view) },
    { name: 'revenue_per_view', kind: 'ratio', numerator: component('revenue', buy), denominator: count(view) },
    { name: 'latency_per_view', kind: 'ratio', numerator: component('latency'), denominator: count(view) },
  ].map((metric) => ({ ...(metric.kind === 'ratio' ? {} : { fact: 'events' }), ...metric, window: '0d..7d', covariate: { pre: '14d' } }));
  return {
    name: 'pushdown',
    source: { kind: 'files', tables: { exposures: { path: files.exposures }, events: { path: files.events } } },
    exposures: { unit: 'unit', arm: 'arm', time: 'ts', attributes: SEGMENTS },
    facts: [{ name: 'events', unit: 'unit', time: 'ts' }],
    segments: SEGMENTS.map((column) => ({ name: column, column })),
    arms: [{ name: 'control', weight: 1 / 3, control: true }, { name: 'blue', weight: 1 / 3 }, { name: 'green', weight: 1 / 3 }],
    metrics,
    decision: { goals: [{ metric: 'revenue', claim: 'superiority' }], guardrails: [{ metric: 'error_rate', margin: 0.05 }] },
  };
}

const EXPOSURES = `min(ts), min(arm), max(arm), ${SEGMENTS.map((name) => `min(${name})`).join(', ')}`;
const BOUGHT = "case when kind = 'purchase' then";
/** The columns over units that the metrics are made of, before and after a date. */
const COLUMNS = `sum(${BOUGHT} revenue end), sum(${BOUGHT} items end), sum(latency), count(latency), count(*),
  ${['purchase', 'view', 'cart', 'error'].map((kind) => `count(case when kind = '${kind}' then 1 end)`).join(', ')}`;

/**
 * Two plain scan-and-groups of the same tables by unit, neither with a join, a window around exposure, a segment, a moment or a check.
 * `columns` makes the columns over units that the metrics need, with one date for all as before and after; `bare` only reads the raw
 * columns: an aggregate each.
 */
const PLAIN = {
  columns: ['unit, ts >= timestamp \'2026-03-15\'', COLUMNS],
  bare: ['unit', 'count(*), min(ts), max(kind), sum(revenue), sum(items), sum(latency)'],
};

async function plain(files, kind) {
  const [keys, aggregates] = PLAIN[kind];
  const spill = mkdtempSync(path.join(tmpdir(), 'assay-bench-'));
  const instance = await DuckDBInstance.create(':memory:', { threads: String(THREADS), memory_limit: MEMORY, temp_directory: spill });
  const connection = await instance.connect();
  const clock = stopwatch();
  await connection.run(`create temp table a as select unit, ${EXPOSURES} from '${files.exposures}' group by unit`);
  await connection.run(`create temp table b as select ${keys}, ${aggregates} from '${files.events}' group by ${keys}`);
  const took = clock();
  connection.closeSync();
  instance.closeSync();
  rmSync(spill, { recursive: true, force: true });
  return took;
}

async function analysed(files, dist) {
  const [{ planSchema }, { openWarehouse }, { conclude }] = await Promise.all(['experiment/plan.js', 'warehouse/open.js', 'analyze.js'].map((file) => import(new URL(file, dist).href)));
  const plan = planSchema.parse(planOver(files));
  const clock = stopwatch();
  const warehouse = await openWarehouse(plan.source, { threads: THREADS, memoryLimit: MEMORY });
  const { summaries } = await warehouse.collect(plan);
  const { decision } = await conclude(plan, summaries);
  const took = clock();
  await warehouse.close();
  return { ...took, verdict: decision.verdict, units: summaries.exposures.units };
}

function stopwatch() {
  const began = performance.now();
  const used = process.cpuUsage();
  return () => { const { user, system } = process.cpuUsage(used); return { seconds: (performance.now() - began) / 1000, cpu: (user + system) / 1e6 }; };
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/**
 * @param scale  share of 10M exposures and 50M events
 * @param dist   where the built code is
 * @returns medians of `rounds` alternating runs; `ratio` and `cpuRatio` (processor time) are to the plain columns, `bareRatio`, which the limit is for, to the bare scan
 */
export async function pushdown({ scale = 0.05, rounds = 3, dist = new URL('../../dist/', import.meta.url), folder = path.join(tmpdir(), 'assay-bench', `pushdown-${scale}`) } = {}) {
  const files = await generate(folder, scale);
  const runs = [];
  for (let i = 0; i < rounds; i++) runs.push({ columns: await plain(files, 'columns'), assay: await analysed(files, dist), bare: await plain(files, 'bare') });
  const of = (side, what) => median(runs.map((run) => run[side][what]));
  return {
    name: 'pushdown', scale, rounds, units: runs[0].assay.units, verdict: runs[0].assay.verdict,
    assaySeconds: of('assay', 'seconds'), plainSeconds: of('columns', 'seconds'), bareSeconds: of('bare', 'seconds'),
    ratio: median(runs.map(({ assay, columns }) => assay.seconds / columns.seconds)),
    cpuRatio: median(runs.map(({ assay, columns }) => assay.cpu / columns.cpu)),
    bareRatio: median(runs.map(({ assay, bare }) => assay.seconds / bare.seconds)),
    limit: LIMIT,
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [scale = '0.05', rounds = '3', dist] = process.argv.slice(2);
  const result = await pushdown({ scale: Number(scale), rounds: Number(rounds), ...(dist ? { dist: new URL(`file://${path.resolve(dist)}/`) } : {}) });
  console.log(Object.entries(result).map(([name, value]) => `${name} ${typeof value === 'number' ? Number(value.toFixed(3)) : value}`).join('\n'));
}
