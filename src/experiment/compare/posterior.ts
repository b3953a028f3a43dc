import { chanceAbove, expectedLoss, regionChances } from '../../stats/inference/bayesian/normal-posterior.js';
import type { NormalPosterior } from '../../stats/inference/inference.js';
import type { EffectEstimate } from '../analysis.js';

type Posterior = NonNullable<EffectEstimate['posterior']>;

/**
 * A posterior as a decision reads it: in the direction in which the metric is better.
 * @param margin half-width of the region of practical equivalence, in the units of the effect; null: the rule sets none
 */
export function posteriorOf({ mean, standardDeviation }: NormalPosterior, better: 1 | -1, margin: number | null): Posterior {
  const benefit: NormalPosterior = { mean: better * mean, standardDeviation };
  return {
    mean, standardDeviation,
    chanceToBeat: chanceAbove(benefit),
    expectedLoss: expectedLoss(benefit),
    withinMargin: margin === null ? null : regionChances(benefit, -margin, margin).within,
  };
}
