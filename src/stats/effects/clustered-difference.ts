import { isRefusal, refuse, type Refusal } from '../refusal.js';
import { clusterMeanVariance, type ClusterTotals } from './cluster-mean.js';
import { differenceEffect } from './contrast.js';
import type { Contrast } from './effect.js';
import { isUsable, liftEffect, notFinite } from './lift.js';
import { satterthwaite } from './quadratic.js';

/** One arm of a design that randomises clusters. */
export interface ClusterArm extends ClusterTotals {
  /** mean over units, in units of the outcome */
  readonly mean: number;
}

/** Residual totals smaller than this share of the arm's mean, unit by unit, are rounding. */
const ROUNDING = 8 * Number.EPSILON;

/**
 * Treatment against control where clusters were randomised whole: means over units, errors over clusters.
 *
 * Each arm has its own CR2 variance and Bell and McCaffrey's degrees of freedom; the two are joined as by Welch. Refuses fewer than
 * 2 clusters in an arm. `n` of an arm, and of the effect, counts clusters: they are what was randomised.
 */
export function clusteredContrast(control: ClusterArm, treatment: ClusterArm): Contrast | Refusal {
  const least = Math.min(control.sizes.length, treatment.sizes.length);
  if (least < 2) return refuse('too_few_units', `clusteredContrast needs at least 2 clusters in each arm; an arm has ${least}`, 'Randomise more clusters; more units in the same clusters do not help.');
  const [c, t] = [control, treatment].map((arm) => clusterMeanVariance(isConstant(arm) ? { ...arm, residuals: new Float64Array(arm.sizes.length) } : arm)) as [ReturnType<typeof clusterMeanVariance>, ReturnType<typeof clusterMeanVariance>];
  const variance = c.variance + t.variance;
  if (![control.mean, treatment.mean, variance].every(isUsable)) return notFinite('the mean of an arm');
  const n = control.sizes.length + treatment.sizes.length;
  const degreesOfFreedom = satterthwaite([c, t], variance);
  const difference = differenceEffect(control.mean, treatment.mean, variance, degreesOfFreedom, n);
  const lift = isRefusal(difference) ? difference
    : liftEffect({ control: control.mean, treatment: treatment.mean, controlVariance: c.variance, treatmentVariance: t.variance, covariance: 0, degreesOfFreedom, n });
  const estimateOf = (arm: ClusterArm, own: number) => ({ n: arm.sizes.length, value: arm.mean, standardError: Math.sqrt(own) });
  return { control: estimateOf(control, c.variance), treatment: estimateOf(treatment, t.variance), difference, lift };
}

function isConstant({ residuals, sizes, mean }: ClusterArm): boolean {
  for (let g = 0; g < sizes.length; g++) if (Math.abs(residuals[g]!) > ROUNDING * sizes[g]! * Math.abs(mean)) return false;
  return true;
}
