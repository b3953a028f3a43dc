import { isRefusal, refuse, type Refusal } from '../refusal.js';
import type { QuantileSummary } from '../summaries/quantiles.js';
import { differenceEffect } from './contrast.js';
import type { Contrast } from './effect.js';
import { liftEffect, notFinite } from './lift.js';

/**
 * Treatment against control on a quantile: independent arms, variance from binomial neighbours, normal reference.
 *
 * Refuses when an arm is too small for its neighbours to lie inside the sample, or when both arms are constant around the quantile.
 * @see Deng, Knoblich, Lu (2018), KDD, section 4
 */
export function quantileContrast(control: QuantileSummary, treatment: QuantileSummary): Contrast | Refusal {
  for (const arm of [control, treatment]) {
    const fault = unusable(arm);
    if (fault) return fault;
  }
  const controlVariance = quantileVariance(control);
  const treatmentVariance = quantileVariance(treatment);
  const n = control.n + treatment.n;
  const difference = differenceEffect(control.estimate, treatment.estimate, controlVariance + treatmentVariance, null, n);
  const lift = isRefusal(difference) ? difference
    : liftEffect({ control: control.estimate, treatment: treatment.estimate, controlVariance, treatmentVariance, covariance: 0, degreesOfFreedom: null, n });
  return {
    control: { n: control.n, value: control.estimate, standardError: Math.sqrt(controlVariance) },
    treatment: { n: treatment.n, value: treatment.estimate, standardError: Math.sqrt(treatmentVariance) },
    difference,
    lift,
  };
}

/** Variance of the sample quantile: neighbours are 2 z standard errors apart. */
export const quantileVariance = ({ lower, upper, z }: QuantileSummary): number => ((upper - lower) / (2 * z)) ** 2;

function unusable({ n, probability, estimate, lower, upper, z }: QuantileSummary): Refusal | undefined {
  const rare = Math.min(probability, 1 - probability);
  const least = Math.max(2, Math.floor((z * z * (1 - rare)) / rare) + 1);
  if (n < least) return refuse('too_few_units', `quantileContrast needs at least ${least} units in each arm for probability ${probability}; an arm has ${n}`, 'Wait for more units, or ask for a quantile nearer to the middle.');
  if (![estimate, lower, upper].every(Number.isFinite)) return notFinite('a sample quantile');
  return undefined;
}
