import type { Effect } from '../../effects/effect.js';
import { normalCdf, normalHazard, normalUpperTail } from '../../numeric/normal.js';
import { isRefusal, type Refusal } from '../../refusal.js';
import type { NormalPosterior, Posterior } from '../inference.js';
import { priorFor, type NormalPrior } from './normal-prior.js';

/** Posterior of a normal effect: precisions add, means are weighted by them. */
export function normalPosterior(effect: Effect, prior: NormalPrior): NormalPosterior | Refusal {
  const { estimate, standardError } = effect;
  if (prior.kind === 'flat') return { mean: estimate, standardDeviation: standardError };
  const scaled = priorFor(effect, prior);
  if (isRefusal(scaled)) return scaled;
  // share of the prior in the posterior mean; a ratio of variances, so that no precision overflows
  const share = 1 / (1 + (scaled.standardDeviation / standardError) ** 2);
  return { mean: estimate + share * (scaled.mean - estimate), standardDeviation: standardError * Math.sqrt(1 - share) };
}

/** A normal posterior with what is asked of it. */
export const asPosterior = (posterior: NormalPosterior): Posterior => ({
  ...posterior,
  chanceAbove: (value) => chanceAbove(posterior, value),
  chanceBelow: (value) => normalCdf((value - posterior.mean) / posterior.standardDeviation),
  chanceWithin: (lower, upper) => regionChances(posterior, lower, upper).within,
  parts() {
    const { keepControl, shipTreatment } = expectedLoss(posterior);
    return { positive: keepControl, negative: shipTreatment };
  },
});

/** Chance that the effect is above a threshold, in the units of the effect. */
export const chanceAbove = ({ mean, standardDeviation }: NormalPosterior, threshold = 0): number => normalCdf((mean - threshold) / standardDeviation);

/** What is lost on average by a choice, in the units of the effect; a larger metric is better. */
export interface ExpectedLoss {
  /** by keeping the control: mean of the effect's positive part */
  readonly keepControl: number;
  /** by shipping the treatment: mean of its negative part */
  readonly shipTreatment: number;
}

/** Expected loss of either choice. Far from zero the smaller is its own tail, down to the smallest double and then 0. */
export function expectedLoss({ mean, standardDeviation }: NormalPosterior): ExpectedLoss {
  const z = Math.abs(mean) / standardDeviation;
  const smaller = standardDeviation * normalUpperTail(z) * (normalHazard(z) - z);
  const larger = Math.abs(mean) + smaller;
  return mean > 0 ? { keepControl: larger, shipTreatment: smaller } : { keepControl: smaller, shipTreatment: larger };
}

/** Chances that an effect is below, within and above a region of practical equivalence. They add up to 1. */
export interface RegionChances { readonly below: number; readonly within: number; readonly above: number }

/** @param lower, upper the region, in the units of the effect */
export function regionChances({ mean, standardDeviation }: NormalPosterior, lower: number, upper: number): RegionChances {
  const below = normalCdf((lower - mean) / standardDeviation);
  const above = normalUpperTail((upper - mean) / standardDeviation);
  // from the side of the nearer tail, so that a narrow region far out keeps its digits
  const within = mean > (lower + upper) / 2
    ? normalCdf((upper - mean) / standardDeviation) - below
    : normalUpperTail((lower - mean) / standardDeviation) - above;
  return { below, within, above };
}
