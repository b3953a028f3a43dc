import { isRefusal, refuse, type Refusal } from '../refusal.js';
import type { Moments } from '../summaries/moments.js';
import { differenceEffect } from './contrast.js';
import type { Contrast } from './effect.js';
import { liftEffect } from './lift.js';

/**
 * Treatment against control on a share of units, without covariates: normal reference, variances p (1 - p) / n, and the
 * pooled standard error under the null, so that the p-value is that of the chi-square test without continuity correction.
 *
 * Refuses fewer than 2 units in an arm, and two arms that are constant.
 * @param control moments of one 0/1 column
 */
export function proportionContrast(control: Moments, treatment: Moments): Contrast | Refusal {
  if (control.n < 2 || treatment.n < 2) {
    return refuse('too_few_units', `proportionContrast needs at least 2 units in each arm; got ${control.n} and ${treatment.n}`, 'Wait for more units.');
  }
  const [pC, pT] = [control.mean[0]!, treatment.mean[0]!];
  const controlVariance = shareVariance(control);
  const treatmentVariance = shareVariance(treatment);
  const n = control.n + treatment.n;
  const difference = differenceEffect(pC, pT, controlVariance + treatmentVariance, null, n);
  const nullStandardError = pooledStandardError(control, treatment);
  const lift = isRefusal(difference) ? difference
    : liftEffect({ control: pC, treatment: pT, controlVariance, treatmentVariance, covariance: 0, degreesOfFreedom: null, n, nullStandardError });
  return {
    control: { n: control.n, value: pC, standardError: Math.sqrt(controlVariance) },
    treatment: { n: treatment.n, value: pT, standardError: Math.sqrt(treatmentVariance) },
    difference: isRefusal(difference) ? difference : { ...difference, nullStandardError },
    lift,
  };
}

/** p (1 - p) / n, from the scatter of a 0/1 column. */
const shareVariance = ({ n, scatter }: Moments): number => scatter[0]![0]! / n / n;

function pooledStandardError(a: Moments, b: Moments): number {
  const share = (a.mean[0]! * a.n + b.mean[0]! * b.n) / (a.n + b.n);
  return Math.sqrt(share * (1 - share) * (1 / a.n + 1 / b.n));
}
