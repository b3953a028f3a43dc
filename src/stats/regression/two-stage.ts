import { fUpperTail } from '../numeric/fisher-f.js';
import { chiSquareUpperTail } from '../numeric/incomplete-gamma.js';
import { invertPositive } from '../forest/positive-definite.js';
import { isUsable, notFinite } from '../effects/lift.js';
import { isRefusal, refuse, type Refusal } from '../refusal.js';
import { coefficientErrors, type ErrorKind } from './coefficient-errors.js';
import { dot } from '../learners/linear/weighted-moments.js';
import { fitLeastSquares, type LeastSquares, type Regressor } from './least-squares.js';

export interface InstrumentedUnits {
  readonly y: Float64Array;
  /** treatment or dose, shape (n) */
  readonly d: Float64Array;
  /** instruments, independent of each other and of the covariates */
  readonly z: readonly Regressor[];
  readonly covariates: readonly Regressor[];
  readonly weight: Float64Array;
  readonly clusters: readonly Int32Array[];
}

interface Uncertain { readonly estimate: number; readonly standardError: number }
interface Test { readonly statistic: number; readonly pValue: number }

export interface TwoStage extends Uncertain {
  readonly degreesOfFreedom: number;
  /** the same coefficient by least squares, as if the treatment were as good as random given covariates */
  readonly leastSquares: Uncertain;
  /** of the instruments in the first stage, by the same errors */
  readonly firstStageF: number;
  /** Wu and Hausman: whether least squares and instruments disagree by more than chance */
  readonly endogeneity: Test;
  /** Sargan: whether instruments disagree with each other, by more than chance; null for one instrument, and for errors that are not classical */
  readonly overidentification: Test | null;
  /** reduced form and first stage of one instrument, for Anderson and Rubin's set; null for several */
  readonly reading: { readonly outcome: Uncertain; readonly uptake: Uncertain; readonly covariance: number } | null;
}

/** An error that rounding alone can make, as a share of the outcome's size. */
const SMALLEST_ERROR = 1e-12;
/** Residual of the first stage that rounding alone can make, as a share of the treatment's size. */
const COPIED = 1e-10;

const copied = (name: string): Refusal =>
  refuse('zero_variance', `${name} needs a treatment that is not a copy of its instruments and covariates`, 'Where everybody does as the instrument says, use regression_adjustment.');

/**
 * Two-stage least squares with an intercept: the outcome on the treatment as the instruments and covariates predict it, residuals with the treatment as it was.
 *
 * Refuses columns that determine each other, a first stage without any strength, and outcomes that do not vary.
 * @param errors classical, hc0, hc1 or cr1
 * @see Theil (1953); Wooldridge (2010), Econometric Analysis of Cross Section and Panel Data, chapter 5
 */
export function twoStage(name: string, { y, d, z, covariates, weight, clusters }: InstrumentedUnits, errors: ErrorKind): TwoStage | Refusal {
  const n = y.length;
  const exogenous = [{ name: 'intercept', values: new Float64Array(n).fill(1) }, ...covariates];
  const fit = (target: Float64Array, columns: readonly Regressor[]) => fitLeastSquares(name, target, columns, weight);
  const instrumented = [...z, ...exogenous];
  const [first, reduced, plain] = [fit(d, instrumented), fit(y, instrumented), fit(y, [{ name: 'treatment', values: d }, ...exogenous])];
  for (const stage of [first, reduced, plain]) if (isRefusal(stage)) return stage;
  const [firstStage, reducedForm, naive] = [first, reduced, plain] as [LeastSquares, LeastSquares, LeastSquares];
  if (dot(firstStage.residuals, firstStage.residuals) <= (COPIED ** 2) * dot(d, d)) return copied(name);
  const predicted = d.map((value, i) => value - unweighted(firstStage.residuals[i]!, weight[i]!));
  const second = fit(y, [{ name: 'treatment', values: predicted }, ...exogenous]);
  if (isRefusal(second)) return refuse('not_identified', `${name} needs an instrument that moves the treatment beyond what the covariates say; none does`, 'Find another instrument.');
  const estimate = second.coefficients[0]!;
  const structural = { ...second, residuals: second.residuals.map((value, i) => value - estimate * firstStage.residuals[i]!) };
  const residuals = coefficientErrors(name, structural, errors, clusters);
  const ofFirst = coefficientErrors(name, firstStage, errors, clusters);
  const ofNaive = coefficientErrors(name, naive, errors, clusters);
  for (const found of [residuals, ofFirst, ofNaive]) if (isRefusal(found)) return found;
  const [own, firstErrors, naiveErrors] = [residuals, ofFirst, ofNaive] as [Exclude<typeof residuals, Refusal>, Exclude<typeof residuals, Refusal>, Exclude<typeof residuals, Refusal>];
  const standardError = Math.sqrt(own.covariance[0]!);
  if (!isUsable(estimate) || !isUsable(standardError)) return notFinite(name);
  if (!(standardError > SMALLEST_ERROR * (Math.abs(estimate) + Math.sqrt(dot(y, y) / n)))) return refuse('zero_variance', `${name} needs outcomes that vary about what treatment and covariates say; none do`, 'Check that the outcome is recorded, and not a copy of another column.');
  const firstStageF = waldF(firstStage, firstErrors.covariance, z.length);
  if (firstStageF === null) return copied(name);
  const endogeneity = wuHausman(name, { y, d, exogenous, weight, clusters, n }, firstStage, errors);
  if (isRefusal(endogeneity)) return endogeneity;
  return {
    estimate, standardError, degreesOfFreedom: own.degreesOfFreedom,
    leastSquares: { estimate: naive.coefficients[0]!, standardError: Math.sqrt(naiveErrors.covariance[0]!) },
    firstStageF, endogeneity, overidentification: errors === 'classical' && z.length > 1 ? sargan(name, structural, instrumented, z.length - 1, weight) : null,
    reading: z.length === 1 ? readingOf(name, firstStage, reducedForm, firstErrors.covariance[0]!, errors, clusters) : null,
  };
}

const unweighted = (residual: number, weight: number): number => (weight > 0 ? residual / Math.sqrt(weight) : 0);

/** Wald's statistic of the first coefficients over their number; null when their covariance is singular. */
function waldF({ coefficients }: LeastSquares, covariance: Float64Array, count: number): number | null {
  const k = coefficients.length;
  const inverse = invertPositive(Float64Array.from({ length: count * count }, (_, at) => covariance[Math.floor(at / count) * k + (at % count)]!), count);
  if (!inverse) return null;
  let square = 0;
  for (let a = 0; a < count; a++) for (let b = 0; b < count; b++) square += coefficients[a]! * inverse[a * count + b]! * coefficients[b]!;
  return square / count;
}

interface Parts { readonly y: Float64Array; readonly d: Float64Array; readonly exogenous: readonly Regressor[]; readonly weight: Float64Array; readonly clusters: readonly Int32Array[]; readonly n: number }

/** The first stage's residual beside the treatment: its squared t. */
function wuHausman(name: string, { y, d, exogenous, weight, clusters }: Parts, { residuals }: LeastSquares, errors: ErrorKind): Test | Refusal {
  const left = residuals.map((value, i) => unweighted(value, weight[i]!));
  const fit = fitLeastSquares(name, y, [{ name: 'first-stage residual', values: left }, { name: 'treatment', values: d }, ...exogenous], weight);
  if (isRefusal(fit)) return fit;
  const found = coefficientErrors(name, fit, errors, clusters);
  if (isRefusal(found)) return found;
  const statistic = fit.coefficients[0]! ** 2 / found.covariance[0]!;
  return { statistic, pValue: fUpperTail(statistic, 1, found.degreesOfFreedom) };
}

/** n times the share of the residual's square that the instruments explain. */
function sargan(name: string, { residuals }: LeastSquares, instrumented: readonly Regressor[], degreesOfFreedom: number, weight: Float64Array): Test | null {
  const fit = fitLeastSquares(name, residuals.map((value, i) => unweighted(value, weight[i]!)), instrumented, weight);
  if (isRefusal(fit)) return null;
  const statistic = fit.n * (1 - dot(fit.residuals, fit.residuals) / dot(residuals, residuals));
  return { statistic, pValue: chiSquareUpperTail(Math.max(0, statistic), degreesOfFreedom) };
}

/** Variances of the instrument's coefficients in both regressions, and their covariance from that of the sum. */
function readingOf(name: string, firstStage: LeastSquares, reducedForm: LeastSquares, uptakeVariance: number, errors: ErrorKind, clusters: readonly Int32Array[]): TwoStage['reading'] {
  const varianceOf = (residuals: Float64Array) => {
    const found = coefficientErrors(name, { ...firstStage, residuals }, errors, clusters);
    return isRefusal(found) ? NaN : found.covariance[0]!;
  };
  const outcomeVariance = varianceOf(reducedForm.residuals);
  const together = varianceOf(reducedForm.residuals.map((value, i) => value + firstStage.residuals[i]!));
  return {
    outcome: { estimate: reducedForm.coefficients[0]!, standardError: Math.sqrt(outcomeVariance) },
    uptake: { estimate: firstStage.coefficients[0]!, standardError: Math.sqrt(uptakeVariance) }, covariance: (together - outcomeVariance - uptakeVariance) / 2,
  };
}
