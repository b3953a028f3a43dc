import type { Component, Filter, Metric } from '../experiment/metric.js';
import { covariateOf, type Plan } from '../experiment/plan.js';
import { durationSeconds, parseWindow } from '../experiment/vocabulary.js';

/** From <= event - first exposure < to, in seconds; null: unbounded. */
export interface Span { readonly from: number; readonly to: number | null }

/** Events of one fact that count: in a span around exposure, passing filters, with a true value if `truthy` is set. */
export interface Events {
  readonly fact: string;
  readonly where: readonly Filter[];
  readonly span: Span;
  readonly truthy?: string;
}

/** One number (or one array of times) a unit, made by the scan of a fact table. */
export interface UnitAggregate extends Events {
  readonly aggregate: 'sum' | 'values' | 'rows' | 'count_distinct' | 'min' | 'max' | 'first_time' | 'times';
  readonly value?: string;
}

/** What one column of a metric is over units: a function of aggregates. */
export type UnitExpression =
  | { readonly form: 'total' | 'value'; readonly of: UnitAggregate }
  | { readonly form: 'any'; readonly of: UnitAggregate }
  | { readonly form: 'mean'; readonly sum: UnitAggregate; readonly count: UnitAggregate }
  | { readonly form: 'funnel'; readonly steps: readonly UnitAggregate[] }
  | { readonly form: 'attribute'; readonly column: string };

export interface Limits { readonly lower?: number | undefined; readonly upper?: number | undefined }

export interface UnitColumn {
  readonly name: string;
  readonly role: 'outcome' | 'covariate';
  readonly expression: UnitExpression;
  /** fixed bounds, in units of the metric */
  readonly cap?: Limits | undefined;
  /** bounds at these probabilities of the column, over all arms */
  readonly winsorise?: Limits | undefined;
}

/** A metric as the warehouse sees it. */
export interface MetricColumns {
  readonly metric: Metric;
  readonly columns: readonly UnitColumn[];
  /** seconds after first exposure at which a unit is complete; null: at once */
  readonly closes: number | null;
}

/** Every metric of a plan as columns over units. */
export const metricColumns = (plan: Plan): MetricColumns[] => plan.metrics.map((metric) => {
  const after: Span = metric.window ? parseWindow(metric.window) : { from: 0, to: null };
  return {
    metric,
    columns: [...outcomes(metric, after), ...uptake(plan, after), ...covariates(metric)],
    closes: metric.window ? parseWindow(metric.window).to : null,
  };
});

/** Whether the unit took up what its arm encouraged, in the window of the metric. */
function uptake({ design }: Plan, span: Span): UnitColumn[] {
  if (design?.kind !== 'encouragement') return [];
  const by = design.uptake;
  const expression: UnitExpression = 'column' in by ? { form: 'attribute', column: by.column } : { form: 'any', of: { fact: by.fact, where: by.where, span, aggregate: 'rows' } };
  return [{ name: 'uptake', role: 'outcome', expression }];
}

function covariates(metric: Metric): UnitColumn[] {
  const { pre, columns = [] } = covariateOf(metric) ?? {};
  return [
    ...(pre === undefined ? [] : outcomes(metric, { from: -durationSeconds(pre), to: 0 })).map((column) => ({ ...column, name: `x:${column.name}`, role: 'covariate' as const })),
    ...columns.map((column) => ({ name: `x:${column}`, role: 'covariate' as const, expression: { form: 'attribute' as const, column } })),
  ];
}

type Bounded = Pick<UnitColumn, 'cap' | 'winsorise'>;

function outcomes(metric: Metric, span: Span): UnitColumn[] {
  const column = (name: string, expression: UnitExpression, { cap, winsorise }: Bounded = {}): UnitColumn =>
    ({ name, role: 'outcome', expression, cap, winsorise });
  switch (metric.kind) {
    case 'mean': return [column('y', component(metric, span), metric)];
    case 'quantile': return [column('y', component(metric, span))];
    case 'count': return [column('y', component({ ...metric, aggregate: 'count' }, span), metric)];
    case 'count_distinct': return [column('y', component({ ...metric, aggregate: 'count_distinct' }, span), metric)];
    case 'proportion': {
      const events = { fact: metric.fact, where: metric.where, span, ...(metric.value === undefined ? {} : { truthy: metric.value }) };
      return [column('y', { form: 'any', of: { ...events, aggregate: 'rows' } })];
    }
    case 'retention': return [column('y', component({ fact: metric.fact, where: metric.where, aggregate: 'any' }, span))];
    // a bound on the ratio itself has no meaning for a unit: the cap is on the numerator, quantiles bound both
    case 'ratio': return [
      column('numerator', component(metric.numerator, span), metric),
      column('denominator', component(metric.denominator, span), { winsorise: metric.winsorise }),
    ];
    case 'expression': return Object.entries(metric.components).map(([name, part]) => column(name, component(part, span)));
    case 'funnel': return [column('y', {
      form: 'funnel',
      steps: metric.steps.map((step, i) => ({ fact: step.fact, where: step.where, span, aggregate: i === 0 ? 'first_time' : 'times' })),
    })];
  }
}

type Part = Pick<Component, 'fact' | 'aggregate' | 'where'> & { readonly value?: string | undefined };

function component({ fact, aggregate, value, where }: Part, span: Span): UnitExpression {
  const events = { fact, where, span };
  const valued = { ...events, value: value! };
  switch (aggregate) {
    case 'sum': return { form: 'total', of: { ...valued, aggregate: 'sum' } };
    case 'count': return { form: 'total', of: { ...events, aggregate: 'rows' } };
    case 'count_distinct': return { form: 'total', of: { ...valued, aggregate: 'count_distinct' } };
    case 'any': return { form: 'any', of: value === undefined ? { ...events, aggregate: 'rows' } : { ...events, aggregate: 'rows', truthy: value } };
    case 'mean': return { form: 'mean', sum: { ...valued, aggregate: 'sum' }, count: { ...valued, aggregate: 'values' } };
    case 'min': case 'max': return { form: 'value', of: { ...valued, aggregate } };
  }
}

/** The aggregates an expression is made of. */
export function aggregatesOf(expression: UnitExpression): readonly UnitAggregate[] {
  switch (expression.form) {
    case 'total': case 'value': case 'any': return [expression.of];
    case 'mean': return [expression.sum, expression.count];
    case 'funnel': return expression.steps;
    case 'attribute': return [];
  }
}
