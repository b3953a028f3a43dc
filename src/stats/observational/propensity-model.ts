import { invertPositive } from '../forest/positive-definite.js';
import { refuseToldArms } from '../forest/overlap.js';
import { fitLogistic, interceptOnly, inverseLogit } from '../learners/linear/logistic-fit.js';
import { refuse, type Refusal } from '../refusal.js';

/** P(D = 1 | X) of units, and how uncertain it is. */
export interface PropensityModel {
  /** shape (n) */
  readonly propensity: Float64Array;
  /** what the logit was fitted with; null: propensities are known */
  readonly logit: FittedLogit | null;
}

export interface FittedLogit {
  /** the constant, then standardised columns, shape (k)(n) */
  readonly design: readonly Float64Array[];
  /** inverse of the information of all units, which is the covariance of the coefficients, shape (k, k) row-major */
  readonly covariance: Float64Array;
}

/** A logit beyond this is a propensity that float64 cannot tell from 0 or 1: the mark of separation. */
const LARGEST_LOGIT = 30;

/**
 * Logistic regression of the treatment by maximum likelihood.
 *
 * Refuses arms that a hyperplane, or the propensities, tell apart.
 * @param d 0 or 1, both present; @param columns independent and standardised; @param weight shape (n), null: all 1
 */
export function fitPropensity(name: string, d: Float64Array, columns: readonly Float64Array[], weight: Float64Array | null): PropensityModel | Refusal {
  const n = d.length;
  const total = weight ? weight.reduce((sum, value) => sum + value, 0) : n;
  const logistic = { columns, y: d, weight: d.map((_, i) => (weight ? weight[i]! : 1) / total) };
  const state = fitLogistic(logistic, interceptOnly(logistic), { absolute: 0, square: 0 });
  if (!state.isConverged || state.eta.some((value) => Math.abs(value) > LARGEST_LOGIT)) {
    return refuse('no_overlap', `${name} found covariates that separate treated from control units, at least in part, so that their propensities are 0 or 1`,
      'Leave out covariates that determine the treatment and not the outcome, or compare units that could have been in either arm.');
  }
  const propensity = state.eta.map(inverseLogit);
  const told = refuseToldArms(propensity, d);
  if (told) return told;
  const design = [new Float64Array(n).fill(1), ...columns];
  const k = design.length;
  const curvature = propensity.map((e, i) => (weight ? weight[i]! : 1) * e * (1 - e));
  const information = Float64Array.from({ length: k * k }, (_, at) => {
    const [a, b] = [design[Math.floor(at / k)]!, design[at % k]!];
    return curvature.reduce((sum, value, i) => sum + value * a[i]! * b[i]!, 0);
  });
  const covariance = invertPositive(information, k);
  return covariance ? { propensity, logit: { design, covariance } }
    : refuse('not_identified', `${name} needs covariates that do not determine each other`, 'Drop columns that others determine.');
}

/** @param propensity of each unit, as it is known; refuses values outside of (0, 1) */
export function knownPropensity(name: string, propensity: Float64Array): PropensityModel | Refusal {
  return propensity.every((e) => e > 0 && e < 1) ? { propensity, logit: null }
    : refuse('no_overlap', `${name} needs known propensities between 0 and 1, ends left out`, 'Leave out units that could not have been in the other arm.');
}
