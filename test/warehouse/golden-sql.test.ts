import { describe, expect, it } from '@jest/globals';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { planSchema, type PlanInput } from '../../src/experiment/plan.js';
import type { ExecutedQuery } from '../../src/experiment/summaries.js';
import { collect } from '../../src/warehouse/collect.js';
import type { Dialect } from '../../src/warehouse/dialects/ansi.js';
import { bigquery } from '../../src/warehouse/dialects/bigquery.js';
import { clickhouse } from '../../src/warehouse/dialects/clickhouse.js';
import { duckdb } from '../../src/warehouse/dialects/duckdb.js';
import { postgres } from '../../src/warehouse/dialects/postgres.js';
import { snowflake } from '../../src/warehouse/dialects/snowflake.js';
import { spark } from '../../src/warehouse/dialects/spark.js';
import { trino } from '../../src/warehouse/dialects/trino.js';
import { lowered } from '../../src/warehouse/lowered-design.js';
import type { Column, Relation } from '../../src/warehouse/relation.js';
import type { Row, Session } from '../../src/warehouse/session.js';

const GOLDEN = fileURLToPath(new URL('../golden/sql/', import.meta.url));
const DESIGNS = fileURLToPath(new URL('../golden/sql-designs/', import.meta.url));
const columns: Readonly<Record<string, readonly Column[]>> = {
  exposures: [['user "id"', 'text'], ['arm', 'text'], ['ts', 'timestamp'], ['country', 'text'], ['age', 'integer'], ['is_bot', 'boolean']].map(([name, type]) => ({ name, type, declared: type }) as Column),
  orders: [['user "id"', 'text'], ['ts', 'timestamptz'], ['order_id', 'text'], ['kind', 'text'], ['revenue', 'number']].map(([name, type]) => ({ name, type, declared: type }) as Column),
};
const orders = { fact: 'orders', where: [{ column: 'kind', value: "o'rder" }] };

const plan = planSchema.parse({
  name: 'golden',
  source: { kind: 'datasource', name: 'warehouse' },
  exposures: { unit: 'user "id"', arm: 'arm', time: 'ts', attributes: ['country', 'age'], exclude: [{ name: 'bots', where: [{ column: 'is_bot', value: true }] }] },
  facts: [{ name: 'orders', unit: 'user "id"', time: 'ts', id: 'order_id' }],
  segments: [{ name: 'country', column: 'country' }],
  arms: [{ name: 'control', weight: 0.5, control: true }, { name: "o'green", weight: 0.5 }],
  start: '2026-03-01T00:00:00Z', asOf: '2026-03-20T00:00:00Z',
  metrics: [
    { name: 'revenue', kind: 'mean', ...orders, value: 'revenue', window: '0d..7d', covariate: { pre: '14d' }, winsorise: { upper: 0.99 } },
    { name: 'order_value', kind: 'ratio', numerator: { ...orders, value: 'revenue' }, denominator: { ...orders, aggregate: 'count' }, covariate: { columns: ['age'] } },
    { name: 'checkout', kind: 'funnel', window: '0d..7d', steps: [{ fact: 'orders', where: [{ column: 'kind', value: 'cart' }] }, orders] },
    { name: 'p90', kind: 'quantile', ...orders, value: 'revenue', aggregate: 'max', probability: 0.9 },
  ],
  decision: { goals: [{ metric: 'revenue', claim: 'superiority' }] },
  heterogeneity: { numeric: ['age'], bins: 3, forest: {} },
});

const small = {
  name: 'golden', source: { kind: 'datasource', name: 'warehouse' },
  exposures: { unit: 'user "id"', arm: 'arm', time: 'ts', attributes: ['country', 'age'] }, facts: [{ name: 'orders', unit: 'user "id"', time: 'ts' }],
  arms: [{ name: 'control', weight: 0.5, control: true }, { name: "o'green", weight: 0.5 }],
  metrics: [{ name: 'revenue', kind: 'mean', ...orders, value: 'revenue' }], decision: { goals: [{ metric: 'revenue', claim: 'superiority' }] },
} satisfies PlanInput;

/** Designs that make columns; the others read columns that are there. */
const designs: Readonly<Record<string, Partial<PlanInput>>> = {
  stratified: { design: { kind: 'stratified', columns: ['country', 'age'] } },
  factorial: {
    design: { kind: 'factorial', factors: [{ name: 'country', column: 'country' }, { name: 'age', column: 'age' }] },
    arms: ['DE / 30', 'DE / 40', 'FR / 30', 'FR / 40'].map((name, i) => ({ name, weight: 0.25, control: i === 0 })),
  },
  holdout: { design: { kind: 'holdout', keys: ['held', "o'held"] } },
  switchback: { design: { kind: 'switchback', bucket: '1h', block: '4h', origin: '2026-03-01T00:30:00Z' } },
};

/** Answers as an engine with two arms and two countries would, so that every statement is asked for. */
function recorder(dialect: Dialect): Session {
  const queries: ExecutedQuery[] = [];
  const counts: Row = { row_count: 8, with_unit: 8, with_time: 8, first_at: 1_772_400_000_000_000, last_at: 1_773_400_000_000_000, duplicates: 1, not_finite_0: 1, units: 8, n: 2 };
  const answers: Readonly<Record<string, readonly Row[]>> = {
    'arms and segments': ['control', "o'green"].flatMap((arm, planned) => ['DE', 'FR'].map((s0, i) => ({ cell: planned * 2 + i, planned, arm, s0 }))),
    'units by status, arm and day': [{ status: 0, arm: 'control', day: 20_513, units: 4 }, { status: 0, arm: "o'green", day: 20_513, units: 4 }],
    'units by arm and segments': [0, 1, 2, 3].map((cell) => ({ cell, units: 2 })),
    'bounds for winsorising': [{ b0: [90], b1: [80] }],
    'moments by arm, segment and day': [0, 1, 2, 3].map((cell) => ({ cell, grouping_set: 3, ...Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`n_k${i}`, 2])) })),
    'quantiles of attributes': [Object.fromEntries(Array.from({ length: 4 }, (_, i) => [`h${i}`, [30, 45]]))],
    'moments by arm, half and part': [],
    'quantiles by arm and segment': [Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`q${i}`, [1, 2, 3]]))],
  };
  return {
    dialect, queries,
    locate: async ({ entry }) => ({ title: `table ${entry}`, from: dialect.quote(entry), zone: 'Europe/Berlin', hasStatistics: false }),
    columns: async ({ title }) => columns[title.slice('table '.length)]!,
    checkTimes: async (_, column) => column,
    rows: async (title, sql) => { queries.push({ title, sql }); return answers[title] ?? [counts]; },
    keep: async (title, _, sql) => { queries.push({ title, sql }); },
    drop: async (title, name) => { queries.push({ title, sql: `drop table ${name}` }); },
    fingerprint: async () => ({ engine: dialect.name, tables: [], digest: '' }),
    end: async () => undefined,
  };
}

describe.each([duckdb, postgres, bigquery, snowflake, clickhouse, spark, trino])('$name', (dialect) => {
  it('sends the statements that were reviewed; UPDATE_GOLDEN=1 writes them anew', async () => {
    const session = recorder(dialect);
    await collect(session, plan);
    const files = new Map(session.queries.map(({ title, sql }, i) => [`${String(i + 1).padStart(2, '0')}-${title.replace(/[^a-z0-9]+/gi, '-').toLowerCase()}.sql`, `${sql}\n`]));
    const folder = path.join(GOLDEN, dialect.name);
    if (process.env['UPDATE_GOLDEN']) {
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder, { recursive: true });
      for (const [name, sql] of files) writeFileSync(path.join(folder, name), sql);
    }
    expect(existsSync(folder) ? readdirSync(folder).sort() : []).toEqual([...files.keys()].sort());
    for (const [name, sql] of files) expect({ name, sql }).toEqual({ name, sql: readFileSync(path.join(folder, name), 'utf8') });
  });

  it('sends the relations of designs that were reviewed', () => {
    const relation = (name: string): Relation => ({ title: name, path: name, from: dialect.quote(name), columns: columns[name]!, zone: 'Europe/Berlin', hasStatistics: false });
    const inputs = { exposures: relation('exposures'), facts: [relation('orders')], unitsAsText: false, covariates: [], labels: [], start: null, end: null };
    const text = Object.entries(designs).map(([kind, changes]) => {
      const { exposures, facts } = lowered(dialect, planSchema.parse({ ...small, ...changes }), inputs).inputs;
      return `-- ${kind}: exposures\n${exposures.from}\n${facts[0]!.from === inputs.facts[0]!.from ? '' : `-- ${kind}: orders\n${facts[0]!.from}\n`}`;
    }).join('\n');
    const file = path.join(DESIGNS, `${dialect.name}.sql`);
    if (process.env['UPDATE_GOLDEN']) {
      mkdirSync(DESIGNS, { recursive: true });
      writeFileSync(file, text);
    }
    expect(text).toBe(existsSync(file) ? readFileSync(file, 'utf8') : '');
  });

  it('quotes names and literals so that neither can end early', () => {
    for (const odd of [`a"b`, 'a`b', "a'b", 'a\\', `'; drop table t; --`]) {
      const undoubled = (text: string, mark: string) => text.slice(1, -1).replaceAll('\\\\', '').replaceAll(`\\${mark}`, '').replaceAll(mark + mark, '');
      const name = dialect.quote(odd);
      expect(undoubled(name, name[0]!)).not.toContain(name[0]!);
      expect(undoubled(dialect.text(odd), "'")).not.toContain("'");
    }
  });
});
