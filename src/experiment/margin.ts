import type { Plan } from './plan.js';

/** The margin that the rule sets for a metric, a fraction of the control value; null where it sets none. */
export function marginOf({ decision }: Plan, metric: string): number | null {
  const guardrail = decision.guardrails.find((clause) => clause.metric === metric);
  if (guardrail) return guardrail.margin;
  const goal = decision.goals.find((clause) => clause.metric === metric);
  return goal && goal.claim !== 'superiority' ? goal.margin : null;
}
