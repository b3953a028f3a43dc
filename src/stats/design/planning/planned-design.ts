import { z } from 'zod';
import { rerandomisedVariance } from '../allocation/rerandomised-variance.js';
import { exactlyOne } from './planned-metric.js';

const fraction = z.number().gte(0).lt(1);

/** What is randomised, when it is not the unit that is measured. At most one kind; none: units are randomised one by one. */
export const plannedDesignSchema = z.strictObject({
  cluster: z.strictObject({
    size: z.number().gte(1).describe('mean units a cluster'),
    sizeVariation: z.number().gte(0).default(0).describe('standard deviation over mean of the cluster sizes'),
    intraclassCorrelation: fraction.describe('share of the variance that lies between clusters'),
  }).optional().describe('clusters are randomised whole'),
  switchback: z.strictObject({
    unitsPerPeriod: z.number().gte(1).describe('units measured a period'),
    periodsPerWindow: z.number().int().gte(1).default(1).describe('consecutive periods that share one draw of the arm'),
    burnIn: z.number().int().gte(0).default(0).describe('periods at the start of each window that are left out, against carry-over'),
    intraclassCorrelation: fraction.describe('share of the variance that lies between periods'),
    autocorrelation: fraction.default(0).describe('of the period effects from one period to the next'),
  }).refine((s) => s.burnIn < s.periodsPerWindow, { message: 'must leave at least one period a window', path: ['burnIn'] })
    .optional().describe('windows of time are randomised, all units of a window together'),
  paired: z.strictObject({
    correlation: z.number().gt(-1).lt(1).describe('between the two members of a pair'),
  }).optional().describe('within each pair, such as two matched regions, one member is treated'),
  encouragement: z.strictObject({
    compliance: z.number().gt(0).lte(1).describe('share that takes the treatment because it is encouraged; the effect is that on these units'),
  }).optional().describe('encouragement is randomised, not the treatment; effect on compliers by two-stage least squares'),
  factorial: z.strictObject({
    order: z.number().int().gte(1).lte(4).default(1).describe('1: main effect of one factor; 2: how much a second factor changes it, as a difference of differences; and so on'),
  }).optional().describe('any number of factors with two levels each, all combinations of one size'),
  stratified: z.strictObject({
    squaredCorrelation: fraction.describe('share of the variance of the metric that lies between strata'),
  }).optional().describe('arms are balanced within strata, or weighted by them afterwards'),
  rerandomised: z.strictObject({
    covariates: z.number().int().gte(1).describe('number of covariates that are balanced'),
    squaredCorrelation: fraction.describe('R squared of the metric on these covariates'),
    acceptance: z.number().gt(0).lte(1).describe('share of allocations that are accepted; best of 100 salts: 0.01'),
  }).optional().describe('allocation is drawn again until covariates balance, and they are not adjusted for'),
}).refine(exactlyOne, { message: 'give exactly one of cluster, switchback, paired, encouragement, factorial, stratified and rerandomised' }).meta({ id: 'PlannedDesign' });
export type PlannedDesignOptions = z.output<typeof plannedDesignSchema>;

/** How a design changes a comparison of units randomised one by one. */
export interface PlannedDesign {
  /** variance of the value of one randomisation unit, over the variance of one measured unit */
  readonly varianceFactor: number;
  /** measured units a randomisation unit */
  readonly observationsPerUnit: number;
  readonly randomisationUnit: 'unit' | 'cluster' | 'window' | 'member of a pair';
  readonly isPaired: boolean;
}

const individual: PlannedDesign = { varianceFactor: 1, observationsPerUnit: 1, randomisationUnit: 'unit', isPaired: false };

/**
 * @see Dasgupta, Pillai, Rubin (2015), JRSS B 77 (factorial contrasts of the 2^K design)
 * @see Eldridge, Ashby, Kerry (2006), International Journal of Epidemiology 35 (cluster sizes that vary)
 * @see Bojinov, Simchi-Levi, Zhao (2023), Management Science 69 (switchback: independent draws, so windows are uncorrelated in the design)
 * @see Morgan, Rubin (2012), Annals of Statistics 40
 */
export function plannedDesign(options: PlannedDesignOptions | undefined): PlannedDesign {
  if (options?.cluster) {
    const { size, sizeVariation, intraclassCorrelation } = options.cluster;
    const effect = 1 + ((1 + sizeVariation ** 2) * size - 1) * intraclassCorrelation;
    return { ...individual, varianceFactor: effect / size, observationsPerUnit: size, randomisationUnit: 'cluster' };
  }
  if (options?.switchback) {
    const { unitsPerPeriod, periodsPerWindow } = options.switchback;
    return { ...individual, varianceFactor: windowVariance(options.switchback), observationsPerUnit: unitsPerPeriod * periodsPerWindow, randomisationUnit: 'window' };
  }
  if (options?.paired) return { ...individual, varianceFactor: 1 - options.paired.correlation, randomisationUnit: 'member of a pair', isPaired: true };
  if (options?.encouragement) return { ...individual, varianceFactor: options.encouragement.compliance ** -2 };
  if (options?.factorial) return { ...individual, varianceFactor: 4 ** (options.factorial.order - 1) };
  if (options?.stratified) return { ...individual, varianceFactor: 1 - options.stratified.squaredCorrelation };
  if (options?.rerandomised) {
    const { covariates, squaredCorrelation, acceptance } = options.rerandomised;
    return { ...individual, varianceFactor: 1 - (1 - rerandomisedVariance(covariates, acceptance)) * squaredCorrelation };
  }
  return individual;
}

/** Variance of a window's mean over the variance of one unit: AR(1) period effects averaged over the kept periods, and units. */
function windowVariance(options: NonNullable<PlannedDesignOptions['switchback']>): number {
  const { unitsPerPeriod, periodsPerWindow, burnIn, intraclassCorrelation, autocorrelation } = options;
  const kept = periodsPerWindow - burnIn;
  let pairs = kept;
  for (let lag = 1; lag < kept; lag++) pairs += 2 * (kept - lag) * autocorrelation ** lag;
  return (intraclassCorrelation * pairs) / (kept * kept) + (1 - intraclassCorrelation) / (kept * unitsPerPeriod);
}
