import { metricSchema, type Metric } from '../../src/experiment/metric.js';
import { planSchema, type Plan, type PlanInput } from '../../src/experiment/plan.js';
import type { Cell, Summaries } from '../../src/experiment/summaries.js';
import { allowedPairs } from '../../src/simulate/coverage.js';
import { corrections } from '../../src/stats/corrections/index.js';
import { inferences as registry } from '../../src/stats/inference/index.js';
import type { Inference } from '../../src/stats/inference/inference.js';
import { stream, type RandomStream } from '../../src/stats/numeric/random.js';
import { momentsOf } from '../../src/stats/summaries/moments.js';
import { quantileSummaryOf } from '../../src/stats/summaries/sample-quantile.js';
import { shopSummaries } from '../experiment/fixtures.js';

export type Columns = Readonly<Record<string, Float64Array>>;
/** Columns of the units of each metric in each arm, the control first. */
export type Units = Readonly<Record<string, readonly Columns[]>>;

export const ARMS = ['control', 'a', 'b'] as const;
/** Enough that halves have 20 successes: beliefs about fewer are four times as dear to integrate. */
const UNITS = 200;
const DAYS = ['2026-03-01', '2026-03-02', '2026-03-03', '2026-03-04'];

/** One metric for each pair of kind and variance reduction that plans allow, named after it. */
const PAIRS = allowedPairs.map((pair) => pair.split(':').slice(1) as [Metric['kind'], string]);
export const nameOf = (kind: string, reduction: string): string => `${kind}-${reduction}`;
const component = { fact: 'orders', aggregate: 'count' } as const;
const SHAPES: Readonly<Record<Metric['kind'], object>> = {
  mean: { fact: 'orders', value: 'amount' }, proportion: { fact: 'orders' }, count: { fact: 'orders' }, count_distinct: { fact: 'orders', value: 'item' },
  ratio: { numerator: component, denominator: component }, expression: { expression: '100 * revenue / visits', components: { revenue: component, visits: component } },
  quantile: { fact: 'orders', value: 'amount', probability: 0.5 }, retention: { fact: 'orders', window: '7d..14d' }, funnel: { steps: [{ fact: 'orders' }, { fact: 'orders' }] },
};
const REDUCTIONS: Readonly<Record<string, object>> = { plain: {}, covariate: { covariate: { pre: '14d' } }, covariates: { covariate: { columns: ['age', 'tenure'] } }, cap: { cap: { upper: 8 } }, winsorise: { winsorise: { upper: 0.99 } } };
const metrics = PAIRS.map(([kind, reduction]) => metricSchema.parse({ name: nameOf(kind, reduction), kind, ...SHAPES[kind], ...REDUCTIONS[reduction] }));

/** Kinds whose value has a unit that may be changed; shares have none. */
export const hasUnit = (metric: string): boolean => !/^(proportion|retention|funnel)-/.test(metric);

/** Those that read batches need cohorts of days, and have laws of their own in test/experiment/anytime-exact.test.ts. */
export const inferences = (registry as unknown as readonly Inference[]).filter(({ readsBatches }) => !readsBatches);

/** What a plan must state of a method that does not do without. */
const NEEDED: Readonly<Record<string, object>> = { group_sequential: { plannedUnits: 1000 } };
/** Their posteriors are integrals, which are slow: one correction stands for all. */
const SLOW = new Set<string>(['beta_binomial']);
/** Every combination of inference and correction that a plan may have. */
export const combinations: readonly (readonly [inference: string, correction: string])[] = inferences.flatMap((method) => Object.values(corrections)
  .filter(({ reads, name }) => (reads !== 'e_values' || method.eValue !== undefined) && (name === 'holm' || !SLOW.has(method.name))).map(({ name }) => [method.name, name] as const));

/**
 * Corrections see p-values alone, so that one of them stands for all in front of expressions, which take long to compile, and segments.
 */
export const isWhole = (correction: string): boolean => correction === 'holm';

export const planOf = (inference: string, correction: string, arms: readonly string[] = ARMS): Plan => planSchema.parse({
  name: 'laws',
  source: { kind: 'files', tables: { exposures: { path: 'exposures.csv' }, orders: { path: 'orders.csv' } } },
  exposures: { unit: 'user', arm: 'arm', time: 'at', attributes: ['country', 'age', 'tenure'] },
  facts: [{ name: 'orders', unit: 'user', time: 'at' }],
  metrics: isWhole(correction) ? metrics : metrics.filter(({ kind }) => kind !== 'expression'),
  segments: isWhole(correction) ? [{ name: 'country', column: 'country' }] : [],
  arms: arms.map((name, i) => ({ name, weight: 1 / arms.length, control: i === 0 })),
  inference: { method: inference, ...NEEDED[inference] }, correction,
  decision: {
    goals: [{ metric: 'mean-covariate', tier: 1, claim: 'superiority' }, { metric: 'ratio-plain', tier: 2, claim: 'superiority' }, { metric: 'quantile-plain', tier: 2, claim: 'non_inferiority', margin: 0.1 }],
    match: 'any', guardrails: [{ metric: 'ratio-covariates', margin: 0.15 }, { metric: 'proportion-covariate', margin: 0.2 }],
  },
} as PlanInput);

/** Units that are drawn about the lifts of the arms; columns as the warehouse hands them over, outcomes first. */
export function drawUnits(seed: number, lifts: readonly number[], units = UNITS): Units {
  return Object.fromEntries(PAIRS.map(([kind, reduction], m) => [nameOf(kind, reduction), lifts.map((lift, arm) => drawColumns(stream(seed, m, arm), kind, reduction, 1 + lift, units))]));
}

function drawColumns(random: RandomStream, kind: Metric['kind'], reduction: string, factor: number, units: number): Columns {
  const level = Float64Array.from({ length: units }, () => random.gamma(4, 0.25));
  const share = hasUnit(`${kind}-`) ? null : level.map((l) => Number(random.uniform() < Math.min(1, 0.3 * l * factor)));
  const amount = level.map((l) => factor * l * random.gamma(4, 1));
  const count = level.map((l) => 1 + random.poisson(2 * l));
  const bound = reduction === 'cap' || reduction === 'winsorise' ? 8 : Infinity;
  const outcomes: Record<string, Float64Array> = kind === 'ratio' ? { numerator: amount.map((v) => Math.min(bound, v)), denominator: count }
    : kind === 'expression' ? { revenue: amount, visits: count } : { y: share ?? amount.map((v) => Math.min(bound, v)) };
  if (reduction === 'covariates') return { ...outcomes, 'x:age': level.map((l) => l + random.uniform()), 'x:tenure': level.map(() => random.normal()) };
  if (reduction !== 'covariate') return outcomes;
  return { ...outcomes, ...Object.fromEntries(Object.keys(outcomes).map((name) => [`x:${name}`, level.map((l) => l * random.gamma(4, 1))])) };
}

export function summaryOf(metric: string, columns: Columns): Cell['summary'] {
  if (metric.startsWith('quantile')) return { kind: 'quantile', ...quantileSummaryOf(columns['y']!, 0.5) };
  return { kind: 'moments', ...momentsOf(columns as Record<string, Float64Array>) } as Cell['summary'];
}

/** What the warehouse would say of these units. @param summarise how the columns of a cell become its summary */
export function summariesOf(units: Units, arms: readonly string[] = ARMS, summarise = summaryOf): Summaries {
  const counts = arms.map((arm, a) => ({ arm, units: Object.values(Object.values(units)[0]![a]!)[0]!.length }));
  return shopSummaries({
    exposures: { units: counts.reduce((sum, { units: n }) => sum + n, 0), arms: counts, days: DAYS.flatMap((day) => counts.map(({ arm, units: n }) => ({ day, arm, units: n / DAYS.length }))) },
    metrics: Object.entries(units).map(([metric, cells]) => {
      const names = Object.keys(cells[0]!);
      const half = (columns: Columns, side: number): Columns => Object.fromEntries(names.map((name) => [name, columns[name]!.filter((_, i) => i % 2 === side)]));
      return {
        metric, outcomes: names.filter((name) => !name.startsWith('x:')), covariates: names.filter((name) => name.startsWith('x:')), days: [], bounds: [], immature: 0,
        cells: cells.flatMap((columns, a) => [
          { arm: arms[a]!, segment: null, summary: summarise(metric, columns) },
          ...['DE', 'FR'].map((value, side) => ({ arm: arms[a]!, segment: { name: 'country', value }, summary: summarise(metric, half(columns, side)) })),
        ]),
      };
    }),
  });
}
