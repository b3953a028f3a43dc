import type { Clause, Verdict } from '../analysis.js';
import { formatCount } from '../format.js';

/** The kinds of clause, the weightiest first: what a reader must hear if only one clause is heard. */
const WEIGHT: readonly Clause['kind'][] = ['check', 'minimum', 'guardrail', 'goal', 'deadline', 'done'];
/** What is still missing is told in another order: a goal not yet shown says more than a guardrail not yet shown. */
const WEIGHT_WHEN_OPEN: readonly Clause['kind'][] = ['minimum', 'goal', 'guardrail', 'done', 'deadline'];

/** The verdict's reason in one sentence, made of the clauses behind it. */
export function reasonFor(verdict: Verdict, match: 'all' | 'any', clauses: readonly Clause[]): string {
  switch (verdict) {
    case 'invalid': return `${withoutStop(clauses[0]!)}, so no effect can be believed${others(clauses.length - 1, 'check failed', 'checks failed')}.`;
    case 'ship': return shipReason(clauses);
    case 'do_not_ship': return lead(clauses.filter((clause) => clause.status === 'violated'), WEIGHT, ['clause speaks against it', 'clauses speak against it']);
    case 'keep_running': return lead(openClauses(match, clauses), WEIGHT_WHEN_OPEN, ['clause is open', 'clauses are open']);
  }
}

const GUARDRAILS_HOLD: Readonly<Record<number, string>> = { 1: 'the guardrail holds', 2: 'both guardrails hold' };

function shipReason(clauses: readonly Clause[]): string {
  const goal = clauses.find((clause) => clause.kind === 'goal' && clause.status === 'met')!;
  const goals = clauses.filter((clause) => clause.kind === 'goal' && clause.status === 'met').length - 1;
  const guardrails = clauses.filter((clause) => clause.kind === 'guardrail').length;
  const rest = [
    ...(goals > 0 ? [`${formatCount(goals)} more ${goals === 1 ? 'goal is' : 'goals are'} met`] : []),
    ...(guardrails > 0 ? [GUARDRAILS_HOLD[guardrails] ?? `all ${formatCount(guardrails)} guardrails hold`] : []),
  ];
  return `${[withoutStop(goal), ...rest].join('; ')}.`;
}

/** A deadline that has not come is no reason of its own, nor is a goal that the rule can do without. */
function openClauses(match: 'all' | 'any', clauses: readonly Clause[]): Clause[] {
  const isEnough = match === 'any' && clauses.some((clause) => clause.kind === 'goal' && clause.status === 'met');
  return clauses.filter((clause) => clause.status !== 'met' && clause.kind !== 'deadline' && !(isEnough && clause.kind === 'goal'));
}

function lead(clauses: readonly Clause[], order: readonly Clause['kind'][], [one, many]: readonly [string, string]): string {
  const first = order.map((kind) => clauses.find((clause) => clause.kind === kind)).find((clause) => clause !== undefined);
  if (!first) throw new Error(`reason needs a clause of kind ${order.join(', ')}; got ${clauses.map((clause) => clause.kind).join(', ') || 'none'}`);
  return `${withoutStop(first)}${others(clauses.length - 1, one, many)}.`;
}

const others = (count: number, one: string, many: string): string =>
  (count === 0 ? '' : `; ${formatCount(count)} more ${count === 1 ? one : many}`);

const withoutStop = (clause: Clause): string => clause.sentence.replace(/\.$/, '');
