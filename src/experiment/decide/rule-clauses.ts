import type { RiskAwareClause } from '../../stats/claims/risk-aware.js';
import { isRefusal } from '../../stats/refusal.js';
import type { Clause } from '../analysis.js';
import { formatLift, formatP, formatShare } from '../format.js';
import { marginOf } from '../margin.js';
import type { Plan } from '../plan.js';
import { capitalised, clause, describeSet } from './clause.js';

/** The tests of a rule with joint error rates, as clauses of one arm: superiority of goals, then what guards. */
export const goalClausesOf = (plan: Plan, arm: string, clauses: readonly RiskAwareClause[]): Clause[] =>
  clauses.filter(({ claim }) => claim === 'superiority').map((tested) => clauseOf(plan, arm, tested));
export const guardingClausesOf = (plan: Plan, arm: string, clauses: readonly RiskAwareClause[]): Clause[] =>
  clauses.filter(({ claim }) => claim !== 'superiority').map((tested) => clauseOf(plan, arm, tested));

function clauseOf(plan: Plan, arm: string, { metric, claim, result }: RiskAwareClause): Clause {
  const { direction } = plan.metrics.find(({ name }) => name === metric)!;
  const worse = direction === 'increase' ? 'fall' : 'rise';
  const limit = formatShare(marginOf(plan, metric) ?? 0);
  const isGoal = plan.decision.goals.some((goal) => goal.metric === metric);
  const kind = isGoal ? 'goal' : 'guardrail';
  const asked = { superiority: `${metric} was to ${direction} in ${arm}`, non_inferiority: `${metric} must not ${worse} by ${limit} or more in ${arm}`, inferiority: `${metric} must not be shown to ${worse} in ${arm}`, equivalence: '' }[claim];
  if (isRefusal(result)) return clause(kind, { metric, arm }, claim === 'inferiority' ? 'met' : 'open', `${asked}, and that cannot be said: ${result.detail}.`, capitalised(result.remedy));
  const seen = `one-sided ${formatP(result.pValue, result.alpha)} against ${Number(result.alpha.toPrecision(3))}, ${describeSet(result.interval, formatLift)}`;
  const more = 'More units, if the effect is as estimated.';
  switch (claim) {
    case 'superiority': return result.isShown
      ? clause(kind, { metric, arm }, 'met', `${asked}, and it did: ${seen}.`, `A p-value above ${Number(result.alpha.toPrecision(3))} would open it again.`)
      : clause(kind, { metric, arm }, 'open', `${asked}, and that is not shown yet: ${seen}.`, more);
    case 'non_inferiority': return result.isShown
      ? clause(kind, { metric, arm }, 'met', `${asked}, and that is excluded: ${seen}.`, `An interval that holds a ${worse} of ${limit} would open it again.`)
      : clause(kind, { metric, arm }, 'open', `${asked}, and that is not excluded yet: ${seen}.`, more);
    default: return result.isShown
      ? clause(kind, { metric, arm }, 'violated', `${asked}, and it is: ${seen}.`, 'Another treatment, since this one makes it worse.')
      : clause(kind, { metric, arm }, 'met', `${asked}, and it is not: ${seen}.`, `A p-value of ${Number(result.alpha.toPrecision(3))} or less would violate it.`);
  }
}
