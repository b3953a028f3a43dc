import type { PlanInput } from '../../src/experiment/plan.js';

type Draft = Omit<PlanInput, 'source'>;
export interface Case { readonly title: string; readonly shop?: 'shop' | 'far'; readonly plan: Draft }

const events = { name: 'events', unit: 'unit', time: 'ts', id: 'id' };
const calls = { name: 'calls', unit: 'unit', time: 'ts' };
const profiles = { name: 'profiles', unit: 'unit' };
const purchase = [{ column: 'kind', value: 'purchase' }];
const kind = (value: string) => [{ column: 'kind', value }];
const revenue = { fact: 'events', value: 'revenue', where: purchase };

/** The full plan of the shop around some metrics. */
function plan(metrics: PlanInput['metrics'], changes: Partial<Draft> = {}): Draft {
  return {
    name: 'shop',
    exposures: { unit: 'unit', arm: 'arm', time: 'ts', attributes: ['country', 'device', 'age'], exclude: [{ name: 'bots', where: [{ column: 'is_bot', value: true }] }] },
    facts: [events, calls, profiles],
    segments: [{ name: 'country', column: 'country' }, { name: 'device', column: 'device' }],
    arms: [{ name: 'control', weight: 0.4, control: true }, { name: 'blue', weight: 0.3 }, { name: "o'green", weight: 0.3 }],
    metrics,
    decision: { goals: [{ metric: metrics[0]!.name, claim: 'superiority' }] },
    ...changes,
  };
}

const means: PlanInput['metrics'] = [
  { name: 'revenue', kind: 'mean', ...revenue, window: '0d..7d', covariate: { pre: '7d' } },
  { name: 'revenue_all', kind: 'mean', ...revenue },
  { name: 'mean_latency', kind: 'mean', fact: 'calls', value: 'latency', aggregate: 'mean', window: '0d..3d', covariate: { pre: '3d' } },
  { name: 'least', kind: 'mean', fact: 'events', value: 'items', aggregate: 'min', window: '6h..10d' },
  { name: 'most', kind: 'mean', fact: 'events', value: 'items', aggregate: 'max', window: '0d..10d', covariate: { columns: ['age'] } },
];

export const CASES: readonly Case[] = [
  { title: 'means: windows, pre-period covariates, units without a value', plan: plan(means) },
  { title: 'means at 1e9, where squares keep no digit of the variance', shop: 'far', plan: plan(means) },
  {
    title: 'proportions, counts and distinct counts',
    plan: plan([
      { name: 'bought', kind: 'proportion', fact: 'events', where: purchase, window: '0d..7d', covariate: { pre: '7d' } },
      { name: 'ok', kind: 'proportion', fact: 'events', value: 'ok', window: '0d..2d' },
      { name: 'has_items', kind: 'proportion', fact: 'events', value: 'items', where: kind('cart') },
      { name: 'views', kind: 'count', fact: 'events', where: kind('view'), window: '0d..7d', covariate: { pre: '14d' } },
      { name: 'sessions', kind: 'count_distinct', fact: 'events', value: 'session', window: '0d..7d' },
      { name: 'prices', kind: 'count_distinct', fact: 'events', value: 'revenue' },
    ]),
  },
  {
    title: 'ratios and expressions, across fact tables',
    plan: plan([
      { name: 'order_value', kind: 'ratio', numerator: revenue, denominator: { fact: 'events', aggregate: 'count', where: purchase }, window: '0d..7d', covariate: { pre: '7d' } },
      { name: 'latency_per_view', kind: 'ratio', numerator: { fact: 'calls', value: 'latency' }, denominator: { fact: 'events', aggregate: 'count', where: kind('view') }, window: '0d..7d', covariate: { columns: ['age'] } },
      { name: 'worst_over_mean', kind: 'ratio', numerator: { fact: 'calls', value: 'latency', aggregate: 'max' }, denominator: { fact: 'calls', value: 'latency', aggregate: 'mean' } },
      { name: 'margin', kind: 'expression', expression: '(revenue - cost) / orders', window: '0d..7d', covariate: { pre: '7d' }, components: {
        revenue, cost: { fact: 'profiles', value: 'score' }, orders: { fact: 'events', aggregate: 'any' } } },
    ].map((metric) => (metric.name === 'margin' ? { ...metric, window: undefined, covariate: { columns: ['age'] } } : metric)) as PlanInput['metrics']),
  },
  {
    title: 'caps and winsorising, of outcomes and of their covariates',
    plan: plan([
      { name: 'capped', kind: 'mean', ...revenue, window: '0d..7d', cap: { lower: 5, upper: 60 }, covariate: { pre: '7d' } },
      { name: 'winsorised', kind: 'mean', ...revenue, window: '0d..7d', winsorise: { lower: 0.05, upper: 0.9 }, covariate: { pre: '7d' } },
      { name: 'both', kind: 'mean', ...revenue, window: '0d..7d', cap: { upper: 80 }, winsorise: { upper: 0.8 } },
      { name: 'count', kind: 'count', fact: 'events', winsorise: { upper: 0.75 } },
      { name: 'ratio', kind: 'ratio', numerator: revenue, denominator: { fact: 'events', aggregate: 'count' }, cap: { upper: 90 }, winsorise: { upper: 0.9 } },
      { name: 'ratio_adjusted', kind: 'ratio', numerator: revenue, denominator: { fact: 'events', aggregate: 'count' }, window: '0d..7d', cap: { upper: 90 }, winsorise: { upper: 0.9 }, covariate: { pre: '7d' } },
      { name: 'mean_capped', kind: 'mean', fact: 'calls', value: 'latency', aggregate: 'mean', cap: { upper: 200 }, winsorise: { lower: 0.1 }, covariate: { pre: '5d' } },
    ]),
  },
  {
    title: 'retention and funnels',
    plan: plan([
      { name: 'back', kind: 'retention', fact: 'events', window: '7d..14d' },
      { name: 'bought_again', kind: 'retention', fact: 'events', where: purchase, window: '18h..3d' },
      { name: 'checkout', kind: 'funnel', window: '0d..7d', steps: [{ fact: 'events', where: kind('view') }, { fact: 'events', where: kind('cart') }, { fact: 'events', where: purchase }] },
      { name: 'back_before', kind: 'retention', fact: 'events', window: '7d..14d', covariate: { pre: '7d' } },
      { name: 'checkout_before', kind: 'funnel', window: '0d..7d', steps: [{ fact: 'events', where: kind('view') }, { fact: 'events', where: purchase }], covariate: { pre: '10d' } },
      { name: 'called', kind: 'funnel', steps: [{ fact: 'calls' }, { fact: 'events', where: kind('cart') }] },
      { name: 'twice', kind: 'funnel', window: '0d..20d', steps: [{ fact: 'events', where: purchase }, { fact: 'calls' }, { fact: 'events', where: purchase }] },
    ]),
  },
  {
    title: 'quantiles with binomial neighbours',
    plan: plan([
      { name: 'p50', kind: 'quantile', ...revenue, window: '0d..7d', probability: 0.5 },
      { name: 'p90', kind: 'quantile', fact: 'calls', value: 'latency', aggregate: 'max', probability: 0.9 },
      { name: 'p99', kind: 'quantile', fact: 'calls', value: 'latency', aggregate: 'mean', window: '0d..7d', probability: 0.99 },
      { name: 'views', kind: 'count', fact: 'events', where: kind('view') },
    ]),
  },
  {
    title: 'start, end and asOf',
    plan: plan(means, { start: '2026-03-11T12:00:00Z', end: '2026-03-18T00:00:00Z', asOf: '2026-03-22T06:00:00Z' }),
  },
  {
    title: 'every filter on text, numbers, booleans and nulls',
    plan: plan([
      { name: 'in', kind: 'count', fact: 'events', where: [{ column: 'kind', op: 'in', value: ['view', "x'; drop table events; --"] }] },
      { name: 'not_in', kind: 'count', fact: 'events', where: [{ column: 'items', op: 'not_in', value: [1, 2] }] },
      { name: 'ge', kind: 'count', fact: 'events', where: [{ column: 'items', op: 'ge', value: 3 }, { column: 'ok', op: 'ne', value: false }] },
      { name: 'lt', kind: 'count', fact: 'events', where: [{ column: 'kind', op: 'lt', value: 'purchase' }] },
      { name: 'is_null', kind: 'count', fact: 'events', where: [{ column: 'session', op: 'is_null' }] },
      { name: 'not_null', kind: 'mean', fact: 'events', value: 'revenue', where: [{ column: 'items', op: 'not_null' }, { column: 'items', op: 'gt', value: 0.5 }] },
    ]),
  },
  {
    title: 'without exposure times: no windows, no days, all events',
    plan: plan([
      { name: 'revenue', kind: 'mean', ...revenue, covariate: { columns: ['age'] } },
      { name: 'score', kind: 'mean', fact: 'profiles', value: 'score' },
    ], { exposures: { unit: 'unit', arm: 'arm', attributes: ['country', 'device', 'age'] } }),
  },
  {
    title: 'numeric columns as arm, and no segments, no exclusions, no events',
    plan: plan([{ name: 'score', kind: 'mean', fact: 'profiles', value: 'score' }], {
      exposures: { unit: 'unit', arm: 'age', time: 'ts' }, facts: [profiles], segments: [],
      arms: [{ name: '30', weight: 0.5, control: true }, { name: '31', weight: 0.5 }],
    }),
  },
];

const arms = (...names: string[]): Draft['arms'] => names.map((name, i) => ({ name, weight: 1 / names.length, control: i === 0 }));
const few: PlanInput['metrics'] = [
  { name: 'revenue', kind: 'mean', ...revenue, window: '0d..7d', covariate: { pre: '7d' } },
  { name: 'order_value', kind: 'ratio', numerator: revenue, denominator: { fact: 'events', aggregate: 'count' }, winsorise: { upper: 0.9 } },
];
const bought: Draft['metrics'][number] = { name: 'bought', kind: 'proportion', fact: 'events', where: purchase };
const { attributes } = plan(few).exposures;

/** Plans whose design makes arms, units or groups of other columns. */
export const DESIGN_CASES: readonly Case[] = [
  { title: 'clusters, one of them without a name', plan: plan(few, { segments: [], design: { kind: 'cluster', cluster: 'country' } }) },
  { title: 'pairs', plan: plan(few, { segments: [], arms: arms('control', 'blue'), design: { kind: 'paired', pair: 'device' } }) },
  { title: 'strata of two columns, beside segments', plan: plan(few, { design: { kind: 'stratified', columns: ['country', 'device'] } }) },
  { title: 're-randomised units', plan: plan(few, { design: { kind: 'rerandomised', covariates: ['age'] } }) },
  { title: 'factors, some combinations of which are not planned', plan: plan(few, {
    exposures: { unit: 'unit', time: 'ts', attributes: attributes! }, segments: [{ name: 'device', column: 'device' }], arms: arms('DE / ios', 'DE / web', 'FR / ios', 'FR / web'),
    design: { kind: 'factorial', factors: [{ name: 'country', column: 'country' }, { name: 'device', column: 'device' }] },
  }) },
  { title: 'a holdout against every other arm, retired ones too', plan: plan(few, { arms: arms('held', 'others'), design: { kind: 'holdout', keys: ['control'] } }) },
  { title: 'uptake by events', plan: plan([few[0]!, bought], { design: { kind: 'encouragement', uptake: { fact: 'events', where: kind('cart') } } }) },
  { title: 'uptake by a column', plan: plan([few[0]!, bought], { design: { kind: 'encouragement', uptake: { column: 'age' } } }) },
  { title: 'buckets of time from an odd hour', plan: plan([bought, { name: 'revenue', kind: 'mean', ...revenue, winsorise: { upper: 0.9 } }], {
    facts: [events, calls], segments: [], arms: arms('control', 'blue'), design: { kind: 'switchback', bucket: '12h', block: '24h', origin: '2026-03-01T06:00:00Z' },
  }) },
];
