import { isRefusal, refuse, type Refusal } from '../refusal.js';
import { QUANTILE_NEIGHBOUR_Z, type QuantileSummary } from '../summaries/quantiles.js';
import { differenceEffect } from './contrast.js';
import type { Contrast } from './effect.js';
import { liftEffect, notFinite } from './lift.js';
import { quantileVariance } from './quantile.js';
import { satterthwaite } from './quadratic.js';

/** A quantile over events of users, and how much users cluster. */
export interface ClusteredQuantile {
  /** over events; its neighbours may be taken at any z */
  readonly summary: QuantileSummary;
  /** variance of the share of events at or below the quantile, with users as clusters */
  readonly shareVariance: number;
  readonly clusters: number;
  /** of `shareVariance` */
  readonly degreesOfFreedom: number;
}

/**
 * Variance of a quantile over clustered events: that of independent events, from binomial neighbours, times how much more
 * the share below the quantile varies over clusters than it would over independent events.
 * @see Deng, Knoblich, Lu (2018), KDD, section 4.2, arXiv 1803.06336
 */
export const clusteredQuantileVariance = (summary: QuantileSummary, shareVariance: number): number =>
  quantileVariance(summary) * (shareVariance / ((summary.probability * (1 - summary.probability)) / summary.n));

/** Treatment against control on a quantile over events, where users were randomised. `n` counts users. Refuses neighbours beyond the sample. */
export function clusteredQuantileContrast(control: ClusteredQuantile, treatment: ClusteredQuantile): Contrast | Refusal {
  for (const { summary, clusters, shareVariance } of [control, treatment]) {
    const reach = Math.max(summary.z * Math.sqrt((summary.probability * (1 - summary.probability)) / summary.n), QUANTILE_NEIGHBOUR_Z * Math.sqrt(shareVariance));
    if (clusters < 2 || reach >= Math.min(summary.probability, 1 - summary.probability)) {
      return refuse('too_few_units', `clusteredQuantileContrast needs the interval of the share below probability ${summary.probability} inside (0, 1) in each arm; an arm of ${clusters} users reaches ${reach} about it`, 'Wait for more users, or ask for a quantile nearer to the middle.');
    }
    if (![summary.estimate, summary.lower, summary.upper].every(Number.isFinite)) return notFinite('a sample quantile');
  }
  const [c, t] = [control, treatment].map(({ summary, shareVariance, degreesOfFreedom }) => ({ variance: clusteredQuantileVariance(summary, shareVariance), degreesOfFreedom })) as [{ variance: number; degreesOfFreedom: number }, { variance: number; degreesOfFreedom: number }];
  const variance = c.variance + t.variance;
  const n = control.clusters + treatment.clusters;
  const degreesOfFreedom = satterthwaite([c, t], variance);
  const difference = differenceEffect(control.summary.estimate, treatment.summary.estimate, variance, degreesOfFreedom, n);
  const lift = isRefusal(difference) ? difference
    : liftEffect({ control: control.summary.estimate, treatment: treatment.summary.estimate, controlVariance: c.variance, treatmentVariance: t.variance, covariance: 0, degreesOfFreedom, n });
  const estimateOf = ({ summary, clusters }: ClusteredQuantile, own: number) => ({ n: clusters, value: summary.estimate, standardError: Math.sqrt(own) });
  return { control: estimateOf(control, c.variance), treatment: estimateOf(treatment, t.variance), difference, lift };
}
