import type { Clause, Decision } from '../experiment/analysis.js';

export interface ClauseGroup { readonly title: string; readonly clauses: readonly Clause[] }

/** Clauses by what they speak of: each arm, in the order of the plan, then the experiment as a whole. */
export function clauseGroups({ clauses }: Decision): ClauseGroup[] {
  const arms = [...new Set(clauses.map((clause) => clause.arm))].sort((a, b) => Number(a === null) - Number(b === null));
  return arms.map((arm) => ({ title: arm === null ? 'The experiment' : arm, clauses: clauses.filter((clause) => clause.arm === arm) }));
}

/** Whether a reader gains by hearing what would change a clause: of what is merely in place, nothing would. */
export const isWorthSaying = ({ kind, status }: Clause): boolean => status !== 'met' || kind === 'goal' || kind === 'guardrail';

/** How many sentences the first screen has room for. */
const ROOM = 3;

/** What would change the verdict: the changes of the clauses that made it, the weightiest first. */
export function whatWouldChange({ verdict, arm, clauses }: Decision): string[] {
  const areArmsSeveral = new Set(clauses.map((clause) => clause.arm).filter((name) => name !== null)).size > 1;
  const about = (clause: Clause) => [clause.metric, areArmsSeveral && verdict !== 'ship' ? clause.arm : null].filter((name) => name !== null).join(' in ');
  const changes = decisive().map((clause) => (about(clause) === '' ? clause.change : `${about(clause)}: ${lowered(clause.change)}`));
  return [...new Set(changes)].slice(0, ROOM);

  function decisive(): Clause[] {
    switch (verdict) {
      case 'invalid':
      case 'do_not_ship': return clauses.filter((clause) => clause.status === 'violated');
      case 'keep_running': return clauses.filter((clause) => clause.status === 'open' && clause.kind !== 'deadline');
      case 'ship': return clauses.filter((clause) => clause.arm === arm && (clause.kind === 'goal' || clause.kind === 'guardrail') && clause.status === 'met');
    }
  }
}

const lowered = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
