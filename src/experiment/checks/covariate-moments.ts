import type { Moments } from '../../stats/summaries/moments.js';
import type { Plan } from '../plan.js';
import type { MetricSummary } from '../summaries.js';

/** Moments of the covariates of a metric in each arm of the plan, over all units; arms without units are left out. */
export function covariateMoments({ arms }: Plan, { covariates, cells }: MetricSummary): Moments[] {
  return arms.flatMap(({ name }) => {
    const summary = cells.find((cell) => cell.arm === name && cell.segment === null)?.summary;
    if (summary?.kind !== 'moments' || summary.n === 0) return [];
    const at = covariates.map((column) => summary.columns.indexOf(column));
    return [{ n: summary.n, columns: covariates, mean: at.map((i) => summary.mean[i]!), scatter: at.map((i) => at.map((j) => summary.scatter[i]![j]!)) }];
  });
}
