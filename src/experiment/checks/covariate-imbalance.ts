import { meanEquality } from '../../stats/checks/mean-equality.js';
import { assignmentIndependence } from '../../stats/estimators/interaction/assignment-independence.js';
import { isRefusal } from '../../stats/refusal.js';
import { formatCounted, formatList, formatP } from '../format.js';
import { covariateOf, type Plan } from '../plan.js';
import type { Summaries } from '../summaries.js';
import { informing, SURPRISING, type CheckFunction } from './check.js';
import { covariateMoments } from './covariate-moments.js';

interface Tested { readonly what: string; readonly pValue: number }

/**
 * Are the arms alike in what was known of units before exposure? One test of all numeric covariates of a metric together
 * (Hotelling), one of each segment (chi-square of its values by arm); p-values are Bonferroni-adjusted over all of them.
 */
export const covariateImbalance: CheckFunction = (plan, summaries) => {
  const tested = [...numeric(plan, summaries), ...plan.segments.flatMap(({ name }) => categorical(plan, summaries, name))];
  if (tested.length === 0) return null;
  const worst = tested.reduce((a, b) => (b.pValue < a.pValue ? b : a));
  const pValue = Math.min(1, worst.pValue * tested.length);
  return pValue < SURPRISING
    ? informing('covariate_imbalance', 'warn', `The arms differ in ${worst.what}, known before exposure: chance alone would do this with adjusted ${formatP(pValue, SURPRISING)}. Assignment may hang on it.`, pValue)
    : informing('covariate_imbalance', 'pass', `The arms are alike in what was known before exposure, ${formatCounted(tested.length, 'test')}; smallest adjusted ${formatP(pValue, SURPRISING)}.`, pValue);
};

function numeric(plan: Plan, { metrics }: Summaries): Tested[] {
  const sets = new Map<string, Tested>();
  for (const metric of plan.metrics) {
    const { columns, cupac } = covariateOf(metric) ?? {};
    const summary = metrics.find((candidate) => candidate.metric === metric.name);
    if (!columns || !summary) continue;
    const test = meanEquality(covariateMoments(plan, summary));
    // metrics that share their covariates share their test: the first speaks for them
    const what = cupac ? `what predicts ${metric.name}` : formatList(columns);
    if (!isRefusal(test) && !sets.has(what)) sets.set(what, { what, pValue: test.pValue });
  }
  return [...sets.values()];
}

/** Values of too few units are left out of the table. */
function categorical({ arms }: Plan, { exposures }: Summaries, segment: string): Tested[] {
  const rows = exposures.segments.filter((row) => row.segment === segment);
  const counts = [...new Set(rows.map(({ value }) => value))].map((value) => arms.map(({ name }) => rows.find((row) => row.value === value && row.arm === name)?.units ?? 0));
  const total = counts.flat().reduce((sum, n) => sum + n, 0);
  const fewest = Math.min(...arms.map((_, a) => counts.reduce((sum, row) => sum + row[a]!, 0))) / total;
  const large = counts.filter((row) => row.reduce((sum, n) => sum + n, 0) * fewest >= LEAST_EXPECTED);
  const test = large.length < 2 ? null : assignmentIndependence(large.flat(), large.length, arms.length);
  return test === null ? [] : [{ what: segment, pValue: test.pValue }];
}

const LEAST_EXPECTED = 10;
