import { z } from 'zod';
import { checkSample, isBinary, type Sample } from '../../dml/sample.js';
import { columnBalance, type ColumnBalance, type Target } from '../../observational/balance.js';
import { checkColumns, covariateColumns, independentColumns, type IndependentColumns } from '../../observational/covariate-columns.js';
import type { ObservedUnits } from '../../observational/inverse-propensity.js';
import { isRefusal, type Refusal } from '../../refusal.js';
import { causalRoles, sampleOf, type CausalColumns } from '../dml/causal-columns.js';
import { numerics, optionalCategories, optionalNumeric, type Numeric } from '../estimator.js';

/** Columns of every estimator that adjusts a comparison of units that were not randomised. */
export const observationalRoles = {
  ...causalRoles,
  covariates: numerics('measured before treatment, all confounders; squares and products as columns of their own'),
  categories: optionalCategories('covariates whose values have no order, such as a country'),
} as const;

export const propensityRole = optionalNumeric('P(D = 1 | X) where it is known, as by design; absent: a logistic regression on covariates and categories');

export interface Observed {
  readonly sample: Sample;
  readonly units: ObservedUnits;
  /** every covariate, each level of a category as a column */
  readonly columns: readonly Numeric[];
  readonly independent: IndependentColumns;
}

/** The units of a request, or why they cannot answer. @param isDose whether the treatment may be another than 0 and 1 */
export function observedOf(name: string, columns: CausalColumns, { isDose = false, leastCovariates = 0 }: { readonly isDose?: boolean; readonly leastCovariates?: 0 | 1 } = {}): Observed | Refusal {
  const sample = sampleOf(columns);
  const all = covariateColumns(columns.covariates, columns.categories);
  const refusal = checkSample(name, sample, isDose ? [] : ['d'], leastCovariates) ?? checkColumns(name, all);
  if (isRefusal(refusal)) return refusal;
  const { y, d, clusters } = sample;
  const weight = sample.weight ?? new Float64Array(y.length).fill(1);
  return { sample, units: { y, d, weight, clusters }, columns: all, independent: independentColumns(all) };
}

const armsBalanceSchema = z.object({
  control: z.number().describe('mean of the control units'), treated: z.number().describe('mean of the treated units'),
  standardisedDifference: z.number().nullable().describe('treated less control mean, over the standard deviation of the target before anything is weighted: beyond 0.1 is worth a thought; null when that is 0'),
  varianceRatio: z.number().nullable().describe('variance of treated over that of control units; null when the latter is 0'),
}).meta({ id: 'ArmsBalance', description: 'One covariate in both arms.' });
export const balanceSchema = z.array(z.object({
  name: z.string().describe('covariate, or level of a category'),
  before: armsBalanceSchema.describe('as units came'), after: armsBalanceSchema.describe('as they are weighted in the estimate'),
}).meta({ id: 'CovariateBalance', description: 'How alike the arms are in one covariate, before and after.' })).describe('how alike the arms are');

/** Without columns of a treatment that is not 0 and 1, which has no arms. */
export const balanceAnswer = ({ units: { d, weight }, columns }: Observed, after: Float64Array, target: Target): ColumnBalance[] =>
  (isBinary(d) ? columnBalance(columns, d, weight, after, target) : []);
