import { adjustArms, type AdjustedArms } from '../../../stats/effects/adjusted-means.js';
import { complierEffect, encouragementEffects, withAndersonRubin, type EncouragementEffects } from '../../../stats/effects/complier-effect.js';
import type { Contrast } from '../../../stats/effects/effect.js';
import type { Outcome } from '../../../stats/effects/outcome.js';
import { throughOutcome } from '../../../stats/effects/through-outcome.js';
import { weightedContrast } from '../../../stats/effects/weighted-contrast.js';
import { isRefusal, refuse, type Refusal } from '../../../stats/refusal.js';
import { emptyMoments, type Moments } from '../../../stats/summaries/moments.js';
import type { Plan } from '../../plan.js';
import type { Cell, MetricSummary } from '../../summaries.js';
import { factorialTerms, type PlannedContrast } from '../contrasts.js';
import type { DesignOf } from '../design.js';

export type Cells = ReadonlyMap<string, Cell['summary']>;
type Columns = Pick<MetricSummary, 'outcomes' | 'covariates'>;

const momentsIn = (cells: Cells, arm: string, { outcomes, covariates }: Columns): Moments => {
  const cell = cells.get(arm);
  return cell?.kind === 'moments' ? cell : emptyMoments([...outcomes, ...covariates]);
};

/** Every combination of levels with one value, adjusted at once. */
export const factorialCells = (plan: Plan, columns: Columns, cells: Cells, outcome: Outcome): AdjustedArms =>
  throughOutcome(adjustArms(plan.arms.map(({ name }) => momentsIn(cells, name, columns)), columns.outcomes.length), outcome);

export function factorialEffects(plan: Plan, columns: Columns, planned: readonly PlannedContrast[], cells: Cells, outcome: Outcome): (Contrast | Refusal)[] {
  const adjusted = factorialCells(plan, columns, cells, outcome);
  const terms = new Map(factorialTerms(plan).map((term) => [term.title, term]));
  return planned.map(({ treatment }) => {
    const { controlWeights, treatmentWeights } = terms.get(treatment)!;
    return weightedContrast(adjusted, controlWeights, treatmentWeights);
  });
}

/** What encouragement by each treatment arm did to outcome and uptake; all arms are adjusted at once. */
export function encouragements(columns: Columns, planned: readonly PlannedContrast[], cells: Cells): (EncouragementEffects | Refusal)[] {
  const single = planned.filter(({ treatmentArms }) => treatmentArms.length === 1);
  const adjusted = adjustArms([planned[0]!.controlArms[0]!, ...single.map(({ treatmentArms }) => treatmentArms[0]!)].map((arm) => momentsIn(cells, arm, columns)), 2);
  return planned.map((contrast) => {
    const arm = adjusted.arms[1 + single.indexOf(contrast)];
    return contrast.treatmentArms.length > 1 ? combinedEncouragement : encouragementEffects({ ...adjusted, arms: [adjusted.arms[0]!, arm!] });
  });
}

const combinedEncouragement = refuse('unsupported_combination', 'an encouragement design does not read several encouragements as one: each moves other units', 'Compare each encouragement with the control.');

/** Complier effects, with the mean of each arm as it was encouraged. */
export function complierEffects(columns: Columns, planned: readonly PlannedContrast[], cells: Cells, { leastF }: DesignOf<'encouragement'>, intentionToTreat: readonly (Contrast | Refusal)[]): (Contrast | Refusal)[] {
  return encouragements(columns, planned, cells).map((effects, i) => {
    const plain = intentionToTreat[i]!;
    if (isRefusal(effects)) return effects;
    if (isRefusal(plain)) return plain;
    const effect = complierEffect(effects, leastF);
    return { control: plain.control, treatment: plain.treatment, difference: isRefusal(effect) ? effect : withAndersonRubin(effect, effects), lift: noComplierLift };
  });
}

const noComplierLift = refuse('unsupported_combination', 'the lift of a complier effect needs what compliers would have done without encouragement, whose error these summaries do not hold', 'Read the difference, or the lift by the estimator complier_effect, from rows.');
