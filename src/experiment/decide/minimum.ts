import type { Clause } from '../analysis.js';
import { formatCount, formatCounted, formatDays } from '../format.js';
import { daysObserved, unitsBehindVerdict } from '../minimums.js';
import type { PlannedContrast } from '../design/contrasts.js';
import type { Plan } from '../plan.js';
import type { Summaries } from '../summaries.js';
import { clause } from './clause.js';

/** Enough units behind the verdict on one arm, in it and in the control. */
export function minimumUnitsClause(plan: Plan, summaries: Summaries, { treatment: arm, controlArms, treatmentArms }: PlannedContrast): Clause {
  const minimum = plan.decision.minimumUnits;
  const units = Math.min(...[controlArms, treatmentArms].map((arms) => arms.reduce((sum, name) => sum + unitsBehindVerdict(plan, summaries, name), 0)));
  return units >= minimum
    ? clause('minimum', { arm }, 'met', `${arm} and its control have at least ${formatCounted(units, 'unit')} each; the minimum is ${formatCount(minimum)}.`, 'Nothing: units do not become fewer.')
    : clause('minimum', { arm }, 'open', `${arm} or its control has only ${formatCounted(units, 'unit')}; the minimum is ${formatCount(minimum)}.`, `${formatCounted(minimum - units, 'more unit')} in the smaller arm.`);
}

/** Long enough on air; none when the plan asks for no days. */
export function minimumDaysClauses(plan: Plan, summaries: Summaries): Clause[] {
  const minimum = plan.decision.minimumDays;
  if (minimum === 0) return [];
  const days = daysObserved(summaries);
  if (days === null) return [clause('minimum', {}, 'open', `The plan asks for ${formatDays(minimum)}, and exposures have no times to tell.`, 'Name the column of the exposure time in exposures.time, or set minimumDays to 0.')];
  return [days >= minimum
    ? clause('minimum', {}, 'met', `It ran for ${formatDays(days)}; the minimum is ${formatDays(minimum)}.`, 'Nothing: days do not become fewer.')
    : clause('minimum', {}, 'open', `It ran for ${formatDays(days)}; the minimum is ${formatDays(minimum)}.`, `${formatDays(Math.ceil((minimum - days) * 10) / 10)} more.`)];
}
