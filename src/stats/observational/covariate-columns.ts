import { isConstant } from '../forest/standardise.js';
import type { Category, Numeric } from '../estimators/estimator.js';
import { refuse, type Refusal } from '../refusal.js';

/** Numeric covariates as they are, and an indicator of each level of a category. */
export function covariateColumns(covariates: readonly Numeric[], categories: readonly Category[]): Numeric[] {
  return [...covariates, ...categories.flatMap(({ name, codes, levels }) =>
    levels.map((level, code) => ({ name: `${name}=${level}`, values: Float64Array.from(codes, (found) => Number(found === code)) })))];
}

/** Refuses covariates that are too large to square. */
export function checkColumns(name: string, columns: readonly Numeric[]): Refusal | null {
  const bad = columns.find(({ values }) => !(spreadOf(values).spread < Infinity));
  return bad ? refuse('not_finite', `the covariate ${bad.name} of ${name} is too large to square`, 'Rescale the column.') : null;
}

/** Columns of mean 0 and variance 1 (over n - 1) that neither the constant nor each other determine, with an orthonormal basis of what they span. */
export interface IndependentColumns {
  readonly names: readonly string[];
  readonly columns: readonly Float64Array[];
  /** standard deviations that columns were divided by, shape (k) */
  readonly spreads: readonly number[];
  /** of mean 0, orthogonal, of variance 1: distances between rows are Mahalanobis', shape (k)(n) */
  readonly whitened: readonly Float64Array[];
}

/** What rounding leaves of a column that others determine, as a share of its spread. */
const DETERMINED = 1e-8;

/** The first of columns that determine each other stay, others are left out: neither what is spanned nor Mahalanobis' distance changes. */
export function independentColumns(columns: readonly Numeric[]): IndependentColumns {
  const kept: { name: string; column: Float64Array; spread: number; whitened: Float64Array }[] = [];
  for (const { name, values } of columns) {
    const column = standardised(values);
    if (!column) continue;
    let rest = column;
    for (let pass = 0; pass < 2; pass++) {
      for (const { whitened } of kept) {
        const share = rest.reduce((sum, value, i) => sum + value * whitened[i]!, 0) / (values.length - 1);
        rest = rest.map((value, i) => value - share * whitened[i]!);
      }
    }
    const norm = Math.sqrt(rest.reduce((sum, value) => sum + value * value, 0) / (values.length - 1));
    if (norm > DETERMINED) kept.push({ name, column, spread: spreadOf(values).spread, whitened: rest.map((value) => value / norm) });
  }
  return { names: kept.map(({ name }) => name), columns: kept.map(({ column }) => column), spreads: kept.map(({ spread }) => spread), whitened: kept.map(({ whitened }) => whitened) };
}

/** (value - mean) / standard deviation; null for a constant. */
export function standardised(values: Float64Array): Float64Array | null {
  const { centre, spread } = spreadOf(values);
  return isConstant(spread, centre) ? null : values.map((value) => (value - centre) / spread);
}

function spreadOf(values: Float64Array): { readonly centre: number; readonly spread: number } {
  const n = values.length;
  const centre = values.reduce((sum, value) => sum + value / n, 0);
  return { centre, spread: Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (n - 1)) };
}
