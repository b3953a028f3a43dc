import { isRefusal, type Refusal } from '../refusal.js';
import type { AdjustedArms } from './adjusted-means.js';
import { differenceEffect } from './contrast.js';
import type { Contrast } from './effect.js';
import { liftEffect } from './lift.js';
import { contrastCovariance, linearContrast } from './linear-contrast.js';

/**
 * One weighted mean of cells against another, such as a level of a factor against its base over all other factors.
 * @param cells   one value each, adjusted once for all contrasts
 * @param control weights of the cells, sum 1
 */
export function weightedContrast(cells: AdjustedArms, control: readonly number[], treatment: readonly number[]): Contrast | Refusal {
  const weights = treatment.map((weight, i) => weight - control[i]!);
  const effect = linearContrast(cells, weights);
  if (isRefusal(effect)) return effect;
  const used = cells.arms.map((cell, i) => (isRefusal(cell) || (control[i] === 0 && treatment[i] === 0) ? undefined : cell));
  const mean = (of: readonly number[]): number => used.reduce((sum, cell, i) => (cell ? sum + of[i]! * cell.means[0]! : sum), 0);
  const units = (of: readonly number[]): number => used.reduce((sum, cell, i) => (cell && of[i] !== 0 ? sum + cell.n : sum), 0);
  const [controlVariance, treatmentVariance] = [contrastCovariance(cells, control, control), contrastCovariance(cells, treatment, treatment)];
  const [controlMean, treatmentMean] = [mean(control), mean(treatment)];
  const { degreesOfFreedom, n, standardError } = effect;
  const difference = differenceEffect(controlMean, controlMean + effect.estimate, standardError ** 2, degreesOfFreedom, n);
  const lift = isRefusal(difference) ? difference
    : liftEffect({ control: controlMean, treatment: controlMean + effect.estimate, controlVariance, treatmentVariance, covariance: contrastCovariance(cells, control, treatment), degreesOfFreedom, n });
  return {
    control: { n: units(control), value: controlMean, standardError: Math.sqrt(controlVariance) },
    treatment: { n: units(treatment), value: treatmentMean, standardError: Math.sqrt(treatmentVariance) },
    difference: isRefusal(difference) ? difference : { ...difference, estimate: effect.estimate, standardError }, lift,
  };
}
