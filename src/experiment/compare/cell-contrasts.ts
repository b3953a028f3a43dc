import { contrasts } from '../../stats/effects/contrast.js';
import type { Contrast } from '../../stats/effects/effect.js';
import { proportionContrast } from '../../stats/effects/proportions.js';
import { quantileContrast } from '../../stats/effects/quantile.js';
import { isRefusal, refuse, type Refusal } from '../../stats/refusal.js';
import { emptyMoments, type Moments } from '../../stats/summaries/moments.js';
import type { Cell, MetricSummary } from '../summaries.js';
import type { MetricOutcome } from './metric-outcomes.js';

type Summary = Cell['summary'];

/**
 * All treatment arms against the control in one cell of the analysis: one metric over all units, in one segment value or up
 * to one day.
 * @param control    absent when the arm has no units
 * @param treatments in order, absent likewise
 */
export function cellContrasts(
  { outcomes, covariates }: Pick<MetricSummary, 'outcomes' | 'covariates'>, { outcome, isShare }: MetricOutcome,
  control: Summary | undefined, treatments: readonly (Summary | undefined)[],
): (Contrast | Refusal)[] {
  if (isRefusal(outcome)) return treatments.map(() => outcome);
  if ([control, ...treatments].some((arm) => arm?.kind === 'quantile')) {
    return treatments.map((arm) => (control?.kind === 'quantile' && arm?.kind === 'quantile' ? quantileContrast(control, arm) : noUnits));
  }
  const none = emptyMoments([...outcomes, ...covariates]);
  const moments = (arm: Summary | undefined): Moments => (arm?.kind === 'moments' ? arm : none);
  if (isShare && covariates.length === 0) return treatments.map((arm) => proportionContrast(moments(control), moments(arm)));
  return contrasts(moments(control), treatments.map(moments), outcomes.length, outcome);
}

const noUnits = refuse('too_few_units', 'an arm has no units here', 'Wait for more units.');
