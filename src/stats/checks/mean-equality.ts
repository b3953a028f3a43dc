import { fUpperTail } from '../numeric/fisher-f.js';
import { chiSquareUpperTail } from '../numeric/incomplete-gamma.js';
import { refuse, type Refusal } from '../refusal.js';
import type { Moments } from '../summaries/moments.js';

export interface MeanEquality {
  /** Hotelling's T squared; of several arms the Lawley-Hotelling trace */
  readonly statistic: number;
  /** independent columns x (arms - 1) */
  readonly degreesOfFreedom: number;
  readonly pValue: number;
}

/** A column of which the others leave less than this share of its variance within arms says nothing of its own. */
const LEAST_OWN_VARIANCE = 1e-9;
/** With several arms the reference is chi-square, which wants this many units for each degree of freedom. */
const LEAST_UNITS = 30;

/**
 * Hotelling's test that all columns have the same means in all arms, as randomisation promises of what was measured before.
 *
 * Covariances are pooled over the arms. Two arms: exact for normal columns. More: by chi-square, for many units. Columns that
 * are constant within arms or linear functions of others are left out.
 * @see Hotelling (1931), Annals of Mathematical Statistics 2(3); Anderson (2003), An Introduction to Multivariate Statistical Analysis, 8.6
 */
export function meanEquality(arms: readonly Moments[]): MeanEquality | Refusal {
  const n = arms.reduce((sum, arm) => sum + arm.n, 0);
  const free = n - arms.length;
  if (arms.length < 2 || arms.some((arm) => arm.n < 2)) return refuse('too_few_units', 'meanEquality needs at least 2 arms of at least 2 units', 'Wait for more units.');
  const whitened = whitenedMeans(arms, free);
  const k = whitened[0]!.length;
  if (k === 0) return refuse('zero_variance', 'meanEquality needs a column that varies within arms', 'Leave it out.');
  const degreesOfFreedom = k * (arms.length - 1);
  if (free < (arms.length === 2 ? k + 1 : LEAST_UNITS * degreesOfFreedom)) return refuse('too_few_units', `meanEquality needs more units for ${k} columns in ${arms.length} arms; got ${n}`, 'Wait for more units, or test fewer columns.');
  let statistic = 0;
  for (let c = 0; c < k; c++) {
    const centre = arms.reduce((sum, arm, a) => sum + arm.n * whitened[a]![c]!, 0) / n;
    arms.forEach((arm, a) => { statistic += arm.n * (whitened[a]![c]! - centre) ** 2; });
  }
  const pValue = arms.length === 2
    ? fUpperTail((statistic * (free - k + 1)) / (k * free), k, free - k + 1)
    : chiSquareUpperTail(statistic, degreesOfFreedom);
  return { statistic, degreesOfFreedom, pValue };
}

/** Means from those of the first arm, in independent directions of unit variance within arms; shape (arms, columns kept). */
function whitenedMeans(arms: readonly Moments[], free: number): number[][] {
  const columns = arms[0]!.columns.length;
  const covariance = (c: number, d: number): number => arms.reduce((sum, arm) => sum + arm.scatter[c]![d]!, 0) / free;
  const triangle: { readonly column: number; readonly row: readonly number[]; readonly root: number }[] = [];
  const means = arms.map((): number[] => []);
  for (let c = 0; c < columns; c++) {
    const scale = covariance(c, c);
    const row: number[] = [];
    for (const before of triangle) {
      const known = before.row.reduce((sum, value, i) => sum + value * row[i]!, 0);
      row.push((covariance(c, before.column) - known) / before.root);
    }
    const own = scale - row.reduce((sum, value) => sum + value * value, 0);
    if (!(scale > 0) || own <= LEAST_OWN_VARIANCE * scale) continue;
    const root = Math.sqrt(own);
    triangle.push({ column: c, row, root });
    arms.forEach((arm, a) => {
      const shift = arm.mean[c]! - arms[0]!.mean[c]!;
      means[a]!.push((shift - row.reduce((sum, value, i) => sum + value * means[a]![i]!, 0)) / root);
    });
  }
  return means;
}
