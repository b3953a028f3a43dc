import { isRefusal, refuse, type Refusal } from '../refusal.js';
import { mergeMoments, type Moments } from '../summaries/moments.js';
import { PERFECT_FIT } from './adjusted-means.js';
import { differenceEffect } from './contrast.js';
import type { Contrast } from './effect.js';
import { liftEffect } from './lift.js';

/**
 * Treatment against control with one pooled slope on one covariate: y - theta x in both arms.
 *
 * The lift divides by the unadjusted control mean; its quotient keeps the joint covariance of adjusted difference and
 * unadjusted denominator, which ignoring would overstate.
 * @param control moments of (y, x)
 * @see Deng, Xu, Kohavi, Walker (2013), WSDM
 */
export function pooledCupedContrast(control: Moments, treatment: Moments, slope: CupedSlope): (Contrast & { readonly theta: number }) | Refusal {
  if (control.n < 2 || treatment.n < 2) return refuse('too_few_units', `pooledCupedContrast needs at least 2 units in each arm; got ${control.n} and ${treatment.n}`, 'Wait for more units.');
  const theta = cupedSlope(control, treatment, slope);
  if (!Number.isFinite(theta)) return refuse('not_identified', 'pooledCupedContrast needs a covariate that varies', 'Leave the covariate out.');
  const adjusted = [control, treatment].map((arm) => adjust(arm, theta)) as [AdjustedMean, AdjustedMean];
  const [c, t] = adjusted;
  const n = control.n + treatment.n;
  const variance = c.variance + t.variance;
  const degreesOfFreedom = variance ** 2 / (c.variance ** 2 / (control.n - 1) + t.variance ** 2 / (treatment.n - 1));
  const difference = differenceEffect(c.value, t.value, variance, degreesOfFreedom, n);
  // numerator = adjusted difference + unadjusted control mean, so that numerator - denominator is the adjusted difference
  const denominator = control.mean[0]!;
  const denominatorVariance = control.scatter[0]![0]! / (control.n - 1) / control.n;
  const shared = -c.withRaw;
  const lift = isRefusal(difference) ? difference : liftEffect({
    control: denominator,
    treatment: denominator + t.value - c.value,
    controlVariance: denominatorVariance,
    treatmentVariance: variance + 2 * shared + denominatorVariance,
    covariance: shared + denominatorVariance,
    degreesOfFreedom, n,
  });
  const estimateOf = (arm: AdjustedMean, units: number) => ({ n: units, value: arm.value, standardError: Math.sqrt(arm.variance) });
  return { control: estimateOf(c, control.n), treatment: estimateOf(t, treatment.n), difference, lift, theta };
}

/** Where the slope is fitted: about the mean of each arm, or about the mean of both, as some engines do. */
export const cupedSlopes = ['within_arms', 'overall'] as const;
export type CupedSlope = (typeof cupedSlopes)[number];

/**
 * Pooled CUPED slope: cov(y, x) / var(x), in units of y per unit of x.
 *
 * Within arms an effect on y cannot leak into it; overall it can, by as much as x differs between the arms.
 */
export function cupedSlope(control: Moments, treatment: Moments, slope: CupedSlope): number {
  const { scatter } = mergeMoments(control, slope === 'overall' ? treatment : { ...treatment, mean: control.mean });
  return scatter[0]![1]! / scatter[1]![1]!;
}

interface AdjustedMean {
  readonly value: number;
  readonly variance: number;
  /** covariance with the unadjusted mean */
  readonly withRaw: number;
}

function adjust({ n, mean, scatter }: Moments, theta: number): AdjustedMean {
  const divisor = (n - 1) * n;
  const residual = scatter[0]![0]! - 2 * theta * scatter[0]![1]! + theta * theta * scatter[1]![1]!;
  return {
    value: mean[0]! - theta * mean[1]!,
    variance: residual <= PERFECT_FIT * scatter[0]![0]! ? 0 : residual / divisor,
    withRaw: (scatter[0]![0]! - theta * scatter[0]![1]!) / divisor,
  };
}
