import type { Analysis, Comparison } from '../../src/experiment/analysis.js';
import { runChecks } from '../../src/experiment/checks.js';
import { decide } from '../../src/experiment/decide.js';
import { planDifferences, planHash } from '../../src/experiment/lock.js';
import { planSchema, type Plan } from '../../src/experiment/plan.js';
import { decisionRecord, type DecisionRecord } from '../../src/experiment/record.js';
import type { Summaries } from '../../src/experiment/summaries.js';
import type { EffectEstimate } from '../../src/experiment/analysis.js';
import type { Refusal } from '../../src/stats/refusal.js';
import { comparison, effect, refusal, set, shopPlan, shopSummaries } from '../experiment/fixtures.js';

/** A checkout with everything a report can show: goals, guardrails, others, segments, time, lineage, monitoring. */
export const checkoutPlan = (overrides: Parameters<typeof shopPlan>[0] = {}): Plan => shopPlan({
  name: 'checkout',
  title: 'One-page checkout',
  hypothesis: 'A checkout on one page loses fewer customers on the way to paying, and costs no speed.',
  owner: 'Payments',
  facts: [{ name: 'orders', unit: 'user', time: 'at', id: 'order_id' }, { name: 'requests', unit: 'user', time: 'at' }],
  metrics: [
    { kind: 'mean', name: 'revenue', fact: 'orders', value: 'amount', unit: 'EUR', window: '0d..7d', covariate: { pre: '14d' } },
    { kind: 'proportion', name: 'conversion', fact: 'orders' },
    { kind: 'proportion', name: 'errors', fact: 'requests', value: 'failed', direction: 'decrease', category: 'reliability' },
    { kind: 'quantile', name: 'latency_p95', fact: 'requests', value: 'ms', unit: 'ms', probability: 0.95, direction: 'decrease', category: 'latency' },
    { kind: 'ratio', name: 'order_value', unit: 'EUR', numerator: { fact: 'orders', value: 'amount' }, denominator: { fact: 'orders', aggregate: 'count' } },
    { kind: 'count', name: 'refunds', fact: 'orders', direction: 'decrease' },
    { kind: 'retention', name: 'week_two', fact: 'orders', window: '7d..14d' },
  ],
  segments: [{ name: 'country', column: 'country' }],
  arms: [
    { name: 'control', weight: 0.5, control: true, models: [{ registry: 'https://mlflow.example', name: 'fraud-score', version: '11' }] },
    { name: 'one_page', weight: 0.5, models: [{ registry: 'https://mlflow.example', name: 'fraud-score', version: '12', runId: '3f9c1e', digest: 'sha256:8d1f' }], features: [{ store: 'feast', view: 'customer_orders', version: 'v4', schemaHash: 'a91b' }] },
  ],
  decision: {
    goals: [{ metric: 'revenue', claim: 'superiority' }, { metric: 'conversion', claim: 'non_inferiority', margin: 0.01 }],
    guardrails: [{ metric: 'errors', margin: 0.05 }, { metric: 'latency_p95', margin: 0.02 }],
    done: { monitoring: 'https://grafana.example/d/checkout', rollback: ['Error rate above 1% for ten minutes', 'Payment time-outs above 50 an hour'] },
    minimumUnits: 5000, minimumDays: 14,
  },
  ...overrides,
});

type Lifts = Readonly<Record<string, EffectEstimate | Refusal>>;
const PLAIN: Lifts = {
  revenue: effect(0.0312, 0.0083, { adjustedPValue: 0.00034, simultaneous: set('interval', 0.0126, 0.0498) }),
  conversion: effect(0.0061, 0.0052, { adjustedPValue: 0.24, simultaneous: set('interval', -0.0041, 0.0163) }),
  errors: effect(-0.0072, 0.0161),
  latency_p95: effect(0.0049, 0.0042),
  order_value: effect(0.0247, 0.0071, { adjustedPValue: 0.0018, simultaneous: set('interval', 0.0077, 0.0417) }),
  refunds: effect(0.031, 0.034, { adjustedPValue: 0.72, simultaneous: set('interval', -0.05, 0.112) }),
  week_two: effect(0.0085, 0.0117, { adjustedPValue: 0.72, simultaneous: set('interval', -0.0195, 0.0365) }),
};
const LEVELS: Readonly<Record<string, number>> = { revenue: 41.27, conversion: 0.3142, errors: 0.00412, latency_p95: 612.4, order_value: 131.35, refunds: 0.0217, week_two: 0.1871 };

function rowsOf(plan: Plan, lifts: Lifts): Comparison[] {
  const role = (name: string): Comparison['role'] => (plan.decision.goals.some((goal) => goal.metric === name) ? 'goal' : plan.decision.guardrails.some((guardrail) => guardrail.metric === name) ? 'guardrail' : 'other');
  const row = (name: string, arm: string, lift: EffectEstimate | Refusal, segment: Comparison['segment'], n: number): Comparison => {
    const level = LEVELS[name] ?? 10;
    const kind = role(name);
    return comparison(name, lift, {
      arm, segment, role: kind, family: segment ? 'segments' : kind === 'goal' ? 'goals' : kind === 'guardrail' ? 'guardrails' : 'others',
      control: { arm: 'control', n, value: level, standardError: level / 100 },
      treatment: { arm, n, value: lift.status === 'estimated' ? level * (1 + lift.estimate) : 0, standardError: level / 100 },
      difference: lift.status === 'estimated' ? effect(lift.estimate * level, lift.standardError * level) : lift,
      method: name === 'revenue' ? 'difference in means, Lin adjustment; fixed horizon (Welch)' : 'difference in means; fixed horizon (Welch)',
      adjustment: name === 'revenue' ? { covariates: ['x:pre'], varianceReduction: 0.384 } : null,
    });
  };
  const treatments = plan.arms.filter((arm) => !arm.control).map((arm) => arm.name);
  return treatments.flatMap((arm, i) => [
    ...Object.entries(lifts).map(([name, lift]) => row(name, arm, lift.status === 'estimated' && i > 0 ? { ...lift, estimate: lift.estimate / 2 } : lift, null, 31_204)),
    ...['DE', 'FR', 'NL', 'other'].flatMap((value, k) => ['revenue', 'errors'].map((name) =>
      row(name, arm, effect((name === 'revenue' ? 0.045 : 0.01) - 0.012 * k, 0.014 + 0.005 * k, { adjustedPValue: Math.min(1, 0.04 * (k + 1) ** 2), simultaneous: set('interval', 0.005 - 0.05 * k, 0.085 + 0.02 * k) }), { name: 'country', value }, 9000 - 2000 * k))),
  ]);
}

const SQL = `SELECT
  "arm",
  COUNT(*) AS n,
  AVG("amount") AS mean_y,
  COVAR_SAMP("amount", "amount") AS s_yy
FROM unit_values
WHERE "amount" < 1e6 -- "<b>not a tag</b>"
GROUP BY "arm"`;

export interface Given {
  readonly plan?: Plan;
  readonly frozen?: Plan;
  readonly lifts?: Lifts;
  readonly exposures?: Partial<Summaries['exposures']>;
}

/** An analysis with effects written by hand, so that each way of showing one can be shown. */
export function analysisOf({ plan = checkoutPlan(), frozen = plan, lifts = {}, exposures = {} }: Given = {}): Analysis {
  const arms = plan.arms.map((arm, i) => ({ arm: arm.name, units: [31_204, 31_377, 31_090][i] ?? 31_000 }));
  const units = arms.reduce((sum, arm) => sum + arm.units, 0);
  const segments = ['DE', 'FR', 'NL', 'other'].flatMap((value, k) => plan.arms.map((arm) => ({ segment: 'country', value, arm: arm.name, units: 9000 - 2000 * k })));
  const base = shopSummaries({ exposures: { units, rows: 3 * units, arms, segments, ...exposures } });
  const summaries: Summaries = {
    ...base,
    facts: [{ ...base.facts[0]!, duplicates: 14 }, { ...base.facts[0]!, name: 'requests', rows: 2_104_331, matched: 41_870, last: '2026-03-12T04:00:00Z' }],
  };
  const checks = runChecks(plan, summaries);
  const comparisons = rowsOf(plan, { ...PLAIN, ...lifts });
  const differences = planDifferences(frozen, plan);
  const treatments = plan.arms.filter((arm) => !arm.control).map((arm) => arm.name);
  return {
    formatVersion: 1, plan, planHash: planHash(plan), frozenPlanHash: planHash(frozen), exploratory: differences.length > 0, differences,
    fingerprint: {
      engine: 'duckdb 1.5.6', digest: '9b1e'.repeat(16),
      tables: [{ name: 'exposures', rows: 3 * units, bytes: 5_210_377, checksum: '77aa'.repeat(16) }, { name: 'orders', rows: 50_000, bytes: null, checksum: '03fe'.repeat(16) }],
    },
    summaries, queries: [{ title: 'units', sql: SQL }, { title: 'orders: all metrics, arms and segments', sql: SQL }], seed: 20260301, codeVersion: '0.1.0', device: 'cpu',
    checks, comparisons,
    timelines: treatments.flatMap((arm) => ['revenue', 'latency_p95'].map((metric) => ({
      metric, arm,
      points: Array.from({ length: 14 }, (_, day) => {
        const estimate = (metric === 'revenue' ? 0.0312 : 0.0049) + 0.04 * Math.sin(1.7 * day + 1) / (day + 1);
        const half = 0.065 / Math.sqrt(day + 1);
        return { day: `2026-03-${String(day + 1).padStart(2, '0')}`, n: 4400 * (day + 1), estimate, lower: day === 0 ? null : estimate - half, upper: day === 0 ? null : estimate + half };
      }),
    }))),
    decision: decide(plan, summaries, checks, comparisons),
  };
}

export const recordsOf = (analysis: Analysis): DecisionRecord[] =>
  [decisionRecord(analysis, { experiment: analysis.plan.name, approver: { name: 'Ada Keller', role: 'analyst' }, comment: 'Agreed in the weekly review.', decidedAt: '2026-03-16T09:30:00Z' }, null)];

const threeArms = checkoutPlan({ arms: [{ name: 'control', weight: 0.3334, control: true }, { name: 'one_page', weight: 0.3333 }, { name: 'express', weight: 0.3333 }] });

/** One analysis for each verdict and for each way of being unable to say. */
export const ANALYSES: Readonly<Record<string, () => Analysis>> = {
  ship: () => analysisOf(),
  do_not_ship: () => analysisOf({ lifts: { latency_p95: effect(0.061, 0.011) } }),
  keep_running: () => analysisOf({
    plan: threeArms, frozen: checkoutPlan(),
    lifts: {
      revenue: effect(0.009, 0.0083, { adjustedPValue: 0.56, simultaneous: set('interval', -0.0096, 0.0276) }),
      errors: { ...refusal, detail: 'lift needs a control mean away from zero; errors in control is 0.00 +- 0.01' },
      refunds: effect(0.3, 0.4, { interval: set('complement', -0.4, 0.05), simultaneous: set('line', null, null), adjustedPValue: 0.9 }),
      week_two: effect(0.02, 0.03, { simultaneous: set('interval', null, 0.12), adjustedPValue: 0.9 }),
    },
  }),
  invalid: () => analysisOf({ exposures: { arms: [{ arm: 'control', units: 31_204 }, { arm: 'one_page', units: 28_977 }], units: 60_181 } }),
};

const NASTY = '"><script>alert(1)</script><img src=x onerror=alert(1)>`|*x*\u001b[31m';

/** An analysis whose every free text is hostile. */
export function hostile(): Analysis {
  const base = checkoutPlan();
  const plan = planSchema.parse({
    ...base, title: NASTY, hypothesis: NASTY, owner: NASTY,
    arms: [{ ...base.arms[0]!, name: `${NASTY}a` }, { ...base.arms[1]!, name: `${NASTY}b`, models: [{ registry: 'javascript:alert(1)', name: NASTY, version: NASTY }], features: [{ store: NASTY, view: NASTY, version: NASTY }] }],
    decision: { ...base.decision, done: { monitoring: 'javascript:alert(1)', rollback: [NASTY], waived: [] } },
    metrics: base.metrics.map((metric) => ({ ...metric, unit: NASTY.slice(0, 40) })),
  });
  const clean = analysisOf({ plan });
  const arm = plan.arms[1]!.name;
  return {
    ...clean,
    exploratory: true, differences: [{ path: NASTY, planned: NASTY, ran: null }],
    comparisons: [
      ...clean.comparisons,
      comparison('refunds', { ...refusal, detail: NASTY, remedy: NASTY }, { arm, role: 'other', method: NASTY }),
      comparison('revenue', effect(0.1, 0.01), { arm, segment: { name: 'country', value: NASTY } }),
    ],
    checks: clean.checks.map((check) => ({ ...check, sentence: `${NASTY} ${check.sentence}` })),
    queries: [{ title: NASTY, sql: `\`\`\`\n</pre>${NASTY}` }],
    fingerprint: { ...clean.fingerprint, engine: NASTY, tables: [{ name: NASTY, rows: 1, bytes: 1, checksum: NASTY }] },
  };
}
