import { z } from 'zod';
import { plannedDirectionSchema } from './question.js';
import { isRefusal, refuse, type Refusal } from '../../refusal.js';
import { criticalValue, testPower } from './critical.js';
import { daysToReach } from './duration.js';
import { plannedMetricSchema } from './planned-metric.js';
import { definePlanner } from './planner.js';
import { prepareSetting, testedSettingShape, type PreparedSetting } from './setting.js';
import { solveUnits } from './solve.js';

const FORMULA = 'alpha split over goals, beta over all clauses that must hold';

const metricShape = {
  name: z.string().min(1).describe('of the metric'),
  metric: plannedMetricSchema.describe('what is known of it'),
  scale: testedSettingShape.scale,
  covariateCorrelation: testedSettingShape.covariateCorrelation,
  better: plannedDirectionSchema.default('increase').describe('which way is better'),
};
const goalSchema = z.strictObject({
  ...metricShape,
  effect: z.number().gt(0).describe('improvement to detect, in units of the scale, without sign'),
}).meta({ id: 'PlannedGoal' });
const guardrailSchema = z.strictObject({
  ...metricShape,
  margin: z.number().gt(0).describe('largest harm that is acceptable, in units of the scale'),
  trueHarm: z.number().default(0).describe('harm that is assumed to be real, in units of the scale'),
}).meta({ id: 'PlannedGuardrail' });

interface Clause {
  readonly name: string;
  readonly role: 'goal' | 'guardrail';
  readonly alpha: number;
  readonly prepared: PreparedSetting;
  /** true distance from the null value, towards rejection, and that null value, both in units of the scale, signed */
  readonly distance: number;
  readonly nullValue: number;
  readonly effect: number;
}

/**
 * Sample size of the rule "ship when goals are significantly better and every guardrail is significantly not worse".
 *
 * One goal of several suffices: alpha is split over the goals. All are asked: no split. Guardrails must all hold, so they
 * need no split. Power does: with G guardrails each test gets beta / (G + 1), or beta / (goals + G) when all goals are asked,
 * so that the chance to ship a change that is as good as planned is at least 1 - beta however the metrics depend on each other.
 */
export const riskAware = definePlanner({
  name: 'risk_aware',
  title: 'Goals and guardrails in one rule',
  formula: FORMULA,
  references: ['Schultzberg, Ankargren, Frånberg (2024), Risk-aware product decisions in A/B tests with multiple metrics, arXiv 2402.11609'],
  data: {},
  options: z.strictObject({
    goals: z.array(goalSchema).min(1).max(100).describe('metrics that should improve'),
    guardrails: z.array(guardrailSchema).max(100).default([]).describe('metrics that must not get worse by more than a margin'),
    match: z.enum(['any', 'all']).default('any').describe('how many goals must be met'),
    alpha: z.number().gt(0).lt(0.5).default(0.05).describe('two-sided error rate of the goals together; each guardrail is tested one-sided at half of it, as its interval says'),
    power: z.number().gt(0).lt(1).default(0.8).describe('chance to ship when every effect is as planned, a fraction'),
    falseAlarms: z.number().gte(0).lt(1).default(0).describe('chance that checks (sample ratio, deterioration) stop a sound experiment, all together; taken from beta'),
    allocation: testedSettingShape.allocation,
    design: testedSettingShape.design,
    liftTest: testedSettingShape.liftTest,
    traffic: testedSettingShape.traffic,
  }),
  result: z.object({
    status: z.literal('planned').describe('always planned'),
    units: z.number().int().describe('randomisation units of all arms together: the most that any clause needs'),
    unitsByArm: z.array(z.number().int()).describe('control first'),
    days: z.number().int().nullable().describe('until the last unit has matured; null without traffic'),
    power: z.number().describe('lower bound on the chance to ship, under any dependence between metrics, at these units'),
    betaPerClause: z.number().describe('chance to miss that each test may have, a fraction'),
    alphaPerGoal: z.number().describe('two-sided, a fraction'),
    clauses: z.array(z.object({
      name: z.string().describe('of the metric'),
      role: z.enum(['goal', 'guardrail']).describe('which list it is in'),
      units: z.number().int().describe('that this clause alone needs'),
      power: z.number().describe('of this test at the planned units'),
    }).meta({ id: 'PlannedClause', description: 'One test that must come out well.' })).describe('goals, then guardrails'),
    formula: z.string().describe('how it was computed'),
  }),
  plan(options) {
    const { goals, guardrails, match, allocation } = options;
    const held = guardrails.length + (match === 'any' ? 1 : goals.length);
    const beta = 1 - options.power - options.falseAlarms;
    if (!(beta > 0)) return refuse('unsupported_combination', `risk_aware needs falseAlarms below 1 - power; got ${options.falseAlarms} and ${options.power}`, 'Ask for less power or use stricter checks.');
    const betaPerClause = beta / held;
    const alphaPerGoal = match === 'any' ? options.alpha / goals.length : options.alpha;
    const clauses = clausesOf(options, alphaPerGoal);
    if (isRefusal(clauses)) return clauses;
    const needs: number[] = [];
    for (const clause of clauses) {
      const fewest = 2.000001 / Math.min(clause.prepared.controlShare, clause.prepared.treatmentShare);
      const solution = solveUnits((units) => clausePower(clause, units), 1 - betaPerClause, fewest);
      if (!solution.isReached) return refuse('too_few_units', `risk_aware finds no number of units for ${clause.name}; its power stays at ${solution.power.toPrecision(3)}`, 'Plan for a larger effect or margin.');
      needs.push(solution.value);
    }
    const needed = Math.max(...needs);
    const unitsByArm = allocation.map((share) => Math.ceil(share * needed * (1 - 1e-12)));
    const units = unitsByArm.reduce((sum, count) => sum + count, 0);
    const powers = clauses.map((clause) => clausePower(clause, units));
    const misses = (role: Clause['role']): number[] => powers.map((power) => 1 - power).filter((_, i) => clauses[i]!.role === role);
    const sum = (values: number[]): number => values.reduce((a, b) => a + b, 0);
    const goalMiss = match === 'any' ? Math.min(...misses('goal')) : sum(misses('goal'));
    return {
      status: 'planned', units, unitsByArm, betaPerClause, alphaPerGoal,
      days: options.traffic ? daysToReach(needed, options.traffic) : null,
      power: Math.max(0, 1 - options.falseAlarms - goalMiss - sum(misses('guardrail'))),
      clauses: clauses.map(({ name, role }, i) => ({ name, role, units: Math.ceil(needs[i]! * (1 - 1e-12)), power: powers[i]! })),
      formula: FORMULA,
    };
  },
});

function clausesOf(options: z.output<typeof riskAware.options>, alphaPerGoal: number): Clause[] | Refusal {
  const { allocation, design, liftTest } = options;
  const shared = { allocation, design, liftTest, correction: 'none' as const, goals: 1, alpha: options.alpha };
  const clauses: Clause[] = [];
  for (const goal of options.goals) {
    const prepared = prepareSetting({ ...shared, ...goal }, 'risk_aware');
    if (isRefusal(prepared)) return prepared;
    const effect = goal.better === 'increase' ? goal.effect : -goal.effect;
    if (effect <= prepared.lowestEffect || effect >= prepared.highestEffect) return refuse('unsupported_combination', `risk_aware needs an effect on ${goal.name} that leaves the treatment rate in (0, 1)`, 'Plan for a smaller effect.');
    clauses.push({ name: goal.name, role: 'goal', alpha: alphaPerGoal / 2, prepared, distance: goal.effect, nullValue: 0, effect });
  }
  for (const guardrail of options.guardrails) {
    const prepared = prepareSetting({ ...shared, ...guardrail }, 'risk_aware');
    if (isRefusal(prepared)) return prepared;
    const bad = guardrail.better === 'increase' ? -1 : 1;
    clauses.push({
      name: guardrail.name, role: 'guardrail', alpha: options.alpha / 2, prepared,
      distance: guardrail.margin - guardrail.trueHarm, nullValue: bad * guardrail.margin, effect: bad * guardrail.trueHarm,
    });
  }
  return clauses;
}

function clausePower({ prepared, alpha, distance, nullValue, effect }: Clause, units: number): number {
  const { standardError, degreesOfFreedom } = prepared.contrast(effect, units, nullValue);
  return testPower(distance / standardError, criticalValue(alpha, 'greater', degreesOfFreedom), 'greater', degreesOfFreedom);
}
