import { isRefusal, type Refusal } from '../refusal.js';
import type { Moments } from '../summaries/moments.js';
import { adjustArms } from './adjusted-means.js';
import { differenceEffect } from './contrast.js';
import type { Contrast } from './effect.js';
import { isUsable, liftEffect, notFinite } from './lift.js';
import type { Outcome } from './outcome.js';
import { bilinear, satterthwaite, varianceOf } from './quadratic.js';
import { denominatorRefusal } from './told-from-zero.js';

/** One independent source of error of a vector of means. */
export interface ErrorPart {
  /** shape (2p, 2p) */
  readonly covariance: readonly (readonly number[])[];
  readonly degreesOfFreedom: number;
}

/** Outcome means of both arms in one stratum, with their error given how many units the stratum has. */
export interface StratumMeans {
  /** units in all arms, which the weight of the stratum is made of */
  readonly n: number;
  /** units in the two arms that are compared */
  readonly compared: number;
  /** shape (2p): of the control, then of the treatment */
  readonly means: readonly number[];
  /** add up to the covariance of the means */
  readonly parts: readonly ErrorPart[];
}

/**
 * Treatment against control where every stratum weighs as much in both arms as it has units in both arms together.
 *
 * Strata are sampled with the units, so their shares are random: the error is that within strata plus the multinomial error
 * of the shares, which moves difference and lift where strata differ in effect. Satterthwaite's degrees of freedom.
 * @param strata   disjoint, at least one
 * @param outcomes number of outcome columns, p
 * @see Miratrix, Sekhon, Yu (2013), JRSS B 75(2); Xie, Aurisset (2016), KDD
 */
export function postStratifiedContrast(strata: readonly StratumMeans[], outcomes: number, outcome: Outcome): Contrast | Refusal {
  const n = strata.reduce((sum, stratum) => sum + stratum.n, 0);
  const shares = strata.map((stratum) => stratum.n / n);
  const origin = strata[0]!.means;
  const means = origin.map((start, i) => start + strata.reduce((sum, stratum, k) => sum + shares[k]! * (stratum.means[i]! - start), 0));
  const parts = [
    ...strata.flatMap((stratum, k) => stratum.parts.map(({ covariance, degreesOfFreedom }) => ({ covariance: covariance.map((row) => row.map((v) => shares[k]! ** 2 * v)), degreesOfFreedom }))),
    { covariance: sharesCovariance(strata, shares, means, n), degreesOfFreedom: n - 1 },
  ];
  const values = [means.slice(0, outcomes), means.slice(outcomes)].map((arm) => outcome.value(arm)) as [number, number];
  const gradients = [means.slice(0, outcomes), means.slice(outcomes)].map((arm) => outcome.gradient(arm));
  const zeros = gradients[0]!.map(() => 0);
  const ofControl = [...gradients[0]!, ...zeros];
  const ofTreatment = [...zeros, ...gradients[1]!];
  const ofDifference = [...gradients[0]!.map((g) => -g), ...gradients[1]!];
  const sum = (a: readonly number[]): number => parts.reduce((total, { covariance }) => total + varianceOf(a, covariance), 0);
  const fault = denominatorFault(means, outcomes, outcome, sum);
  if (fault) return fault;
  const [controlVariance, treatmentVariance] = [sum(ofControl), sum(ofTreatment)];
  const own = parts.map(({ covariance, degreesOfFreedom }) => ({ variance: varianceOf(ofDifference, covariance), degreesOfFreedom }));
  const variance = own.reduce((total, part) => total + part.variance, 0);
  if (![...values, controlVariance, treatmentVariance, variance].every(isUsable)) return notFinite('the value of an arm');
  const degreesOfFreedom = satterthwaite(own, variance);
  const compared = strata.reduce((total, stratum) => total + stratum.compared, 0);
  const difference = differenceEffect(values[0], values[1], variance, degreesOfFreedom, compared);
  const lift = isRefusal(difference) ? difference : liftEffect({
    control: values[0], treatment: values[1], controlVariance, treatmentVariance,
    covariance: parts.reduce((total, part) => total + bilinear(ofControl, part.covariance, ofTreatment), 0),
    degreesOfFreedom, n: compared,
  });
  return {
    control: { n, value: values[0], standardError: Math.sqrt(controlVariance) },
    treatment: { n, value: values[1], standardError: Math.sqrt(treatmentVariance) },
    difference, lift,
  };
}

/** Multinomial error of the shares, shape (2p, 2p): the covariance of stratum means between strata, over n. */
function sharesCovariance(strata: readonly StratumMeans[], shares: readonly number[], means: readonly number[], n: number): number[][] {
  return means.map((a, i) => means.map((b, j) => strata.reduce((sum, stratum, k) => sum + shares[k]! * (stratum.means[i]! - a) * (stratum.means[j]! - b), 0) / n));
}

function denominatorFault(means: readonly number[], outcomes: number, { denominator }: Outcome, variance: (a: readonly number[]) => number): Refusal | undefined {
  if (denominator === undefined) return undefined;
  for (const arm of [0, outcomes]) {
    const refusal = denominatorRefusal(means[arm + denominator]!, variance(means.map((_, i) => (i === arm + denominator ? 1 : 0))));
    if (refusal) return refusal;
  }
  return undefined;
}

/**
 * Means of one stratum, adjusted for covariates within it by least squares within each arm. A covariate that is constant in
 * both arms of the stratum is left out there: it has nothing to explain.
 * @param control moments, outcome columns first, then covariates
 * @param others  arms that are not compared here but share the covariate means and the weight of the stratum
 */
export function stratumMeans(control: Moments, treatment: Moments, outcomes: number, others: readonly Moments[] = []): StratumMeans | Refusal {
  const varying = control.columns.flatMap((_, c) => (c < outcomes || control.scatter[c]![c]! > 0 || treatment.scatter[c]![c]! > 0 ? [c] : []));
  const { arms, shared, sharedDegreesOfFreedom } = adjustArms([control, treatment, ...others].map((arm) => columnsOf(arm, varying)), outcomes);
  const [first, second] = arms as [typeof arms[0], typeof arms[0]];
  if (isRefusal(first)) return first;
  if (isRefusal(second)) return second;
  const loadings = [...first.slopes, ...second.slopes];
  const own = (arm: 0 | 1): number[][] => {
    const { covariance } = arm === 0 ? first : second;
    return Array.from({ length: 2 * outcomes }, (_, i) => Array.from({ length: 2 * outcomes }, (_, j) => covariance[i - arm * outcomes]?.[j - arm * outcomes] ?? 0));
  };
  const parts = [{ covariance: own(0), degreesOfFreedom: first.degreesOfFreedom }, { covariance: own(1), degreesOfFreedom: second.degreesOfFreedom }];
  return {
    n: [control, treatment, ...others].reduce((sum, { n }) => sum + n, 0),
    compared: control.n + treatment.n,
    means: [...first.means.slice(0, outcomes), ...second.means.slice(0, outcomes)],
    parts: loadings.length === 0 ? parts
      : [...parts, { covariance: loadings.map((a) => loadings.map((b) => bilinear(a, shared, b))), degreesOfFreedom: sharedDegreesOfFreedom }],
  };
}

const columnsOf = (moments: Moments, which: readonly number[]): Moments => ({
  n: moments.n,
  columns: which.map((c) => moments.columns[c]!),
  mean: which.map((c) => moments.mean[c]!),
  scatter: which.map((c) => which.map((d) => moments.scatter[c]![d]!)),
});
