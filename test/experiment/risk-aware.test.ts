import { describe, expect, it } from '@jest/globals';
import { conclude } from '../../src/analyze.js';
import { planSchema, type PlanInput } from '../../src/experiment/plan.js';
import type { MetricSummary, Summaries } from '../../src/experiment/summaries.js';
import { riskAware } from '../../src/stats/design/planning/risk-aware.js';
import { isRefusal } from '../../src/stats/refusal.js';
import { stream } from '../../src/stats/numeric/random.js';
import { shopPlan, shopSummaries } from './fixtures.js';

const MEAN = 10;
const DEVIATION = 20;
const ARMS = ['control', 'treatment'];

/** Metrics of mean 10 and standard deviation 20; revenue and clicks should rise, errors and latency must not. */
const planWith = (rule: NonNullable<PlanInput['decision']['rule']>, overrides: Partial<PlanInput['decision']> = {}, more: Partial<PlanInput> = {}) => {
  const plan = shopPlan();
  return planSchema.parse({
    ...plan, metrics: [...plan.metrics, { kind: 'count', name: 'clicks', fact: 'orders' }],
    decision: {
      goals: [{ metric: 'revenue', claim: 'superiority' }, { metric: 'clicks', claim: 'superiority' }], match: 'any',
      guardrails: [{ metric: 'errors', margin: 0.1 }, { metric: 'latency', margin: 0.1 }], rule, ...overrides,
    },
    ...more,
  });
};

function dataOf(lifts: Readonly<Record<string, number>>, n: number, noise: (metric: string, arm: number) => number = () => 0): Summaries {
  const metrics = Object.entries(lifts).map(([metric, lift]): MetricSummary => ({
    metric, outcomes: ['y'], covariates: [], days: [], bounds: [], immature: 0,
    cells: ARMS.map((arm, a) => ({ arm, segment: null, summary: {
      kind: 'moments', n, columns: ['y'], mean: [MEAN * (1 + (a === 1 ? lift : 0)) + (noise(metric, a) * DEVIATION) / Math.sqrt(n)], scatter: [[DEVIATION ** 2 * (n - 1)]],
    } })),
  }));
  return shopSummaries({ exposures: { units: 2 * n, arms: ARMS.map((arm) => ({ arm, units: n })) }, metrics });
}

const RULE = { kind: 'risk_aware' as const };
const NO_CHANGE = { revenue: 0, clicks: 0, errors: 0, latency: 0 };

describe('risk-aware rule of a plan', () => {
  // standard error of a lift near 3.2 %
  const CASES = [
    { title: 'one of two goals suffices', lifts: { ...NO_CHANGE, clicks: 0.2 }, rule: RULE, verdict: 'ship' },
    { title: 'no goal is shown', lifts: NO_CHANGE, rule: RULE, verdict: 'keep_running' },
    { title: 'a goal between alpha and its half is not enough, since alpha is split', lifts: { ...NO_CHANGE, clicks: 0.067 }, rule: RULE, verdict: 'keep_running' },
    { title: 'a guardrail that is not excluded', lifts: { ...NO_CHANGE, clicks: 0.2, errors: 0.06 }, rule: RULE, verdict: 'keep_running' },
    { title: 'a deterioration, where it is tested', lifts: { ...NO_CHANGE, clicks: 0.2, revenue: -0.2 }, rule: { ...RULE, falseAlarms: 0.02 }, verdict: 'do_not_ship' },
    { title: 'a deterioration of another goal, where none is tested', lifts: { ...NO_CHANGE, clicks: 0.2, revenue: -0.2 }, rule: RULE, verdict: 'ship' },
  ] as const;
  it.each(CASES)('$title: $verdict', async ({ lifts, rule, verdict }) => {
    const { decision } = await conclude(planWith(rule), dataOf(lifts, 8000));
    expect(decision.verdict).toBe(verdict);
    expect(decision.rule).toMatchObject({ alphaPerGoal: 0.0125, alphaPerGuardrail: 0.025, falseShip: 0.025, unitsNeeded: null });
    for (const { sentence, change } of decision.clauses) expect([sentence, change].every((text) => text.endsWith('.'))).toBe(true);
  });

  it('says how many units it needs, as the planner does, where the lifts to detect are stated', async () => {
    const { decision } = await conclude(planWith({ ...RULE, detect: { revenue: 0.1, clicks: 0.08 } }), dataOf(NO_CHANGE, 8000));
    const metric = { mean: { mean: MEAN, standardDeviation: DEVIATION } };
    const planned = riskAware.plan(riskAware.options.parse({
      goals: [{ name: 'revenue', metric, effect: 0.1 }, { name: 'clicks', metric, effect: 0.08 }],
      guardrails: [{ name: 'errors', metric, margin: 0.1, better: 'decrease' }, { name: 'latency', metric, margin: 0.1, better: 'decrease' }],
    }), {});
    if (isRefusal(planned)) throw new Error(planned.detail);
    expect(Math.abs(decision.rule!.unitsNeeded! - planned.units)).toBeLessThanOrEqual(2);
  });

  it('ships an arm that is worthless in at most alpha / 2, and one as good as planned at least as often as its power says', async () => {
    const RUNS = 150;
    const n = (await conclude(planWith({ ...RULE, detect: { revenue: 0.1, clicks: 0.1 } }), dataOf(NO_CHANGE, 8000))).decision.rule!.unitsNeeded! / 2;
    const plan = planWith(RULE);
    const shipped = async (lifts: Readonly<Record<string, number>>) => {
      let ships = 0;
      for (let run = 0; run < RUNS; run++) {
        const random = stream(21, run);
        const { decision } = await conclude(plan, dataOf(lifts, Math.ceil(n), () => random.normal()));
        ships += Number(decision.verdict === 'ship');
      }
      return ships / RUNS;
    };
    // three binomial standard errors
    expect(await shipped(NO_CHANGE)).toBeLessThan(0.025 + 3 * Math.sqrt((0.025 * 0.975) / RUNS));
    expect(await shipped({ ...NO_CHANGE, revenue: 0.1 })).toBeGreaterThan(0.8 - 3 * Math.sqrt((0.8 * 0.2) / RUNS));
  });

  it.each([
    ['another claim than superiority', RULE, { goals: [{ metric: 'revenue', claim: 'equivalence', margin: 0.1 }] }, /takes goals of superiority/],
    ['false alarms that leave no power', { ...RULE, falseAlarms: 0.3 }, {}, /falseAlarms must be below 1 - power/],
    ['a lift to detect of what is no goal', { ...RULE, detect: { errors: 0.1 } }, {}, /errors, which is not a goal/],
  ] as const)('a plan is told of %s', (_, rule, overrides, message) => {
    expect(() => planWith(rule, overrides as Partial<PlanInput['decision']>)).toThrow(message);
  });
});
