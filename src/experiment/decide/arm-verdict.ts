import type { Clause, Comparison, Verdict } from '../analysis.js';
import type { RuleReading } from '../compare/rule-reading.js';
import type { PlannedContrast } from '../design/contrasts.js';
import type { Metric } from '../metric.js';
import type { Plan } from '../plan.js';
import type { Summaries } from '../summaries.js';
import type { Evidence } from './clause.js';
import { deadlineClauses } from './deadline.js';
import { goalClause } from './goal.js';
import { minimumUnitsClause } from './minimum.js';
import { goalClausesOf, guardingClausesOf } from './rule-clauses.js';
import { noLossClause } from './no-loss.js';

/** What the rule says of one treatment arm, and the clauses that are its own. */
export interface ArmVerdict {
  readonly arm: string;
  readonly verdict: Exclude<Verdict, 'invalid'>;
  readonly clauses: readonly Clause[];
}

/**
 * The rule for one arm, given the clauses that all arms share (days, definition of done).
 *
 * No verdict before the minimums. Then harm decides first: a violated guardrail or goal is never outweighed by a goal
 * that is met, whether the rule asks for all goals or any. Then the claims; then the deadline.
 */
export function armVerdict(plan: Plan, summaries: Summaries, comparisons: readonly Comparison[], shared: readonly Clause[], contrast: PlannedContrast, rule: RuleReading | null): ArmVerdict {
  const arm = contrast.treatment;
  const evidenceOf = (name: string): Evidence => ({
    plan, arm, metric: metricOf(plan, name),
    comparison: comparisons.find((row) => row.metric === name && row.treatment.arm === arm && row.segment === null),
  });
  const { goals, guardrails, match } = plan.decision;
  const tested = rule?.clauses.get(arm);
  const goalClauses = tested ? goalClausesOf(plan, arm, tested) : goals.map((goal) => goalClause(goal, evidenceOf(goal.metric)));
  const guardrailClauses = tested ? guardingClausesOf(plan, arm, tested) : guardrails.map(({ metric, margin }) => noLossClause('guardrail', margin, evidenceOf(metric)));
  const areGoalsMet = match === 'all' ? goalClauses.every(isMet) : goalClauses.some(isMet);
  const isShown = areGoalsMet && guardrailClauses.every(isMet);
  const minimum = minimumUnitsClause(plan, summaries, contrast);
  const deadline = deadlineClauses(plan, summaries, arm, isShown);
  const clauses = [minimum, ...goalClauses, ...guardrailClauses, ...deadline];
  const minimums = [minimum, ...shared.filter((clause) => clause.kind === 'minimum')];
  return { arm, clauses, verdict: verdictOf() };

  function verdictOf(): ArmVerdict['verdict'] {
    if (!minimums.every(isMet)) return 'keep_running';
    if (clauses.some((clause) => clause.status === 'violated')) return 'do_not_ship';
    return isShown && shared.every(isMet) ? 'ship' : 'keep_running';
  }
}

const isMet = (clause: Clause): boolean => clause.status === 'met';

function metricOf(plan: Plan, name: string): Metric {
  const metric = plan.metrics.find((candidate) => candidate.name === name);
  if (!metric) throw new Error(`decide needs metric ${name}; the plan has ${plan.metrics.map((m) => m.name).join(', ')}`);
  return metric;
}
