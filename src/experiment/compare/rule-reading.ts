import { type BoundInference as ClaimInference } from '../../stats/claims/bind-inference.js';
import { errorAccount, riskAwareDecision, type RiskAwareClause, type RiskAwareMetric } from '../../stats/claims/risk-aware.js';
import { riskAware } from '../../stats/design/planning/risk-aware.js';
import { isRefusal, type Refusal } from '../../stats/refusal.js';
import type { RuleAccount } from '../analysis.js';
import { treatmentArms, type Plan } from '../plan.js';
import type { Summaries } from '../summaries.js';
import { claimInferenceOf, inferenceOf } from './inference-of.js';
import { presentLook } from './look.js';
import { metricOutcomes } from './metric-outcomes.js';
import { contrastRows, type Row } from './rows.js';

/** What a rule with joint error rates reads off the effects: its tests in each arm, and how it shares its errors. */
export interface RuleReading {
  readonly clauses: ReadonlyMap<string, readonly RiskAwareClause[]>;
  readonly account: RuleAccount;
}

/** Null: the plan judges each clause for itself. All treatment arms together have the error rate of the plan. */
export async function ruleReading(plan: Plan, summaries: Summaries): Promise<RuleReading | null> {
  const { rule, match, alpha } = plan.decision;
  if (!rule) return null;
  const look = presentLook(plan, summaries);
  const outcomes = await metricOutcomes(plan);
  const rows = [...contrastRows(plan, summaries, outcomes, inferenceOf(plan, look))].filter((row) => row.segment === null && row.role !== 'other');
  const arms = treatmentArms(plan).map(({ name }) => name);
  const shared = { match, power: rule.power, falseAlarms: rule.falseAlarms, alpha: alpha / arms.length };
  const inference = claimInferenceOf(plan, look);
  const account = errorAccount(ruleMetrics(plan, []), shared);
  if (isRefusal(account)) throw new Error(`the plan was to exclude this: ${account.detail}`);
  return {
    clauses: new Map(arms.map((arm) => [arm, clausesIn(plan, rows.filter((row) => row.treatment.arm === arm), shared, inference)])),
    account: { ...account, unitsNeeded: unitsNeeded(plan, rows, arms.length) },
  };
}

function clausesIn(plan: Plan, rows: readonly Row[], shared: Parameters<typeof riskAwareDecision>[1], inference: ClaimInference): readonly RiskAwareClause[] {
  const decided = riskAwareDecision(ruleMetrics(plan, rows), shared, inference);
  if (isRefusal(decided)) throw new Error(`the plan was to exclude this: ${decided.detail}`);
  return decided.clauses;
}

/** On the lift; on the difference for a goal whose lift is refused, since of no effect the two say the same. */
function ruleMetrics(plan: Plan, rows: readonly Row[]): RiskAwareMetric[] {
  const { goals, guardrails } = plan.decision;
  const common = (name: string) => ({ name, better: plan.metrics.find((metric) => metric.name === name)!.direction });
  const contrastOf = (name: string) => rows.find(({ metric }) => metric === name)?.contrast ?? NOTHING;
  return [
    ...goals.map(({ metric }) => {
      const contrast = contrastOf(metric);
      return { ...common(metric), role: 'goal' as const, effect: isRefusal(contrast) ? contrast : isRefusal(contrast.lift) ? contrast.difference : contrast.lift };
    }),
    ...guardrails.map(({ metric, margin }) => {
      const contrast = contrastOf(metric);
      return { ...common(metric), role: 'guardrail' as const, margin, effect: isRefusal(contrast) ? contrast : contrast.lift };
    }),
  ];
}

const NOTHING: Refusal = { status: 'refused', reason: 'too_few_units', detail: 'no units of the metric were summarised', remedy: 'Collect units in both arms first.' };

/** Units of all arms that give the rule its power, at the variances seen in the control and the lifts that the rule plans for. */
function unitsNeeded(plan: Plan, rows: readonly Row[], arms: number): number | null {
  const { goals, guardrails, match, alpha, rule } = plan.decision;
  const metricOf = (name: string) => {
    const row = rows.find(({ metric }) => metric === name);
    if (!row || row.control.value === null || row.control.standardError === null || !(row.control.standardError > 0)) return null;
    const standardDeviation = row.control.standardError * Math.sqrt(row.control.n);
    return { name, better: plan.metrics.find((metric) => metric.name === name)!.direction, metric: { mean: { mean: row.control.value, standardDeviation } } };
  };
  const plannedGoals = goals.map(({ metric }) => ({ of: metricOf(metric), effect: rule!.detect?.[metric] }));
  const plannedGuardrails = guardrails.map(({ metric, margin }) => ({ of: metricOf(metric), margin }));
  if (plannedGoals.some(({ of, effect }) => !of || effect === undefined) || plannedGuardrails.some(({ of }) => !of)) return null;
  const total = plan.arms.reduce((sum, { weight }) => sum + weight, 0);
  const shares = [...plan.arms].sort((a, b) => Number(b.control) - Number(a.control)).map(({ weight }) => weight / total);
  const planned = riskAware.plan(riskAware.options.parse({
    goals: plannedGoals.map(({ of, effect }) => ({ ...of, effect })),
    guardrails: plannedGuardrails.map(({ of, margin }) => ({ ...of, margin })),
    match, alpha: alpha / arms, power: rule!.power, falseAlarms: rule!.falseAlarms, allocation: shares,
  }), {});
  return isRefusal(planned) ? null : planned.units;
}
