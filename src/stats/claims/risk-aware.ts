import { z } from 'zod';
import type { Effect } from '../effects/effect.js';
import { isRefusal, refuse, type Refusal } from '../refusal.js';
import type { BoundInference } from './bind-inference.js';
import type { Claim, ClaimResult } from './claim.js';
import { testClaim } from './test-claim.js';

/** The rule, with the error rates of the whole decision. Its sample size: the planner of the same name. */
export const riskAwareSchema = z.strictObject({
  match: z.enum(['any', 'all']).default('any').describe('how many goals must be met'),
  alpha: z.number().gt(0).lt(0.5).default(0.05).describe('two-sided error rate of the goals together; each guardrail is tested one-sided at half of it'),
  power: z.number().gt(0).lt(1).default(0.8).describe('chance to ship when every effect is as planned, a fraction'),
  falseAlarms: z.number().gte(0).lt(1).default(0).describe('chance that tests of deterioration stop a sound change, all together; 0: none are made'),
});
export type RiskAwareRule = z.output<typeof riskAwareSchema>;

/** One metric of the rule. Margins are in the units of the effect. */
export interface RiskAwareMetric {
  readonly name: string;
  /** goal: should improve; guardrail: must not lose the margin; watched: only must not be shown to get worse */
  readonly role: 'goal' | 'guardrail' | 'watched';
  readonly better: 'increase' | 'decrease';
  /** guardrails only */
  readonly margin?: number;
  readonly effect: Effect | Refusal;
}

export interface RiskAwareClause {
  readonly metric: string;
  readonly claim: Claim['claim'];
  readonly result: ClaimResult | Refusal;
}

/** How the errors of the decision are shared among its tests. */
export interface ErrorAccount {
  /** one-sided, of each goal */
  readonly alphaPerGoal: number;
  /** one-sided, of each guardrail: not divided, since all must hold */
  readonly alphaPerGuardrail: number;
  /** one-sided, of each test of deterioration */
  readonly alphaPerDeterioration: number;
  /** chance to miss that each test that must hold may have, for the decision to have its power */
  readonly betaPerClause: number;
  /** bound on the chance to ship when no goal (all asked: not every goal) is better, or a guardrail loses its margin; any dependence */
  readonly falseShip: number;
}

export interface RiskAwareDecision {
  /** ship: shown; do_not_ship: a deterioration or a failed check was found; not_shown: neither yet */
  readonly verdict: 'ship' | 'do_not_ship' | 'not_shown';
  readonly clauses: readonly RiskAwareClause[];
  readonly errors: ErrorAccount;
}

/**
 * Ship when enough goals are superior, every guardrail is non-inferior, nothing is shown to get worse, and no check failed.
 *
 * With `any` goal enough, alpha is split over the goals; guardrails must all hold (intersection-union), so each has it whole.
 * Every test that must hold costs power instead: with G guardrails each test may miss (1 - power - falseAlarms) / (G + 1).
 * @param failedChecks names of checks of the data that failed; an experiment that is not sound is not shipped
 * @returns Refusal when there is no goal, a guardrail has no margin, or false alarms leave no room for power
 * @see Schultzberg, Ankargren, Frånberg (2024), Risk-aware product decisions in A/B tests with multiple metrics, arXiv 2402.11609
 */
export function riskAwareDecision(metrics: readonly RiskAwareMetric[], rule: RiskAwareRule, inference: BoundInference, failedChecks: readonly string[] = []): RiskAwareDecision | Refusal {
  const errors = errorAccount(metrics, rule);
  if (isRefusal(errors)) return errors;
  const clauses: RiskAwareClause[] = [];
  const ask = ({ name, effect }: RiskAwareMetric, claim: Claim, alpha: number): void => {
    clauses.push({ metric: name, claim: claim.claim, result: testClaim(effect, claim, inference, alpha) });
  };
  for (const metric of metrics) {
    const { role, better, margin } = metric;
    if (role === 'goal') ask(metric, { claim: 'superiority', better }, errors.alphaPerGoal);
    if (role === 'guardrail') ask(metric, { claim: 'non_inferiority', better, margin: margin! }, errors.alphaPerGuardrail);
    if (rule.falseAlarms > 0) ask(metric, { claim: 'inferiority', better }, errors.alphaPerDeterioration);
  }
  return { verdict: verdictOf(clauses, rule, failedChecks), clauses, errors };
}

const isShown = ({ result }: RiskAwareClause): boolean => !isRefusal(result) && result.isShown;

function verdictOf(clauses: readonly RiskAwareClause[], { match }: RiskAwareRule, failedChecks: readonly string[]): RiskAwareDecision['verdict'] {
  const of = (claim: Claim['claim']): RiskAwareClause[] => clauses.filter((clause) => clause.claim === claim);
  if (failedChecks.length > 0 || of('inferiority').some(isShown)) return 'do_not_ship';
  const goals = of('superiority');
  const areGoalsMet = match === 'all' ? goals.every(isShown) : goals.some(isShown);
  return areGoalsMet && of('non_inferiority').every(isShown) ? 'ship' : 'not_shown';
}

/** The shares of alpha and beta; the same as the planner's. */
export function errorAccount(metrics: readonly Pick<RiskAwareMetric, 'name' | 'role' | 'margin'>[], { match, alpha, power, falseAlarms }: RiskAwareRule): ErrorAccount | Refusal {
  const goals = metrics.filter(({ role }) => role === 'goal').length;
  const guardrails = metrics.filter(({ role }) => role === 'guardrail');
  if (goals === 0) return refuse('unsupported_combination', 'the risk-aware rule needs at least 1 goal', 'Name the metric that should improve, or test non-inferiority alone.');
  const unmargined = guardrails.find(({ margin }) => margin === undefined || !(margin > 0));
  if (unmargined) return refuse('unsupported_combination', `the risk-aware rule needs a margin above 0 for guardrail ${unmargined.name}`, 'Agree on the largest loss that is acceptable.');
  const held = guardrails.length + (match === 'any' ? 1 : goals);
  const beta = 1 - power - falseAlarms;
  if (!(beta > 0)) return refuse('unsupported_combination', `the risk-aware rule needs falseAlarms below 1 - power; got ${falseAlarms} and ${power}`, 'Ask for less power or use stricter tests of deterioration.');
  return {
    alphaPerGoal: alpha / 2 / (match === 'any' ? goals : 1),
    alphaPerGuardrail: alpha / 2,
    alphaPerDeterioration: falseAlarms / metrics.length,
    betaPerClause: beta / held,
    falseShip: alpha / 2,
  };
}
