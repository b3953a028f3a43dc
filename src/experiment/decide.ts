import type { Check, Clause, Comparison, Decision } from './analysis.js';
import type { RuleReading } from './compare/rule-reading.js';
import { armVerdict, type ArmVerdict } from './decide/arm-verdict.js';
import { goodSign } from './decide/benefit.js';
import { clause } from './decide/clause.js';
import { doneClauses } from './decide/done.js';
import { minimumDaysClauses } from './decide/minimum.js';
import { reasonFor } from './decide/reason.js';
import { formatCounted } from './format.js';
import { plannedContrasts } from './design/contrasts.js';
import type { Plan } from './plan.js';
import type { Summaries } from './summaries.js';

/**
 * Should this change ship?
 *
 * `invalid` when a blocking check failed: then no effect is believed, however large. Else every treatment arm is judged
 * by the plan's rule; `ship` if any arm may, the best of them on the first goal; `keep_running` if any may yet; else
 * `do_not_ship`. Each clause says what was asked, what was seen, what follows and what would change it.
 */
export function decide(plan: Plan, summaries: Summaries, checks: readonly Check[], comparisons: readonly Comparison[], rule: RuleReading | null = null): Decision {
  const failed = checks.filter((check) => check.blocking && check.status === 'fail');
  if (failed.length > 0) {
    const clauses = failed.map((check) => clause('check', {}, 'violated', check.sentence, 'Find and mend the cause, then collect new data: units that were counted wrongly cannot be mended afterwards.'));
    return { verdict: 'invalid', arm: null, reason: reasonFor('invalid', plan.decision.match, clauses), clauses };
  }
  const shared = [checksClause(checks), ...minimumDaysClauses(plan, summaries), ...doneClauses(plan)];
  const verdicts = plannedContrasts(plan).filter(({ decides }) => decides).map((contrast) => armVerdict(plan, summaries, comparisons, shared, contrast, rule));
  const verdict = (['ship', 'keep_running', 'do_not_ship'] as const).find((kind) => verdicts.some((arm) => arm.verdict === kind))!;
  const arm = verdict === 'ship' ? bestArm(plan, comparisons, verdicts.filter((candidate) => candidate.verdict === 'ship')) : null;
  const clauses = [...shared, ...verdicts.flatMap((candidate) => candidate.clauses)];
  return { verdict, arm, reason: reasonFor(verdict, plan.decision.match, clausesBehind(verdict, arm, shared, verdicts)), clauses, ...(rule && { rule: rule.account }) };
}

const checksClause = (checks: readonly Check[]): Clause => {
  const blocking = checks.filter((check) => check.blocking).length;
  return clause('check', {}, 'met', `${formatCounted(blocking, 'blocking check')} of the data passed.`, 'A failed blocking check would make the verdict invalid.');
};

/**
 * The arm with the largest lift on the first goal in the good direction; the first of equals. On the difference where the
 * lift is refused: arms share their control, so a lift that is refused for its sake is refused in all of them.
 */
function bestArm(plan: Plan, comparisons: readonly Comparison[], arms: readonly ArmVerdict[]): string {
  const goal = plan.decision.goals[0]!.metric;
  const sign = goodSign(plan.metrics.find((metric) => metric.name === goal)!);
  const rows = arms.map(({ arm }) => comparisons.find((row) => row.metric === goal && row.treatment.arm === arm && row.segment === null));
  const scale = rows.every((row) => row?.lift.status === 'estimated') ? 'lift' : 'difference';
  const benefits = rows.map((row) => (row?.[scale].status === 'estimated' ? row[scale].estimate * sign : -Infinity));
  return arms[benefits.indexOf(Math.max(...benefits))]!.arm;
}

/** The clauses that the one-sentence reason speaks of: those of the arm that ships, or of the arms that share the verdict. */
function clausesBehind(verdict: Decision['verdict'], arm: string | null, shared: readonly Clause[], verdicts: readonly ArmVerdict[]): Clause[] {
  const behind = verdicts.filter((candidate) => (arm === null ? candidate.verdict === verdict : candidate.arm === arm));
  return [...shared, ...behind.flatMap((candidate) => candidate.clauses)];
}
