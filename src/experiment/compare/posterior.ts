import type { Posterior } from '../../stats/inference/inference.js';
import type { EffectEstimate } from '../analysis.js';

/**
 * A posterior as a decision reads it: in the direction in which the metric is better.
 * @param margin half-width of the region of practical equivalence, in the units of the effect; null: the rule sets none
 */
export function posteriorOf(posterior: Posterior, better: 1 | -1, margin: number | null): NonNullable<EffectEstimate['posterior']> {
  const { positive, negative } = posterior.parts();
  return {
    mean: posterior.mean, standardDeviation: posterior.standardDeviation,
    chanceToBeat: better === 1 ? posterior.chanceAbove(0) : posterior.chanceBelow(0),
    expectedLoss: better === 1 ? { keepControl: positive, shipTreatment: negative } : { keepControl: negative, shipTreatment: positive },
    withinMargin: margin === null ? null : posterior.chanceWithin(-margin, margin),
  };
}
