import { isRefusal, refuse, type Refusal } from '../refusal.js';
import type { Moments } from '../summaries/moments.js';
import { adjustArms, PERFECT_FIT, type AdjustedArm, type AdjustedArms } from './adjusted-means.js';
import type { ArmEstimate, Contrast, Effect, Shares } from './effect.js';
import { isUsable, liftEffect, notFinite } from './lift.js';
import type { Outcome } from './outcome.js';
import { denominatorRefusal } from './told-from-zero.js';

/** Rounding of a mean: an error smaller than this share of the value is the error of a constant. */
const ROUNDING = 8 * Number.EPSILON;
const NONE: readonly number[] = [];

/** An arm's value under a metric, ready to be compared. */
interface ArmValue {
  readonly arm: AdjustedArm;
  readonly value: number;
  readonly gradient: readonly number[];
  /** variance about the regression */
  readonly own: number;
  /** d value / d pooled covariate means, shape (k) */
  readonly loading: readonly number[];
}

/**
 * Every treatment arm against the control on one metric, from moments.
 *
 * One adjustment for all arms; then the delta method through `outcome`. Degrees of freedom are Welch and Satterthwaite's on
 * the variances of the difference, and the lift has the same.
 * @param control    moments, outcome columns first, then covariates
 * @param treatments in order
 * @returns one contrast a treatment, or why there is none
 */
export function contrasts(control: Moments, treatments: readonly Moments[], outcomes: number, outcome: Outcome): (Contrast | Refusal)[] {
  const adjusted = adjustArms([control, ...treatments], outcomes);
  const first = armValue(adjusted.arms[0]!, outcome);
  return treatments.map((treatment, i) => {
    if (isRefusal(first)) return first;
    const value = armValue(adjusted.arms[i + 1]!, outcome);
    if (isRefusal(value)) return value;
    return contrast(first, value, adjusted, () => unadjustedVariance(control, outcomes, outcome) + unadjustedVariance(treatment, outcomes, outcome));
  });
}

function armValue(arm: AdjustedArm | Refusal, outcome: Outcome): ArmValue | Refusal {
  if (isRefusal(arm)) return arm;
  if (outcome.denominator !== undefined) {
    const refusal = denominatorRefusal(arm.means[outcome.denominator]!, arm.covariance[outcome.denominator]![outcome.denominator]!);
    if (refusal) return refusal;
  }
  const value = outcome.value(arm.means);
  const gradient = outcome.gradient(arm.means);
  const own = quadratic(gradient, arm.covariance, gradient);
  if (!isUsable(value) || !isUsable(own)) return notFinite('the value of an arm');
  const loading = arm.slopes.length === 0 ? NONE : arm.slopes[0]!.map((_, c) => {
    let sum = 0;
    for (let i = 0; i < gradient.length; i++) sum += gradient[i]! * arm.slopes[i]![c]!;
    return sum;
  });
  const rounding = PERFECT_FIT * grossQuadratic(gradient, arm.covariance);
  if (own < -rounding) return refuse('numerical_failure', `an arm of ${arm.n} units has a negative variance, ${own}`, 'Collect centred moments; sums of squares lose the variance when the mean is large.');
  return { arm, value, gradient, own: own <= rounding ? 0 : own, loading };
}

/** @param unadjusted variance of the difference without covariates */
function contrast(control: ArmValue, treatment: ArmValue, { covariates, shared, sharedDegreesOfFreedom }: AdjustedArms, unadjusted: () => number): Contrast {
  const hasCovariates = covariates.length > 0;
  const controlShared = hasCovariates ? quadratic(control.loading, shared, control.loading) : 0;
  const treatmentShared = hasCovariates ? quadratic(treatment.loading, shared, treatment.loading) : 0;
  const covariance = hasCovariates ? quadratic(control.loading, shared, treatment.loading) : 0;
  const gap = hasCovariates ? Math.max(0, controlShared + treatmentShared - 2 * covariance) : 0;
  const controlVariance = control.own + controlShared;
  const treatmentVariance = treatment.own + treatmentShared;
  const variance = control.own + treatment.own + gap;
  const n = control.arm.n + treatment.arm.n;
  // As shares of the variance, whose square may underflow
  const share = (part: number, df: number): number => ((part / variance) * (part / variance)) / df;
  const degreesOfFreedom = 1 / (share(control.own, control.arm.degreesOfFreedom) + share(treatment.own, treatment.arm.degreesOfFreedom) + share(gap, sharedDegreesOfFreedom));
  const difference = differenceEffect(control.value, treatment.value, variance, degreesOfFreedom, n);
  const lift = isRefusal(difference) ? difference
    : liftEffect({ control: control.value, treatment: treatment.value, controlVariance, treatmentVariance, covariance, degreesOfFreedom, n });
  return {
    control: estimateOf(control, controlVariance), treatment: estimateOf(treatment, treatmentVariance), difference, lift,
    adjustment: hasCovariates && !isRefusal(difference) ? { covariates, varianceReduction: 1 - difference.standardError ** 2 / unadjusted() } : undefined,
  };
}

const estimateOf = ({ arm, value }: ArmValue, variance: number): ArmEstimate => ({ n: arm.n, value, standardError: Math.sqrt(variance) });

/**
 * Treatment minus control; refuses when neither arm varies.
 * @param shares where both values are shares of units
 */
export function differenceEffect(control: number, treatment: number, variance: number, degreesOfFreedom: number | null, n: number, shares?: Shares): Effect | Refusal {
  const estimate = treatment - control;
  const standardError = Math.sqrt(variance);
  if (standardError <= ROUNDING * Math.max(Math.abs(control), Math.abs(treatment))) {
    return refuse('zero_variance', 'a difference needs at least one arm whose values vary; both are constant', 'Check that the metric is recorded; a constant outcome cannot be tested.');
  }
  if (!isUsable(control) || !isUsable(treatment) || !isUsable(standardError) || !(degreesOfFreedom === null || degreesOfFreedom > 0)) return notFinite('the difference');
  // written out twice: a spread costs more than all of the arithmetic
  return shares === undefined ? { estimate, standardError, degreesOfFreedom, n, baseline: control }
    : { estimate, standardError, degreesOfFreedom, n, baseline: control, shares };
}

function unadjustedVariance({ n, mean, scatter }: Moments, outcomes: number, outcome: Outcome): number {
  const gradient = outcome.gradient(mean.slice(0, outcomes));
  return quadratic(gradient, scatter, gradient) / (n - 1) / n;
}

function quadratic(a: readonly number[], matrix: readonly (readonly number[])[], b: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) for (let j = 0; j < b.length; j++) sum += a[i]! * matrix[i]![j]! * b[j]!;
  return sum;
}

/** The same sum without cancellation, to tell a variance from its rounding. */
function grossQuadratic(a: readonly number[], matrix: readonly (readonly number[])[]): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) for (let j = 0; j < a.length; j++) sum += Math.abs(a[i]! * matrix[i]![j]! * a[j]!);
  return sum;
}
