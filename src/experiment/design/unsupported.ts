import { refuse, type Refusal } from '../../stats/refusal.js';
import type { Metric, MetricKind } from '../metric.js';
import { covariateOf, type Plan } from '../plan.js';
import { durationSeconds, parseWindow } from '../vocabulary.js';
import type { DesignKind } from './design.js';
import { areUnitsIndependent } from './independence.js';

interface Limits {
  /** metric kinds that the design cannot compare, and what would work instead */
  readonly kinds: Partial<Record<MetricKind, string>>;
  /** inference methods that hold under the design; absent: all */
  readonly inferences?: { readonly methods: readonly string[]; readonly why: string };
}

const UNITS_OF_QUANTILE = 'Compare a mean, or a proportion of units above a threshold; the estimators quantile and clustered_quantile read quantiles from rows.';
const TWO_METRICS = 'Name numerator and denominator as two metrics.';
const TOGETHER_FROM_THE_START = 'Groups that are all there from the start give no new independent units as time passes. Plan a fixed horizon, or bayesian.';

const LIMITS: Readonly<Record<DesignKind, Limits>> = {
  cluster: { kinds: { quantile: UNITS_OF_QUANTILE }, inferences: { methods: ['fixed', 'bayesian'], why: TOGETHER_FROM_THE_START } },
  switchback: {
    kinds: { quantile: UNITS_OF_QUANTILE, ratio: TWO_METRICS, expression: 'Name its components as metrics of their own.' },
    inferences: { methods: ['fixed', 'bayesian'], why: 'Sequential boundaries hold for many independent units, and blocks are few. Plan a fixed horizon, or bayesian.' },
  },
  stratified: { kinds: { quantile: UNITS_OF_QUANTILE } },
  rerandomised: { kinds: {} },
  factorial: { kinds: { quantile: UNITS_OF_QUANTILE } },
  encouragement: { kinds: { quantile: UNITS_OF_QUANTILE, ratio: TWO_METRICS, expression: 'Name its components as metrics of their own.' } },
  holdout: { kinds: {} },
  paired: { kinds: { quantile: UNITS_OF_QUANTILE }, inferences: { methods: ['fixed'], why: 'Coins are flipped for one look at a time fixed beforehand. Plan a fixed horizon.' } },
};

/** Why a metric cannot be compared under the design and inference of its plan; null: it can. */
export function unsupported({ design, inference }: Plan, metric: Metric): Refusal | null {
  if (!design) return null;
  const { kinds, inferences } = LIMITS[design.kind];
  const instead = kinds[metric.kind];
  if (instead !== undefined) return refuse('unsupported_combination', `${nameOf(design.kind)} design does not compare a metric of kind ${metric.kind}`, instead);
  if (inferences && !inferences.methods.includes(inference.method)) return refuse('unsupported_combination', `${nameOf(design.kind)} design does not hold with inference ${inference.method}`, inferences.why);
  if (covariateOf(metric)?.cupac && !areUnitsIndependent({ design })) {
    return refuse('unsupported_combination', `${nameOf(design.kind)} design does not adjust by predictions: they are cross-fitted over units, and units of a group know of each other`, 'Name columns as covariates instead.');
  }
  return design.kind === 'paired' ? unpairedCovariate(metric) : null;
}

/** What a pair had before is subtracted, so it must be the same metric over as long a time. */
function unpairedCovariate(metric: Metric): Refusal | null {
  const covariate = covariateOf(metric);
  if (covariate === undefined) return null;
  if (covariate.pre === undefined) return refuse('unsupported_combination', 'a paired design does not adjust for columns: pairs are matched on them already', 'Leave the covariate out, or name the same metric before exposure: { pre }.');
  const window = metric.window === undefined ? undefined : parseWindow(metric.window);
  return window !== undefined && window.to - window.from === durationSeconds(covariate.pre) ? null
    : refuse('unsupported_combination', `a paired design subtracts the metric before exposure, which must be read over as long a time; the pre-period is ${covariate.pre} and the window ${metric.window ?? 'open'}`, `Give the metric a window as long as ${covariate.pre}.`);
}

const nameOf = (kind: DesignKind): string => `${kind === 'encouragement' ? 'an' : 'a'} ${kind}`;

/** Segments of a design whose groups are summarised whole. */
export const noSegments: Refusal = refuse('unsupported_combination', 'this design does not compare segments: what was randomised is not the unit', 'Analyse one part at a time, with exposures.exclude for the others.');
