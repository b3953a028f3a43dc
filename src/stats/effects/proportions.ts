import { isRefusal, refuse, type Refusal } from '../refusal.js';
import type { Moments } from '../summaries/moments.js';
import { differenceEffect } from './contrast.js';
import type { Contrast, Shares } from './effect.js';
import { liftEffect } from './lift.js';

/**
 * Treatment against control on a share of units, without covariates: normal reference, variances p (1 - p) / n. The shares are
 * kept, so that a fixed test is the score test: of no effect, Pearson's chi-square without continuity correction.
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
  const shares: Shares = { control: { share: pC, n: control.n }, treatment: { share: pT, n: treatment.n } };
  const difference = differenceEffect(pC, pT, controlVariance + treatmentVariance, null, n, shares);
  const lift = isRefusal(difference) ? difference
    : liftEffect({ control: pC, treatment: pT, controlVariance, treatmentVariance, covariance: 0, degreesOfFreedom: null, n, shares });
  return {
    control: { n: control.n, value: pC, standardError: Math.sqrt(controlVariance) },
    treatment: { n: treatment.n, value: pT, standardError: Math.sqrt(treatmentVariance) },
    difference,
    lift,
  };
}

/** p (1 - p) / n, from the scatter of a 0/1 column. */
const shareVariance = ({ n, scatter }: Moments): number => scatter[0]![0]! / n / n;
