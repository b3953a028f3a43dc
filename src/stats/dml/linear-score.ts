import { isUsable, notFinite } from '../effects/lift.js';
import { refuse, type Refusal } from '../refusal.js';
import { sumCovariance } from './clustered-covariance.js';
import type { Sample } from './sample.js';

/** A Neyman-orthogonal score that is linear in the effect, psi = slope x theta + level, at the nuisances of one repetition; shape (n). */
export interface LinearScore {
  readonly slope: Float64Array;
  readonly level: Float64Array;
  /** rows that are averaged over, not 0 where they are */
  readonly kept: Uint8Array;
}

/** Where the mean score is 0. */
export interface ScoreRoot {
  readonly estimate: number;
  readonly standardError: number;
  /** independent groups behind the error: rows, or clusters */
  readonly groups: number;
  /** estimate - truth is about the mean of these, shape (n); 0 for rows left out */
  readonly influence: Float64Array;
  /** rows averaged over */
  readonly n: number;
  /** the root as a quotient: mean level over minus the mean slope, with the covariance of both */
  readonly quotient: { readonly numerator: Moment; readonly denominator: Moment; readonly covariance: number };
}
export interface Moment { readonly estimate: number; readonly standardError: number }

/**
 * Solves the weighted mean of a score for the effect, with its jackknife error by row or cluster: nuisances stay, rows leave.
 *
 * Refuses fewer than two independent groups, a score that does not depend on the effect, and residual scores that are all 0.
 * @see Chernozhukov, Chetverikov, Demirer, Duflo, Hansen, Newey, Robins (2018), Econometrics Journal 21(1), DML2
 */
export function solveScore(name: string, { slope, level, kept }: LinearScore, { weight, clusters }: Sample): ScoreRoot | Refusal {
  const weights = Float64Array.from(kept, (isKept, row) => (isKept ? (weight ? weight[row]! : 1) : 0));
  const total = weights.reduce((sum, value) => sum + value, 0);
  const n = kept.reduce((count, isKept, row) => count + (isKept && weights[row]! > 0 ? 1 : 0), 0);
  const meanOf = (values: Float64Array) => values.reduce((sum, value, row) => (weights[row]! > 0 ? sum + (weights[row]! / total) * value : sum), 0);
  const numerator = meanOf(level);
  const denominator = -meanOf(slope);
  const estimate = numerator / denominator;
  if (denominator === 0) return refuse('not_identified', `${name} needs a treatment that varies beyond what the covariates say; it does not`, 'Drop covariates that determine the treatment.');
  if (!isUsable(estimate) || !(total > 0)) return notFinite(name);
  const shares = weights.map((value) => value / total);
  const residual = shares.map((share, row) => (share > 0 ? share * (slope[row]! * estimate + level[row]!) : 0));
  const parts = [
    shares.map((share, row) => (share > 0 ? share * (level[row]! - numerator) : 0)),
    shares.map((share, row) => (share > 0 ? share * (-slope[row]! - denominator) : 0)),
  ];
  const leverage = shares.map((share, row) => (share > 0 ? (share * -slope[row]!) / denominator : 0));
  const { covariance: [[variance]], groups } = sumCovariance([residual], clusters, leverage) as { covariance: [[number]]; groups: number };
  const joint = sumCovariance(parts, clusters).covariance;
  if (groups < 2) {
    const what = clusters.length > 0 ? 'clusters' : 'units';
    return residual.every((value) => value === 0) ? constantScore(name) : refuse('too_few_units', `${name} needs at least 2 independent ${what}; got ${groups}`, `Collect more ${what}.`);
  }
  const standardError = Math.sqrt(variance) / Math.abs(denominator);
  if (!isUsable(standardError)) return notFinite(name);
  if (!(standardError > SMALLEST_ERROR * Math.abs(estimate))) return constantScore(name);
  const moment = (mean: number, k: 0 | 1): Moment => ({ estimate: mean, standardError: Math.sqrt(Math.max(0, joint[k]![k]!)) });
  return {
    estimate, standardError, groups, n,
    influence: residual.map((value) => (value * kept.length) / denominator),
    quotient: { numerator: moment(numerator, 0), denominator: moment(denominator, 1), covariance: joint[0]![1]! },
  };
}

/** An error that rounding alone can make. */
const SMALLEST_ERROR = 1e-12;

const constantScore = (name: string): Refusal =>
  refuse('zero_variance', `${name} needs outcomes that vary about what covariates and treatment say; none do`, 'Check that the outcome is recorded, and not a copy of the treatment.');
