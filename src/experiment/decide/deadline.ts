import type { Clause } from '../analysis.js';
import { formatInstant } from '../format.js';
import type { Plan } from '../plan.js';
import type { Summaries } from '../summaries.js';
import { clause } from './clause.js';

/**
 * The planned end, for one arm: from then on a claim that is not shown speaks against shipping.
 * @param isShown whether the goals and all guardrails of the arm are met
 */
export function deadlineClauses(plan: Plan, { asOf }: Summaries, arm: string, isShown: boolean): Clause[] {
  const end = plan.decision.plannedEnd;
  if (!end) return [];
  const when = formatInstant(end);
  if (isShown) return [clause('deadline', { arm }, 'met', `The goals and guardrails of ${arm} are met, so the planned end of ${when} does not press.`, 'Nothing: the end matters only to what is not shown.')];
  if (asOf === null) return [clause('deadline', { arm }, 'open', `The planned end is ${when}, and no table has times to tell whether it has passed.`, 'Give asOf, the time of the analysis.')];
  if (Date.parse(asOf) < Date.parse(end)) return [clause('deadline', { arm }, 'open', `The planned end is ${when}; the data reach ${formatInstant(asOf)}, so there is time to show what is not shown of ${arm}.`, `At ${when} what is still not shown becomes a reason not to ship.`)];
  return [clause('deadline', { arm }, 'violated', `The planned end of ${when} has passed, and the goals and guardrails of ${arm} are not all met.`, 'A new experiment with more units, or another treatment: this one has had its time.')];
}
