import { conclude } from '../../src/analyze.js';
import type { Analysis } from '../../src/experiment/analysis.js';
import { planDifferences, planHash } from '../../src/experiment/lock.js';
import type { Plan } from '../../src/experiment/plan.js';
import type { Cell, MetricSummary, Summaries } from '../../src/experiment/summaries.js';
import { mergeMoments, type Moments } from '../../src/stats/summaries/moments.js';
import { shopPlan, shopSummaries } from '../experiment/fixtures.js';

/** Mean and standard deviation of an outcome in each arm, with a covariate that goes with it or without. */
interface Outcome { readonly metric: string; readonly means: Readonly<Record<string, number>>; readonly deviation: number; readonly correlation?: number }

const DAYS = 7;

function cohort({ means, deviation, correlation }: Outcome, arm: string, n: number, shift: number): Moments {
  const y = means[arm]! + shift * deviation;
  const scatter = deviation ** 2 * (n - 1);
  return correlation === undefined
    ? { n, columns: ['y'], mean: [y], scatter: [[scatter]] }
    : { n, columns: ['y', 'x:y'], mean: [y, means['control']!], scatter: [[scatter, correlation * scatter], [correlation * scatter, scatter]] };
}

const cell = (arm: string, segment: Cell['segment'], moments: Moments): Cell =>
  ({ arm, segment, summary: { kind: 'moments', n: moments.n, columns: [...moments.columns], mean: [...moments.mean], scatter: moments.scatter.map((row) => [...row]) } });

function summaryOf(outcome: Outcome, units: Readonly<Record<string, number>>): MetricSummary {
  const days = Object.entries(units).flatMap(([arm, n]) => Array.from({ length: DAYS }, (_, day) => ({
    day: `2026-03-0${day + 1}`, arm, moments: cohort(outcome, arm, n / DAYS, ((day * 3) % DAYS - 3) / 200),
  })));
  const whole = Object.keys(units).map((arm) => cell(arm, null, days.filter((day) => day.arm === arm).map((day) => day.moments).reduce((a, b) => mergeMoments(a, b))));
  const segments = ['DE', 'FR'].flatMap((value, i) => Object.entries(units).map(([arm, n]) => cell(arm, { name: 'country', value }, cohort(outcome, arm, Math.round(n * [0.6, 0.4][i]!), i === 0 ? 0.005 : -0.0075))));
  return {
    metric: outcome.metric, outcomes: ['y'], covariates: outcome.correlation === undefined ? [] : ['x:y'], cells: [...whole, ...segments],
    days: days.map(({ day, arm, moments }) => { const { summary } = cell(arm, null, moments); if (summary.kind !== 'moments') throw new Error('a day holds moments'); return { day, arm, summary }; }),
    bounds: [], immature: 0,
  };
}

const plan = (overrides: Parameters<typeof shopPlan>[0] = {}): Plan => shopPlan({
  title: 'One-page checkout',
  metrics: [
    { kind: 'mean', name: 'revenue', fact: 'orders', value: 'amount', unit: 'EUR', covariate: { pre: '14d' } },
    { kind: 'count', name: 'errors', fact: 'orders', direction: 'decrease', category: 'reliability' },
    { kind: 'mean', name: 'latency', fact: 'orders', value: 'ms', unit: 'ms', direction: 'decrease', category: 'latency' },
    { kind: 'proportion', name: 'refunded', fact: 'orders', value: 'refunded', direction: 'decrease' },
  ],
  arms: [{ name: 'control', weight: 0.5, control: true }, { name: 'treatment', weight: 0.5, models: [{ registry: 'https://mlflow.example', name: 'ranker', version: '7' }] }],
  ...overrides,
});

const OUTCOMES: readonly Outcome[] = [
  { metric: 'revenue', means: { control: 40, treatment: 41.2 }, deviation: 30, correlation: 0.6 },
  { metric: 'errors', means: { control: 0.5, treatment: 0.498 }, deviation: 0.6 },
  { metric: 'latency', means: { control: 600, treatment: 602 }, deviation: 120 },
  { metric: 'refunded', means: { control: 0.02, treatment: 0.021 }, deviation: 0.14 },
];

interface Given { readonly units?: Readonly<Record<string, number>>; readonly outcomes?: readonly Outcome[]; readonly ran?: Plan }

async function golden({ units = { control: 14_000, treatment: 14_000 }, outcomes = OUTCOMES, ran = plan() }: Given): Promise<Analysis> {
  const total = Object.values(units).reduce((sum, n) => sum + n, 0);
  const summaries: Summaries = shopSummaries({
    exposures: { units: total, rows: total, arms: Object.entries(units).map(([arm, n]) => ({ arm, units: n })),
      segments: ['DE', 'FR'].flatMap((value, i) => Object.entries(units).map(([arm, n]) => ({ segment: 'country', value, arm, units: Math.round(n * [0.6, 0.4][i]!) }))) },
    metrics: outcomes.map((outcome) => summaryOf(outcome, units)),
  });
  const differences = planDifferences(plan(), ran);
  return {
    formatVersion: 1, plan: ran, planHash: planHash(ran), frozenPlanHash: planHash(plan()), exploratory: differences.length > 0, differences,
    fingerprint: { engine: 'duckdb 1.5.6', digest: 'd1'.repeat(32), tables: [{ name: 'exposures', rows: total, bytes: 1024, checksum: 'c0'.repeat(32) }] },
    summaries, queries: [{ title: 'orders', sql: 'SELECT "arm", COUNT(*) AS n\nFROM unit_values\nGROUP BY "arm"' }], seed: 1, codeVersion: '0.0.0', device: 'cpu',
    ...await conclude(ran, summaries),
  };
}

const having = (changed: Outcome): Outcome[] => OUTCOMES.map((outcome) => (outcome.metric === changed.metric ? changed : outcome));

/** The four verdicts, from summaries written by hand through the real flow. */
export const GOLDEN: Readonly<Record<string, () => Promise<Analysis>>> = {
  ship: () => golden({}),
  do_not_ship: () => golden({ outcomes: having({ metric: 'latency', means: { control: 600, treatment: 640 }, deviation: 120 }) }),
  keep_running: () => golden({
    outcomes: [...having({ metric: 'revenue', means: { control: 40, treatment: 40.2 }, deviation: 30, correlation: 0.6 })]
      .map((outcome) => (outcome.metric === 'refunded' ? { ...outcome, means: { control: 0, treatment: 0 }, deviation: 0 } : outcome)),
    ran: plan({ inference: { method: 'confidence_sequence' }, decision: { goals: [{ metric: 'revenue', claim: 'superiority' }], guardrails: [{ metric: 'errors', margin: 0.06 }, { metric: 'latency', margin: 0.02 }] } }),
  }),
  invalid: () => golden({ units: { control: 14_000, treatment: 12_600 } }),
};
