import { compileExpression } from '../../stats/effects/expression.js';
import { meanOutcome, ratioOutcome, type Outcome } from '../../stats/effects/outcome.js';
import type { Refusal } from '../../stats/refusal.js';
import type { Metric } from '../metric.js';
import type { Plan } from '../plan.js';

/** How a metric is computed from the means of its outcome columns, and what it is called. */
export interface MetricOutcome {
  readonly outcome: Outcome | Refusal;
  readonly title: string;
  /** a share of units: tested by the chi-square test when it has no covariates */
  readonly isShare: boolean;
}

/** By metric name. Asynchronous for the sake of expressions, which load their compiler when there are any. */
export async function metricOutcomes(plan: Plan): Promise<ReadonlyMap<string, MetricOutcome>> {
  const outcomes = new Map<string, MetricOutcome>();
  for (const metric of plan.metrics) outcomes.set(metric.name, await metricOutcome(metric));
  return outcomes;
}

/** How one metric is computed. */
export async function metricOutcome(metric: Metric): Promise<MetricOutcome> {
  switch (metric.kind) {
    case 'mean': case 'count': case 'count_distinct':
      return { outcome: meanOutcome, title: 'difference in means', isShare: false };
    case 'proportion': case 'retention': case 'funnel':
      return { outcome: meanOutcome, title: 'difference in proportions', isShare: true };
    case 'ratio':
      return { outcome: ratioOutcome, title: 'difference in ratios (delta method)', isShare: false };
    case 'expression':
      return { outcome: await compileExpression(metric.expression, Object.keys(metric.components)), title: `difference in ${metric.expression} (delta method)`, isShare: false };
    case 'quantile':
      return { outcome: meanOutcome, title: `difference in quantiles at ${metric.probability}`, isShare: false };
  }
}
