import { isRefusal, refuse, type Refusal } from '../../refusal.js';
import { bucketRanges } from '../assignment/bucket-ranges.js';
import { chooseVariation } from '../assignment/choose-variation.js';
import { bucketing } from '../assignment/hash-method.js';
import { covariateBalance, mahalanobisOf, prepareCovariates, type CovariateBalance } from './covariate-balance.js';
import { chiSquareLowerQuantile, rerandomisedVariance } from './rerandomised-variance.js';

export interface RerandomisationInput {
  /** identifiers that will be hashed, shape (units) */
  readonly units: readonly string[];
  /** measured before the experiment, shape (k) of (units) */
  readonly covariates: readonly Float64Array[];
  /** shares of the arms; they sum to 1 */
  readonly weights: readonly number[];
  /** salts tried are `salt#0`, `salt#1`, ... */
  readonly salt: string;
  /** how many salts are tried at most */
  readonly candidates: number;
  /** stop at the first salt in this best share of all allocations; absent: the best of all candidates */
  readonly acceptance?: number;
}

export interface Rerandomisation {
  readonly status: 'allocated';
  /** put this into the assignment configuration: hashing alone then gives this allocation */
  readonly salt: string;
  readonly tried: number;
  /** false when no candidate met `acceptance`: the best of them is given */
  readonly isAccepted: boolean;
  readonly balance: CovariateBalance;
  /** of the first salt, for comparison: what one draw would have given */
  readonly firstBalance: CovariateBalance;
  /** what is expected to be left of the variance of covariate differences, a fraction */
  readonly remainingVariance: number;
}

/**
 * A salt under which hashing balances covariates: the best of many, or the first that is good enough.
 *
 * Analyse with these covariates adjusted for, or by randomisation over acceptable salts: an unadjusted interval is too wide.
 * @see Morgan, Rubin (2012), Annals of Statistics 40; Li, Ding (2020), JRSS B 82 (re-randomise and adjust)
 */
export function rerandomise(input: RerandomisationInput): Rerandomisation | Refusal {
  const { units, weights, candidates, acceptance, salt } = input;
  const covariates = prepareCovariates(input.covariates);
  if (isRefusal(covariates)) return covariates;
  if (covariates.units !== units.length || candidates < 1 || weights.length < 2) {
    return refuse('unsupported_combination', `rerandomise needs a covariate value for each unit, two arms and a candidate; got ${covariates.units} for ${units.length}, ${weights.length} and ${candidates}`, 'Give one value a unit, at least two weights and at least one candidate.');
  }
  if (acceptance !== undefined && !(acceptance > 0 && acceptance <= 1)) {
    return refuse('unsupported_combination', `rerandomise needs an acceptance in (0, 1]; got ${acceptance}`, 'Give the share of allocations that are good enough, such as 0.01, or leave it out.');
  }
  const degreesOfFreedom = input.covariates.length * (weights.length - 1);
  const threshold = acceptance === undefined ? -Infinity : chiSquareLowerQuantile(acceptance, degreesOfFreedom);
  let best = { salt: '', mahalanobis: Infinity };
  let tried = 0;
  while (tried < candidates && best.mahalanobis > threshold) {
    const candidate = `${salt}#${tried++}`;
    const mahalanobis = mahalanobisOf(covariates, allocate(units, weights, candidate), weights.length);
    if (mahalanobis < best.mahalanobis) best = { salt: candidate, mahalanobis };
  }
  const balanceOf = (of: string): CovariateBalance => covariateBalance(covariates, allocate(units, weights, of), weights.length);
  return {
    status: 'allocated', salt: best.salt, tried,
    isAccepted: acceptance === undefined || best.mahalanobis <= threshold,
    balance: balanceOf(best.salt),
    firstBalance: balanceOf(`${salt}#0`),
    remainingVariance: acceptance === undefined ? bestOfMany(degreesOfFreedom, candidates) : rerandomisedVariance(degreesOfFreedom, acceptance),
  };
}

/** Arm of each unit by the hash of the default assignment, at full coverage. */
export function allocate(units: readonly string[], weights: readonly number[], salt: string): Uint8Array {
  const bucketOf = bucketing('murmur3', salt);
  const ranges = bucketRanges(weights.length, 1, weights);
  return Uint8Array.from(units, (unit) => Math.max(0, chooseVariation(bucketOf(unit), ranges)));
}

const QUANTILES = 60;

/** E[min of S chi-squares] / df by the midpoint rule on the quantiles of the minimum. */
function bestOfMany(degreesOfFreedom: number, candidates: number): number {
  let sum = 0;
  for (let i = 0; i < QUANTILES; i++) {
    const p = -Math.expm1(Math.log1p(-(i + 0.5) / QUANTILES) / candidates);
    sum += chiSquareLowerQuantile(p, degreesOfFreedom);
  }
  return sum / QUANTILES / degreesOfFreedom;
}
