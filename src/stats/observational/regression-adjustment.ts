import { coefficientErrors, type ErrorKind } from '../regression/coefficient-errors.js';
import { fitLeastSquares } from '../regression/least-squares.js';
import { sumCovariance } from '../dml/clustered-covariance.js';
import { isUsable, notFinite } from '../effects/lift.js';
import { isRefusal, refuse, type Refusal } from '../refusal.js';
import type { Target } from './balance.js';
import type { IndependentColumns } from './covariate-columns.js';
import type { ObservedUnits } from './inverse-propensity.js';

export const samplings = ['population', 'units'] as const;

export interface AdjustmentModel {
  /** each arm has slopes of its own */
  readonly isInteracted: boolean;
  /** over whom the effect is averaged, when it may differ */
  readonly target: Target;
  readonly errors: ErrorKind;
  /** what the interval speaks of: a population that units are a sample of, or these units */
  readonly sampling: (typeof samplings)[number];
}

export interface AdjustedEffect {
  readonly estimate: number;
  readonly standardError: number;
  readonly degreesOfFreedom: number;
  /** of covariates, a unit of the column each; in the control arm, where arms have their own */
  readonly slopes: readonly { readonly name: string; readonly estimate: number; readonly standardError: number }[];
}

/** An error that rounding alone can make, as a share of the outcome's spread. */
const SMALLEST_ERROR = 1e-12;

/**
 * Coefficient of the treatment in a regression of the outcome on it and covariates; interacted: covariates are centred at the target's means, so that it is the
 * target's average effect where both arms are linear.
 *
 * For a population the variance of the target's mean effect comes on top: its covariate means are themselves a sample's.
 * @param y outcome, d treatment, shape (n); d is 0 or 1 when interacted
 * @see Lin (2013), Annals of Applied Statistics 7(1); Negi, Wooldridge (2021), Econometric Reviews 40(5)
 */
export function adjustedEffect({ y, d, weight, clusters }: ObservedUnits, covariates: IndependentColumns, model: AdjustmentModel): AdjustedEffect | Refusal {
  const name = 'regression_adjustment';
  const members = weight.map((value, i) => (model.target === 'all' ? value : model.target === 'treated' ? value * d[i]! : value * (1 - d[i]!)));
  const total = members.reduce((sum, value) => sum + value, 0);
  const centred = covariates.columns.map((column) => {
    const mean = column.reduce((sum, value, i) => sum + (members[i]! / total) * value, 0);
    return column.map((value) => value - mean);
  });
  const regressors = [
    { name: 'intercept', values: new Float64Array(y.length).fill(1) }, { name: 'treatment', values: d },
    ...centred.map((values, j) => ({ name: covariates.names[j]!, values })),
    ...(model.isInteracted ? centred.map((values, j) => ({ name: `treatment x ${covariates.names[j]!}`, values: values.map((value, i) => value * d[i]!) })) : []),
  ];
  const fit = fitLeastSquares(name, y, regressors, weight);
  if (isRefusal(fit)) return fit;
  const errors = coefficientErrors(name, fit, model.errors, clusters);
  if (isRefusal(errors)) return errors;
  const k = regressors.length;
  const errorOf = (a: number) => Math.sqrt(Math.max(0, errors.covariance[a * k + a]!));
  const estimate = fit.coefficients[1]!;
  const moved = model.isInteracted && model.sampling === 'population'
    ? y.map((_, i) => (members[i]! / total) * centred.reduce((sum, column, j) => sum + column[i]! * fit.coefficients[2 + centred.length + j]!, 0)) : null;
  const [[ofMeans]] = moved?.some((value) => value !== 0) ? sumCovariance([moved], clusters).covariance as [[number]] : [[0]];
  const standardError = Math.sqrt(errorOf(1) ** 2 + ofMeans);
  if (!isUsable(estimate) || !isUsable(standardError)) return notFinite(name);
  const spread = Math.sqrt(y.reduce((sum, value) => sum + value * value, 0) / y.length);
  if (!(errorOf(1) > SMALLEST_ERROR * spread)) return refuse('zero_variance', `${name} needs outcomes that vary about what treatment and covariates say; none do`, 'Check that the outcome is recorded, and not a copy of another column.');
  return {
    estimate, standardError, degreesOfFreedom: errors.degreesOfFreedom,
    slopes: covariates.names.map((column, j) => ({ name: column, estimate: fit.coefficients[2 + j]! / covariates.spreads[j]!, standardError: errorOf(2 + j) / covariates.spreads[j]! })),
  };
}
