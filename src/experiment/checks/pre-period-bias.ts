import { meanEquality } from '../../stats/checks/mean-equality.js';
import { isRefusal } from '../../stats/refusal.js';
import { formatCounted, formatP } from '../format.js';
import { covariateOf } from '../plan.js';
import { informing, SURPRISING, type CheckFunction } from './check.js';
import { covariateMoments } from './covariate-moments.js';

/**
 * Did the arms differ before anyone was treated? An A/A test on each metric's pre-period, which no treatment can have moved;
 * p-values are Bonferroni-adjusted over metrics. Only metrics whose covariate is their `pre` have one.
 */
export const prePeriodBias: CheckFunction = (plan, { metrics }) => {
  const withPre = new Set(plan.metrics.filter((metric) => { const covariate = covariateOf(metric); return covariate?.pre !== undefined && !covariate.cupac; }).map(({ name }) => name));
  const tested = metrics.filter(({ metric, covariates }) => withPre.has(metric) && covariates.length > 0)
    .map((metric) => ({ name: metric.metric, test: meanEquality(covariateMoments(plan, metric)) }))
    .flatMap(({ name, test }) => (isRefusal(test) ? [] : [{ name, pValue: test.pValue }]));
  if (tested.length === 0) return null;
  const worst = tested.reduce((a, b) => (b.pValue < a.pValue ? b : a));
  const pValue = Math.min(1, worst.pValue * tested.length);
  return pValue < SURPRISING
    ? informing('pre_period_bias', 'warn', `Before exposure the arms already differed in ${worst.name}: chance alone would do this with adjusted ${formatP(pValue, SURPRISING)}. Adjustment by the covariate makes up for it in part; look at assignment, and at what an earlier experiment left behind.`, pValue)
    : informing('pre_period_bias', 'pass', `Before exposure the arms were alike in ${tested.length === 1 ? worst.name : `all ${formatCounted(tested.length, 'metric')} that have a pre-period`}; ${tested.length === 1 ? '' : 'smallest adjusted '}${formatP(pValue, SURPRISING)}.`, pValue);
};
