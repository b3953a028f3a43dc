import { isRefusal, refuse, type Refusal } from '../refusal.js';
import type { Moments } from '../summaries/moments.js';
import { differenceEffect } from './contrast.js';
import type { Contrast } from './effect.js';
import { isUsable, liftEffect, notFinite } from './lift.js';
import { bilinear, satterthwaite, varianceOf } from './quadratic.js';
import { denominatorRefusal } from './told-from-zero.js';

const COLUMNS = 4;

/**
 * CUPED of a ratio metric on its own value before exposure: R - theta R_before, with one slope for both arms.
 *
 * theta = cov(R, R_before) / var(R_before), by the delta method and summed over arms, unless it is given. The lift divides by the
 * unadjusted control ratio and keeps its covariance with the adjusted difference.
 * @param control moments of numerator, denominator, and both before exposure, in this order
 * @see Deng, Xu, Kohavi, Walker (2013), WSDM; Deng, Knoblich, Lu (2018), KDD
 */
export function ratioCupedContrast(control: Moments, treatment: Moments, given?: number): (Contrast & { readonly theta: number }) | Refusal {
  const arms = [control, treatment];
  for (const { n, columns, mean, scatter } of arms) {
    if (n < 2) return refuse('too_few_units', `ratioCupedContrast needs at least 2 units in each arm; an arm has ${n}`, 'Wait for more units.');
    for (const d of [1, 3]) {
      const refusal = denominatorRefusal(mean[d]!, scatter[d]![d]! / (n - 1) / n, columns[d]);
      if (refusal) return refusal;
    }
  }
  const parts = arms.map(linearised);
  const theta = given ?? parts.reduce((sum, { joint }) => sum + joint, 0) / parts.reduce((sum, { before }) => sum + before, 0);
  if (Number.isNaN(theta) || Math.abs(theta) === Infinity) return refuse('not_identified', 'ratioCupedContrast needs a ratio before exposure that varies', 'Leave the values before exposure out.');
  const adjusted = parts.map(({ after, prior, covariance, gradient }, i) => {
    const weights = [gradient[0]!, gradient[1]!, -theta * gradient[2]!, -theta * gradient[3]!];
    const raw = [gradient[0]!, gradient[1]!, 0, 0];
    return { value: after - theta * prior, after, variance: varianceOf(weights, covariance), raw: varianceOf(raw, covariance), withRaw: bilinear(weights, covariance, raw), degreesOfFreedom: arms[i]!.n - 1 };
  });
  const [c, t] = adjusted as [typeof adjusted[0], typeof adjusted[0]];
  const variance = c.variance + t.variance;
  if (![c.value, t.value, c.raw, t.raw, variance].every(isUsable)) return notFinite('the value of an arm');
  const n = control.n + treatment.n;
  const degreesOfFreedom = satterthwaite([c, t], variance);
  const difference = differenceEffect(c.value, t.value, variance, degreesOfFreedom, n);
  // numerator = adjusted difference + unadjusted control ratio, so that numerator - denominator is the adjusted difference
  const lift = isRefusal(difference) ? difference : liftEffect({
    control: c.after, treatment: c.after + t.value - c.value,
    controlVariance: c.raw, treatmentVariance: variance - 2 * c.withRaw + c.raw, covariance: c.raw - c.withRaw,
    degreesOfFreedom, n,
  });
  const estimateOf = (arm: typeof c, units: number) => ({ n: units, value: arm.value, standardError: Math.sqrt(arm.variance) });
  return { control: estimateOf(c, control.n), treatment: estimateOf(t, treatment.n), difference, lift, theta };
}

/** Both ratios of an arm, the gradient of their sum in the four means, and the covariance of the means. */
function linearised({ n, mean, scatter }: Moments) {
  const gradientOf = (numerator: number, denominator: number) => [1 / denominator, -numerator / denominator / denominator];
  const gradient = [...gradientOf(mean[0]!, mean[1]!), ...gradientOf(mean[2]!, mean[3]!)];
  const covariance = Array.from({ length: COLUMNS }, (_, i) => Array.from({ length: COLUMNS }, (_, j) => scatter[i]![j]! / (n - 1) / n));
  const [now, then] = [[gradient[0]!, gradient[1]!, 0, 0], [0, 0, gradient[2]!, gradient[3]!]];
  return {
    after: mean[0]! / mean[1]!, prior: mean[2]! / mean[3]!, gradient, covariance,
    // over n, as theta is of units, not of means
    joint: n * bilinear(now, covariance, then), before: n * varianceOf(then, covariance),
  };
}
