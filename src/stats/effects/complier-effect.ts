import { isRefusal, refuse, type Refusal } from '../refusal.js';
import type { AdjustedArm, AdjustedArms } from './adjusted-means.js';
import { differenceEffect } from './contrast.js';
import type { Effect } from './effect.js';
import { isUsable, liftEffect, notFinite } from './lift.js';
import { bilinear, satterthwaite, varianceOf } from './quadratic.js';
import type { ConfidenceSet } from '../inference/inference.js';

/** What encouragement did to outcome and uptake, with their joint error. */
export interface EncouragementEffects {
  /** of encouragement on the outcome */
  readonly outcome: Effect;
  /** of encouragement on uptake; its standard error is zero where uptake is the same for all units of an arm */
  readonly uptake: { readonly estimate: number; readonly standardError: number };
  /** of the two estimates */
  readonly covariance: number;
  /** of the outcome less theta times the uptake: variances by source, which add up */
  errorAt(theta: number): { readonly variance: number; readonly degreesOfFreedom: number };
}

/** What differences between two adjusted arms owe their errors to: covariances of the outcome columns, which add up. */
interface Source { readonly covariance: readonly (readonly number[])[]; readonly degreesOfFreedom: number }

function sourcesOf(control: AdjustedArm, encouraged: AdjustedArm, { shared, sharedDegreesOfFreedom }: AdjustedArms): readonly Source[] {
  const loadings = control.slopes.map((slope, i) => slope.map((b, c) => encouraged.slopes[i]![c]! - b));
  return [
    control, encouraged,
    { covariance: loadings.length === 0 ? control.covariance.map((row) => row.map(() => 0)) : loadings.map((a) => loadings.map((b) => bilinear(a, shared, b))), degreesOfFreedom: sharedDegreesOfFreedom },
  ];
}

/** @param adjusted control and encouraged; outcome columns are the outcome and the uptake, then any others */
export function encouragementEffects(adjusted: AdjustedArms): EncouragementEffects | Refusal {
  const [control, encouraged] = adjusted.arms as [typeof adjusted.arms[0], typeof adjusted.arms[0]];
  if (isRefusal(control)) return control;
  if (isRefusal(encouraged)) return encouraged;
  const sources = sourcesOf(control, encouraged, adjusted);
  const others = control.means.slice(2).map(() => 0);
  const errorAt = (theta: number) => {
    const parts = sources.map(({ covariance, degreesOfFreedom }) => ({ variance: varianceOf([1, -theta, ...others], covariance), degreesOfFreedom }));
    const variance = parts.reduce((sum, part) => sum + part.variance, 0);
    return { variance, degreesOfFreedom: satterthwaite(parts, variance) };
  };
  const { variance, degreesOfFreedom } = errorAt(0);
  const outcome = differenceEffect(control.means[0]!, encouraged.means[0]!, variance, degreesOfFreedom, control.n + encouraged.n);
  if (isRefusal(outcome)) return outcome;
  const uptake = encouraged.means[1]! - control.means[1]!;
  const uptakeError = Math.sqrt(sources.reduce((sum, { covariance }) => sum + varianceOf([0, 1, ...others], covariance), 0));
  const covariance = sources.reduce((sum, source) => sum + source.covariance[0]![1]!, 0);
  if (![uptake, uptakeError, covariance].every(isUsable)) return notFinite('the effect on uptake');
  if (uptake === 0 && uptakeError === 0) return refuse('not_identified', 'complierEffect needs uptake that differs between units; it is the same for all', 'Check that uptake is recorded, or wait until some units take the treatment up.');
  return { outcome, uptake: { estimate: uptake, standardError: uptakeError }, covariance, errorAt };
}

/**
 * Effect on those who take the treatment up because they are encouraged: the effect on the outcome over that on uptake, which is two-stage least squares
 * with errors that are robust to unequal variances. Refuses a first stage whose F is below `leastF`.
 * @see Imbens, Angrist (1994), Econometrica 62(2)
 */
export function complierEffect({ outcome, uptake, errorAt }: EncouragementEffects, leastF: number): Effect | Refusal {
  const f = (uptake.estimate / uptake.standardError) ** 2;
  if (!(f >= leastF)) return refuse('denominator_near_zero', `complierEffect needs a first stage with F of at least ${leastF}; it is ${f}`, 'Read the Anderson-Rubin set, which holds however weak the encouragement, or encourage more strongly.');
  if (uptake.estimate === 0) return refuse('denominator_near_zero', 'complierEffect needs encouragement that moved uptake; in these data it moved none', 'Read the Anderson-Rubin set, which holds however weak the encouragement, or encourage more strongly.');
  const estimate = outcome.estimate / uptake.estimate;
  const { variance, degreesOfFreedom } = errorAt(estimate);
  const standardError = Math.sqrt(variance) / Math.abs(uptake.estimate);
  if (standardError === 0) return refuse('zero_variance', 'complierEffect needs outcomes that vary about uptake; none do', 'Check that the outcome is not a copy of uptake.');
  return [estimate, standardError, degreesOfFreedom].every(isUsable) ? { estimate, standardError, degreesOfFreedom, n: outcome.n } : notFinite('the complier effect');
}

/**
 * The complier effect over what compliers would have had without the treatment. Among units that did not take it up, encouragement takes compliers
 * away: what it takes from the mean of outcome times (1 - uptake) is their mean without treatment, times their share.
 * @param adjusted as above, with outcome times (1 - uptake) as the third outcome column; uptake is 0 or 1
 * @see Imbens, Rubin (1997), Review of Economic Studies 64(4) (means of compliers)
 */
export function complierLift(adjusted: AdjustedArms, leastF: number): Effect | Refusal {
  const [control, encouraged] = adjusted.arms as [typeof adjusted.arms[0], typeof adjusted.arms[0]];
  const effects = encouragementEffects(adjusted);
  if (isRefusal(effects) || isRefusal(control) || isRefusal(encouraged)) return effects as Refusal;
  const effect = complierEffect(effects, leastF);
  if (isRefusal(effect)) return effect;
  const sources = sourcesOf(control, encouraged, adjusted);
  const sign = Math.sign(effects.uptake.estimate);
  const [without, treated] = [[0, 0, -sign], [sign, 0, -sign]] as const;
  const valueOf = (weights: readonly number[]): number => weights.reduce((sum, w, i) => sum + w * (encouraged.means[i]! - control.means[i]!), 0);
  const covarianceOf = (a: readonly number[], b: readonly number[]): number => sources.reduce((sum, { covariance }) => sum + bilinear(a, covariance, b), 0);
  return liftEffect({
    control: valueOf(without), treatment: valueOf(treated), controlVariance: covarianceOf(without, without), treatmentVariance: covarianceOf(treated, treated),
    covariance: covarianceOf(treated, without), degreesOfFreedom: effect.degreesOfFreedom, n: effect.n,
  });
}

/** Effects of an instrument on outcome and treatment, with their errors and covariance. */
interface Reading { readonly outcome: Uncertain; readonly uptake: Uncertain; readonly covariance: number }
interface Uncertain { readonly estimate: number; readonly standardError: number }

/**
 * All effects that the data do not reject, by inverting the test of "encouragement does nothing to outcome - theta uptake".
 * Right however weak the first stage; an interval, the complement of one, or the line.
 * @param critical of the two-sided test
 * @see Anderson, Rubin (1949), Annals of Mathematical Statistics 20(1); Fieller (1954), JRSS B 16(2)
 */
export function andersonRubinSet({ outcome, uptake, covariance }: Reading, critical: number): ConfidenceSet {
  const square = critical * critical;
  const a = uptake.estimate ** 2 - square * uptake.standardError ** 2;
  const b = outcome.estimate * uptake.estimate - square * covariance;
  const c = outcome.estimate ** 2 - square * outcome.standardError ** 2;
  const discriminant = b * b - a * c;
  if (a > 0) {
    const root = Math.sqrt(Math.max(0, discriminant));
    return { shape: 'interval', lower: (b - root) / a, upper: (b + root) / a };
  }
  if (a === 0 || discriminant <= 0) return { shape: 'line', lower: null, upper: null };
  const root = Math.sqrt(discriminant);
  return { shape: 'complement', lower: (b + root) / a, upper: (b - root) / a };
}

/**
 * The complier effect with the quotient that it is: inference that inverts tests of a quotient then gives Anderson and Rubin's set, and the
 * p-value of the effect of encouragement itself.
 */
export function withAndersonRubin(effect: Effect, { outcome, uptake, covariance }: EncouragementEffects): Effect {
  const [outcomeVariance, uptakeVariance] = [outcome.standardError ** 2, uptake.standardError ** 2];
  const sign = Math.sign(uptake.estimate);
  return {
    ...effect,
    degreesOfFreedom: outcome.degreesOfFreedom,
    // as a lift is kept: numerator less denominator over denominator
    quotient: {
      numerator: sign * (outcome.estimate + uptake.estimate), denominator: sign * uptake.estimate,
      numeratorVariance: outcomeVariance + 2 * covariance + uptakeVariance, denominatorVariance: uptakeVariance, covariance: covariance + uptakeVariance,
    },
  };
}
