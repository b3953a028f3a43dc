import { z } from 'zod';

const positive = z.number().gt(0);

/** Refuses an object of alternatives in which not exactly one is given. */
export const exactlyOne = (value: object): boolean => Object.values(value).filter((entry) => entry !== undefined).length === 1;

/** What is known of a metric before the experiment. Exactly one kind. */
export const plannedMetricSchema = z.strictObject({
  mean: z.strictObject({
    mean: z.number().describe('mean of the control arm, in units of the metric'),
    standardDeviation: positive.describe('between units, in units of the metric, the same in all arms'),
  }).optional().describe('mean, count, sum, or any value a unit'),
  proportion: z.strictObject({
    rate: z.number().gt(0).lt(1).describe('share of units that convert in the control arm, a fraction'),
  }).optional().describe('conversion, retention, funnel'),
  ratio: z.strictObject({
    numeratorMean: z.number().describe('mean numerator a unit'),
    numeratorStandardDeviation: positive.describe('between units'),
    denominatorMean: positive.describe('mean denominator a unit'),
    denominatorStandardDeviation: z.number().gte(0).describe('between units'),
    correlation: z.number().gte(-1).lte(1).default(0).describe('of numerator and denominator between units'),
  }).optional().describe('ratio of two sums over units, by the delta method'),
  quantile: z.strictObject({
    value: z.number().describe('the quantile in the control arm, in units of the metric'),
    probability: z.number().gt(0).lt(1).describe('which quantile, such as 0.9'),
    density: positive.describe('density of the metric at the quantile, per unit of the metric'),
  }).optional().describe('quantile of a value a unit'),
}).refine(exactlyOne, { message: 'give exactly one of mean, proportion, ratio and quantile' }).meta({ id: 'PlannedMetric' });
export type PlannedMetricOptions = z.output<typeof plannedMetricSchema>;

/** Value of the control arm, and variance of one unit in an arm of a given value. */
export interface PlannedMetric {
  readonly value: number;
  readonly varianceAt: (value: number) => number;
  /** values that an arm can have */
  readonly lowest: number;
  readonly highest: number;
}

/** Variance of one unit as a function of the arm's value: constant for means and quantiles, not for proportions and ratios. */
export function plannedMetric(options: PlannedMetricOptions): PlannedMetric {
  const { mean, proportion, ratio, quantile } = options;
  if (proportion) return { value: proportion.rate, varianceAt: (rate) => rate * (1 - rate), lowest: 0, highest: 1 };
  if (ratio) {
    const { numeratorMean, numeratorStandardDeviation: sN, denominatorMean, denominatorStandardDeviation: sD, correlation } = ratio;
    const varianceAt = (r: number): number => (sN * sN - 2 * r * correlation * sN * sD + r * r * sD * sD) / (denominatorMean * denominatorMean);
    return { value: numeratorMean / denominatorMean, varianceAt, lowest: -Infinity, highest: Infinity };
  }
  if (quantile) {
    const variance = (quantile.probability * (1 - quantile.probability)) / quantile.density ** 2;
    return { value: quantile.value, varianceAt: () => variance, lowest: -Infinity, highest: Infinity };
  }
  const variance = mean!.standardDeviation ** 2;
  return { value: mean!.mean, varianceAt: () => variance, lowest: -Infinity, highest: Infinity };
}
