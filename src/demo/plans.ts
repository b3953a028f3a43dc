import type { PlanInput, Source } from '../experiment/plan.js';
import { shopTables } from './tables.js';

type Metric = PlanInput['metrics'][number];
type Fact = NonNullable<PlanInput['facts']>[number];

/** Fact tables of the shop; orders and errors are delivered at least once, so they carry a key. */
const facts: Fact[] = [
  { name: 'orders', unit: 'user_id', time: 'ordered_at', id: 'order_id' },
  { name: 'errors', unit: 'user_id', time: 'occurred_at', id: 'error_id' },
  { name: 'sessions', unit: 'user_id', time: 'started_at' },
  { name: 'page_views', unit: 'user_id', time: 'viewed_at' },
];

const week = '0d..7d';
const before = { pre: '14d' };

const conversion: Metric = { kind: 'proportion', name: 'conversion', description: 'Customers with an order within a week of first exposure.', fact: 'orders', window: week, covariate: before };
const revenue: Metric = { kind: 'mean', name: 'revenue', description: 'Revenue a customer within a week of first exposure.', unit: 'EUR', fact: 'orders', value: 'revenue', window: week, winsorise: { upper: 0.999 }, covariate: before };
const orders: Metric = { kind: 'count', name: 'orders', description: 'Orders a customer.', fact: 'orders', window: week, covariate: before };
const orderValue: Metric = {
  kind: 'ratio', name: 'order_value', description: 'Revenue an order.', unit: 'EUR', window: week,
  numerator: { fact: 'orders', aggregate: 'sum', value: 'revenue' }, denominator: { fact: 'orders', aggregate: 'count' },
};
const checkoutFunnel: Metric = {
  kind: 'funnel', name: 'checkout_funnel', description: 'From the cart through the checkout to the confirmation within a week.', window: week,
  steps: ['cart', 'checkout', 'confirmation'].map((page) => ({ name: page, fact: 'page_views', where: [{ column: 'page', op: 'eq', value: page }] })),
};
const retention: Metric = { kind: 'retention', name: 'retention', description: 'Customers who come back in the second week.', fact: 'sessions', window: '7d..14d' };
const latency: Metric = {
  kind: 'quantile', name: 'latency_p90', description: '90th percentile over customers of their mean page latency.', unit: 'ms',
  direction: 'decrease', category: 'latency', fact: 'sessions', value: 'latency_ms', aggregate: 'mean', probability: 0.9, window: week,
};
const errors: Metric = { kind: 'proportion', name: 'errors', description: 'Customers who meet an error.', direction: 'decrease', category: 'reliability', fact: 'errors', window: week };

interface DemoPlan {
  readonly name: string;
  readonly title: string;
  readonly hypothesis: string;
  readonly arms: PlanInput['arms'];
  readonly metrics: PlanInput['metrics'];
  readonly decision: PlanInput['decision'];
  readonly heterogeneity?: PlanInput['heterogeneity'];
  readonly start: string;
  readonly end?: string;
}

/** When the demo's data end: every analysis is made as of this instant. */
const TODAY = '2026-03-02T00:00:00Z';
const twoWeeks = { start: '2026-02-02T00:00:00Z', end: '2026-02-16T00:00:00Z' };
const done = {
  monitoring: 'https://grafana.example.com/d/shop/after-release',
  rollback: ['Errors rise by more than a fifth for an hour', 'The 90th percentile of page latency stays above 900 ms for half an hour'],
};
const guardrails = [{ metric: 'errors', margin: 0.15 }, { metric: 'latency_p90', margin: 0.05 }];

const checkout: DemoPlan = {
  name: 'checkout-one-page',
  title: 'One-page checkout',
  hypothesis: 'A checkout on one page, with the payment method chosen by a model, lets more customers finish their order.',
  ...twoWeeks,
  arms: [
    { name: 'control', weight: 0.5, control: true },
    {
      name: 'one_page', weight: 0.5,
      models: [{ registry: 'mlflow', name: 'payment-method-ranker', version: '12', runId: '9f2c41d07be34a5c', digest: 'sha256:5d0b8c1e7a94f3626f0de5b9a6c2714e83fd90ab1c57e24d68f03b9ce17a4d52' }],
      features: [{ store: 'feast', view: 'customer_payment_history', version: '3', schemaHash: 'sha256:1c7e09d2b64fa853' }],
    },
  ],
  metrics: [conversion, revenue, orders, orderValue, checkoutFunnel, retention, errors, latency],
  decision: {
    goals: [{ metric: 'conversion', claim: 'superiority' }, { metric: 'revenue', claim: 'superiority' }],
    guardrails: [...guardrails, { metric: 'retention', margin: 0.05 }],
    minimumUnits: 5000, minimumDays: 14, plannedEnd: TODAY, done,
  },
  // few units and trees, so that a first start stays quick
  heterogeneity: { segments: [], forest: { units: 10_000, trees: 50 } },
};

const search: DemoPlan = {
  name: 'search-neural-ranking',
  title: 'Neural ranking of search results',
  hypothesis: 'Results that are ranked by a neural model are bought more often.',
  ...twoWeeks,
  arms: [
    { name: 'control', weight: 0.5, control: true, models: [{ registry: 'mlflow', name: 'search-ranker', version: '7' }] },
    { name: 'neural', weight: 0.5, models: [{ registry: 'mlflow', name: 'search-ranker', version: '8' }], features: [{ store: 'feast', view: 'product_embeddings', version: '2' }] },
  ],
  metrics: [conversion, revenue, retention, errors, latency],
  decision: { goals: [{ metric: 'conversion', claim: 'superiority' }], guardrails, minimumUnits: 5000, minimumDays: 14, plannedEnd: TODAY, done },
};

const banner: DemoPlan = {
  name: 'free-shipping-banner',
  title: 'Banner that promises free shipping',
  hypothesis: 'Customers who see early that shipping is free order more often.',
  start: '2026-02-18T00:00:00Z',
  arms: [{ name: 'control', weight: 0.5, control: true }, { name: 'banner', weight: 0.5 }],
  metrics: [conversion, revenue, errors, latency],
  decision: { goals: [{ metric: 'conversion', claim: 'superiority' }], guardrails, minimumUnits: 500, minimumDays: 7, plannedEnd: '2026-04-01T00:00:00Z', done },
};

const redirect: DemoPlan = {
  name: 'guest-checkout-redirect',
  title: 'Redirect guests to a checkout of their own',
  hypothesis: 'Guests who need no account finish more orders.',
  ...twoWeeks,
  arms: [{ name: 'control', weight: 0.5, control: true }, { name: 'redirect', weight: 0.5 }],
  metrics: [conversion, revenue, errors, latency],
  decision: { goals: [{ metric: 'conversion', claim: 'superiority' }], guardrails, minimumUnits: 2000, minimumDays: 14, plannedEnd: TODAY, done },
};

const complete = (plan: DemoPlan, source: Source): PlanInput => ({
  ...plan,
  owner: 'shop',
  source,
  exposures: {
    sql: `SELECT * FROM exposures WHERE experiment = '${plan.name}'`,
    unit: 'user_id', arm: 'arm', time: 'exposed_at', attributes: ['platform', 'country', 'visitor'],
    exclude: [{ name: 'bots', where: [{ column: 'is_bot', op: 'eq', value: true }] }],
  },
  facts: facts.filter((fact) => JSON.stringify(plan.metrics).includes(`"fact":"${fact.name}"`)),
  segments: [{ name: 'platform', column: 'platform' }, { name: 'visitor', column: 'visitor' }],
  asOf: TODAY,
  seed: 1,
});

/** Plans of the four experiments of the demo shop, in the order ship, do not ship, keep running, invalid. */
export const demoPlans = (source: Source): PlanInput[] => [checkout, search, banner, redirect].map((plan) => complete(plan, source));

/** The shop's files in a folder, as the source of a plan that is analysed without a service. */
export const shopFiles = (folder: string): Source => ({
  kind: 'files',
  tables: Object.fromEntries(shopTables.map((name) => [name, { path: `${folder}/${name}.parquet` }])),
});
