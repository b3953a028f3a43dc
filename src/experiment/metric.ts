import { z } from 'zod';
import { beforeExposure, identifier, windowText } from './vocabulary.js';

/** A structured filter on one column: never SQL text, so that names and values can be quoted. */
export const filterSchema = z.strictObject({
  column: z.string().min(1).describe('column of the table'),
  op: z.enum(['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'in', 'not_in', 'is_null', 'not_null']).default('eq').describe('comparison'),
  value: z.union([z.string(), z.number(), z.boolean(), z.array(z.union([z.string(), z.number()])).min(1)]).optional()
    .describe('what the column is compared with; a list for in and not_in'),
}).refine((f) => (f.op === 'is_null' || f.op === 'not_null') === (f.value === undefined), { message: 'every op but is_null and not_null needs a value' })
  .refine((f) => (f.op === 'in' || f.op === 'not_in') === Array.isArray(f.value), { message: 'in and not_in take a list, other ops a single value' })
  .meta({ id: 'Filter' });
export type Filter = z.output<typeof filterSchema>;

/** How the events of one unit become one number. */
export const componentSchema = z.strictObject({
  fact: identifier.describe('name of a fact table of the plan'),
  aggregate: z.enum(['sum', 'count', 'count_distinct', 'any', 'mean', 'min', 'max']).default('sum')
    .describe('how events of a unit become one value; any: 1 if there is at least one event, else 0'),
  value: z.string().min(1).optional().describe('value column; not for count and not needed for any'),
  where: z.array(filterSchema).default([]).describe('only events that pass all of these'),
}).refine((c) => c.aggregate === 'count' || c.aggregate === 'any' || c.value !== undefined, { message: 'this aggregate needs a value column', path: ['value'] })
  .meta({ id: 'Component' });
export type Component = z.output<typeof componentSchema>;

const lambda = z.union([z.number().positive(), z.enum(['min', '1se'])]).default('min')
  .describe('penalty in glmnet\'s parametrisation, or how the folds that train choose it: least error, or one standard error from it');

/** Learners whose predictions follow from moments: no row leaves the warehouse, however many there are, and the engine predicts by a sum. */
const momentLearner = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('linear') }).describe('least squares'),
  z.strictObject({ name: z.literal('ridge'), lambda }),
  z.strictObject({ name: z.literal('lasso'), lambda }),
  z.strictObject({ name: z.literal('elastic_net'), lambda, alpha: z.number().gt(0).lt(1).default(0.5).describe('mix of the penalty: near 0 ridge, near 1 lasso') }),
]);

const cupacSchema = z.strictObject({
  columns: z.array(z.string().min(1)).min(1).max(50).describe('numeric attributes of the exposures table, known before exposure, to predict the metric from'),
  pre: beforeExposure.optional().describe('the same metric over this long before first exposure as one more feature'),
  learner: momentLearner.default({ name: 'ridge', lambda: 'min' }),
  folds: z.number().int().gte(3).lte(8).default(5).describe('parts of the units, by a hash of the unit; each is predicted by a model of the others'),
});
export type Cupac = z.output<typeof cupacSchema>;

const covariateSchema = z.union([
  z.strictObject({ cupac: cupacSchema.describe('a cross-fitted prediction of the metric from what was known before exposure (CUPAC)') }),
  z.strictObject({ pre: beforeExposure.describe('the same metric over this long before first exposure') }),
  z.strictObject({ columns: z.array(z.string().min(1)).min(1).max(20).describe('numeric attributes of the exposures table, known before exposure') }),
]);

const base = {
  name: identifier.describe('name of the metric, unique in the plan'),
  description: z.string().max(2000).optional(),
  unit: z.string().max(40).optional().describe('unit of the metric for display, such as EUR or ms'),
  direction: z.enum(['increase', 'decrease']).default('increase').describe('which way is better'),
  category: z.enum(['business', 'reliability', 'latency', 'other']).default('business').describe('what kind of guardrail it makes; the definition of done asks for reliability and latency'),
  window: windowText.optional().describe('events count from first exposure + start to first exposure + end, such as 0d..7d; absent: all events after exposure'),
};
const adjustable = {
  cap: z.strictObject({ lower: z.number().optional(), upper: z.number().optional() })
    .refine(({ lower, upper }) => lower === undefined || upper === undefined || lower < upper, { message: 'the lower bound must be below the upper one, or every unit has the same value' }).optional().describe('fixed bounds on a unit\'s value, in units of the metric'),
  winsorise: z.strictObject({ lower: z.number().gte(0).lt(0.5).optional(), upper: z.number().gt(0.5).lte(1).optional() }).optional()
    .describe('bounds on a unit\'s value at these quantiles over all arms together'),
  covariate: covariateSchema.optional().describe('variance reduction by regression adjustment (CUPED; Lin 2013)'),
};
/** A key that a kind has for a reason not to have is answered with the reason. */
const without = (reasons: Readonly<Record<string, string>>) => ({
  error: (issue: { readonly code?: string | undefined; readonly keys?: unknown }): string | undefined =>
    (issue.code === 'unrecognized_keys' ? (issue.keys as readonly string[]).map((key) => reasons[key]).find((reason) => reason !== undefined) : undefined),
});
const UNITS_OF_SHARE = 'the value of a unit is 0 or 1 and has no tail: leave the bound out';
const OF_QUANTILES = without({
  covariate: 'a quantile is no mean of units, so that regression adjustment (CUPED) does not reach it: leave covariate out, or compare a mean or a proportion of units above a threshold, which may have one',
  cap: 'a quantile does not feel how far the largest values are: leave cap out', winsorise: 'a quantile does not feel how far the largest values are: leave winsorise out',
});
const OF_SHARES = without({ cap: UNITS_OF_SHARE, winsorise: UNITS_OF_SHARE });
const where = z.array(filterSchema).default([]);
const fact = identifier.describe('name of a fact table of the plan');

export const metricSchema = z.discriminatedUnion('kind', [
  z.strictObject({ ...base, ...adjustable, kind: z.literal('mean'), fact, value: z.string().min(1), aggregate: z.enum(['sum', 'mean', 'min', 'max']).default('sum').describe('how events of a unit become one value'), where }),
  z.strictObject({ ...base, covariate: covariateSchema.optional(), kind: z.literal('proportion'), fact, value: z.string().min(1).optional().describe('boolean or 0/1 column; absent: any event at all'), where }, OF_SHARES),
  z.strictObject({ ...base, ...adjustable, kind: z.literal('count'), fact, where }),
  z.strictObject({ ...base, ...adjustable, kind: z.literal('count_distinct'), fact, value: z.string().min(1), where }),
  z.strictObject({ ...base, ...adjustable, kind: z.literal('ratio'), numerator: componentSchema, denominator: componentSchema }),
  z.strictObject({ ...base, kind: z.literal('expression'), expression: z.string().min(1).max(500).describe('smooth function of component means, such as revenue / orders'), components: z.record(identifier, componentSchema), covariate: covariateSchema.optional() }),
  z.strictObject({ ...base, kind: z.literal('quantile'), fact, value: z.string().min(1), aggregate: z.enum(['sum', 'mean', 'min', 'max']).default('sum').describe('how events of a unit become one value'), where, probability: z.number().gt(0).lt(1) }, OF_QUANTILES),
  z.strictObject({ ...base, kind: z.literal('retention'), fact, where, window: windowText.describe('active between these two times after first exposure, such as 7d..14d'), covariate: covariateSchema.optional() }, OF_SHARES),
  z.strictObject({ ...base, kind: z.literal('funnel'), steps: z.array(z.strictObject({ name: identifier.optional(), fact, where })).min(2).max(10).describe('in this order, each at or after the one before'), covariate: covariateSchema.optional() }, OF_SHARES),
]);
export type Metric = z.output<typeof metricSchema>;
export type MetricKind = Metric['kind'];
