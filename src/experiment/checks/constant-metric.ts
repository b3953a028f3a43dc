import { formatList } from '../format.js';
import type { Cell, MetricSummary } from '../summaries.js';
import { informing, type CheckFunction } from './check.js';

/** Scatter per unit, relative to the squared mean, that is rounding in a warehouse's sums and not variation. */
const ROUNDING = 1e-24;

/** A metric that is the same for every unit of an arm says nothing: a tracking fault more often than a fact. */
export const constantMetric: CheckFunction = (_plan, { metrics }) => {
  const constant = metrics
    .map((metric) => ({ name: metric.metric, arms: metric.cells.filter((cell) => cell.segment === null && isConstant(metric, cell)).map((cell) => cell.arm) }))
    .filter(({ arms }) => arms.length > 0);
  if (constant.length === 0) return informing('constant_metric', 'pass', 'Every metric varies between the units of every arm.');
  return informing('constant_metric', 'warn', `The same value for every unit: ${constant.map(({ name, arms }) => `${name} in ${formatList(arms)}`).join('; ')}.`);
};

function isConstant({ outcomes }: MetricSummary, { summary }: Cell): boolean {
  // tied neighbours of a quantile do not say that all values are tied
  if (summary.n < 2 || summary.kind === 'quantile') return false;
  return outcomes.every((column) => {
    const i = summary.columns.indexOf(column);
    return summary.scatter[i]![i]! <= summary.n * ROUNDING * summary.mean[i]! ** 2;
  });
}
