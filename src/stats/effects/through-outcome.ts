import { isRefusal, type Refusal } from '../refusal.js';
import type { AdjustedArm, AdjustedArms } from './adjusted-means.js';
import { notFinite, isUsable } from './lift.js';
import type { Outcome } from './outcome.js';
import { varianceOf } from './quadratic.js';

/** Arms whose outcome columns became one value each, by the delta method: what is linear in means is then linear in any metric. */
export const throughOutcome = (adjusted: AdjustedArms, outcome: Outcome): AdjustedArms =>
  ({ ...adjusted, arms: adjusted.arms.map((arm) => (isRefusal(arm) ? arm : valueOf(arm, outcome))) });

function valueOf(arm: AdjustedArm, outcome: Outcome): AdjustedArm | Refusal {
  const value = outcome.value(arm.means);
  const gradient = outcome.gradient(arm.means);
  const variance = varianceOf(gradient, arm.covariance);
  if (!isUsable(value) || !isUsable(variance)) return notFinite('the value of an arm');
  const slopes = arm.slopes.length === 0 ? [] : [arm.slopes[0]!.map((_, c) => gradient.reduce((sum, g, i) => sum + g * arm.slopes[i]![c]!, 0))];
  return { ...arm, means: [value], covariance: [[variance]], slopes };
}
