import { mixingScale, sequenceMultiplier } from '../../inference/confidence-sequence.js';
import type { Alternative } from '../../inference/inference.js';
import { normalUpperQuantile } from '../../numeric/normal.js';
import { testPower } from './critical.js';
import type { PreparedSetting } from './setting.js';
import { solveEffect, type Solution } from './solve.js';

/**
 * What GrowthBook's calculators print where that is not the answer of the planners here. For putting numbers side by side only.
 *
 * Its sequential power (`powerEstFrequentist`) widens the standard error until +-1.96 of it is the confidence sequence, and then
 * applies the fixed formula, as if the estimate itself were that much noisier. That is neither the chance that the last look
 * excludes zero nor the chance that some look does: both are in the answer of the `confidence_sequence` planner.
 * @param prepared with the delta-method lift and without a correction, as that calculator has it
 * @param units of all arms together
 */
export const growthbookSequentialPower = (prepared: PreparedSetting, effect: number, units: number, tuningUnits: number): number =>
  widenedPower(prepared, effect, units, tuningUnits, 'two_sided');

/** Its smallest positive effect (`findMdeFrequentist`): the same, with rejections in the wrong direction left out. */
export function growthbookSequentialEffect(prepared: PreparedSetting, power: number, units: number, tuningUnits: number): Solution {
  const step = prepared.contrast(0, units).standardError * wideningOf(prepared, units, tuningUnits);
  return solveEffect((effect) => widenedPower(prepared, effect, units, tuningUnits, 'greater'), power, step, prepared.highestEffect);
}

function widenedPower(prepared: PreparedSetting, effect: number, units: number, tuningUnits: number, alternative: Alternative): number {
  const error = prepared.contrast(effect, units).standardError * wideningOf(prepared, units, tuningUnits);
  return testPower(effect / error, normalUpperQuantile(prepared.alpha / 2), alternative, Infinity);
}

function wideningOf(prepared: PreparedSetting, units: number, tuningUnits: number): number {
  const compared = units * (prepared.controlShare + prepared.treatmentShare);
  const rho = mixingScale(prepared.alpha, tuningUnits, 'two_sided');
  return sequenceMultiplier(compared, rho, prepared.alpha, 'two_sided') / normalUpperQuantile(prepared.alpha / 2);
}

/** Power may differ from its target by this much when GrowthBook's search ends. */
const SEARCH_TOLERANCE = 1e-5;

/**
 * Further units over units so far as GrowthBook's `MidExperimentPower` finds it: doubling from 1, then halving, until power is
 * within 1e-5 of the target. The `mid_experiment` planner gives the root itself, which differs in the fourth digit.
 * @param powerAt power at (1 + factor) times the units so far
 */
export function growthbookScalingFactor(powerAt: (factor: number) => number, target: number): number | null {
  if (powerAt(0) > target) return 0;
  let factor = 1;
  while (powerAt(factor) < target) {
    factor *= 2;
    if (factor > 2 ** 27) return null;
  }
  let low = 0;
  let high = factor;
  for (let gap = powerAt(factor) - target; ; gap = powerAt(factor) - target) {
    if (Math.abs(gap) < SEARCH_TOLERANCE && factor !== high) return factor;
    if (gap > 0) high = factor;
    else low = factor;
    factor = (low + high) / 2;
  }
}
