import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Check, Comparison, Verdict } from '../../src/experiment/analysis.js';
import { decide } from '../../src/experiment/decide.js';
import type { PlanInput } from '../../src/experiment/plan.js';
import { comparison, effect, refusal, set, shopPlan, shopSummaries } from './fixtures.js';

type Rule = PlanInput['decision'];
const RULE: Rule = { goals: [{ metric: 'revenue', claim: 'superiority' }], guardrails: [{ metric: 'errors', margin: 0.05 }, { metric: 'latency', margin: 0.02 }] };
const passed: Check = { name: 'sample_ratio', status: 'pass', blocking: true, sentence: 'The arms were split as planned.', pValue: 0.4 };
const failed: Check = { ...passed, status: 'fail', sentence: 'The arms were not split as planned.', pValue: 1e-9 };
const WON = effect(0.05, 0.01), LOST = effect(-0.05, 0.01), UNSURE = effect(0.01, 0.01), FLAT = effect(0, 0.004);

interface Case {
  readonly title: string;
  readonly verdict: Verdict;
  readonly rule?: Partial<Rule>;
  readonly rows?: Partial<Record<'revenue' | 'errors' | 'latency', Parameters<typeof comparison>[1]>>;
  /** of revenue, where its lift is refused */
  readonly difference?: Comparison['difference'];
  readonly checks?: readonly Check[];
  readonly summaries?: Parameters<typeof shopSummaries>[0];
  /** status of the clause about each metric, or of the clauses of a kind */
  readonly clauses?: Readonly<Record<string, 'met' | 'open' | 'violated'>>;
}

const done = { monitoring: 'https://grafana.example/d/1', rollback: ['error rate above 1% for 10 minutes'] };
const ended = { plannedEnd: '2026-03-14T00:00:00Z' };

const CASES: readonly Case[] = [
  { title: 'a goal that is shown and guardrails that hold ship', verdict: 'ship', clauses: { revenue: 'met', errors: 'met', latency: 'met' } },
  { title: 'a goal not shown keeps running', verdict: 'keep_running', rows: { revenue: UNSURE }, clauses: { revenue: 'open' } },
  { title: 'a goal significantly in the wrong direction does not ship', verdict: 'do_not_ship', rows: { revenue: LOST }, clauses: { revenue: 'violated' } },
  { title: 'the adjusted p-value decides, not the raw one', verdict: 'keep_running', rows: { revenue: { ...WON, adjustedPValue: 0.06 } }, clauses: { revenue: 'open' } },
  { title: 'a p-value of exactly alpha is not below it', verdict: 'keep_running', rows: { revenue: { ...WON, pValue: 0.05 } }, clauses: { revenue: 'open' } },
  { title: 'alpha of the plan is the level', verdict: 'keep_running', rule: { alpha: 0.001 }, rows: { revenue: { ...WON, pValue: 0.002 } } },
  { title: 'a goal of decrease is met by a fall', verdict: 'ship', rule: { goals: [{ metric: 'errors', claim: 'superiority' }], guardrails: [] }, rows: { errors: LOST }, clauses: { errors: 'met' } },
  { title: 'a goal of decrease is violated by a rise', verdict: 'do_not_ship', rule: { goals: [{ metric: 'errors', claim: 'superiority' }], guardrails: [] }, rows: { errors: WON } },
  { title: 'a refused lift of a superiority goal is judged on the difference', verdict: 'ship', rows: { revenue: refusal }, difference: WON, clauses: { revenue: 'met' } },
  { title: 'a goal whose lift and difference are both refused stays open', verdict: 'keep_running', rows: { revenue: refusal }, clauses: { revenue: 'open' } },

  { title: 'non-inferiority is met when the interval excludes the margin', verdict: 'ship', rule: { goals: [{ metric: 'revenue', claim: 'non_inferiority', margin: 0.02 }] }, rows: { revenue: FLAT }, clauses: { revenue: 'met' } },
  { title: 'non-inferiority is met by a significant loss within the margin', verdict: 'ship', rule: { goals: [{ metric: 'revenue', claim: 'non_inferiority', margin: 0.08 }] }, rows: { revenue: LOST }, clauses: { revenue: 'met' } },
  { title: 'non-inferiority is open when the interval reaches the margin and zero', verdict: 'keep_running', rule: { goals: [{ metric: 'revenue', claim: 'non_inferiority', margin: 0.005 }] }, rows: { revenue: FLAT } , clauses: { revenue: 'open' } },
  { title: 'non-inferiority is violated by a significant loss not shown to be within the margin', verdict: 'do_not_ship', rule: { goals: [{ metric: 'revenue', claim: 'non_inferiority', margin: 0.06 }] }, rows: { revenue: LOST }, clauses: { revenue: 'violated' } },
  { title: 'an interval that touches the margin does not exclude it', verdict: 'keep_running', rule: { goals: [{ metric: 'revenue', claim: 'non_inferiority', margin: 0.02 }] }, rows: { revenue: { ...FLAT, interval: set('interval', -0.02, 0.02) } } },
  { title: 'a refused lift of a non-inferiority goal is open, since its margin is a fraction', verdict: 'keep_running', rule: { goals: [{ metric: 'revenue', claim: 'non_inferiority', margin: 0.02 }] }, rows: { revenue: refusal }, clauses: { revenue: 'open' } },

  { title: 'a guardrail wholly beyond its margin does not ship', verdict: 'do_not_ship', rows: { errors: effect(0.2, 0.01) }, clauses: { errors: 'violated' } },
  { title: 'a guardrail harmed and not shown to be within its margin does not ship', verdict: 'do_not_ship', rows: { errors: effect(0.04, 0.015) }, clauses: { errors: 'violated' } },
  { title: 'a guardrail harmed and shown to be within its margin holds', verdict: 'ship', rows: { errors: effect(0.02, 0.005) }, clauses: { errors: 'met' } },
  { title: 'a guardrail that may be harmed beyond its margin keeps running', verdict: 'keep_running', rows: { errors: effect(0.02, 0.03) }, clauses: { errors: 'open' } },
  { title: 'a guardrail improved beyond its margin holds', verdict: 'ship', rows: { errors: effect(-0.3, 0.01) }, clauses: { errors: 'met' } },
  { title: 'a refused guardrail keeps running', verdict: 'keep_running', rows: { errors: refusal }, clauses: { errors: 'open' } },
  { title: 'a confidence set that is the whole line leaves a guardrail open', verdict: 'keep_running', rows: { errors: { ...FLAT, interval: set('line', null, null) } }, clauses: { errors: 'open' } },
  { title: 'the complement of an interval leaves a guardrail open', verdict: 'keep_running', rows: { errors: { ...FLAT, interval: set('complement', 0.1, 0.5) } }, clauses: { errors: 'open' } },
  { title: 'a set unbounded on the good side holds a guardrail', verdict: 'ship', rows: { errors: { ...FLAT, interval: set('interval', null, 0.01) } }, clauses: { errors: 'met' } },
  { title: 'a set unbounded on the bad side leaves a guardrail open', verdict: 'keep_running', rows: { errors: { ...FLAT, interval: set('interval', -0.01, null) } }, clauses: { errors: 'open' } },
  { title: 'a set unbounded on the bad side and clear of zero violates a guardrail', verdict: 'do_not_ship', rows: { errors: { ...FLAT, interval: set('interval', 0.01, null) } }, clauses: { errors: 'violated' } },
  { title: 'a goal that is met does not outweigh a violated guardrail', verdict: 'do_not_ship', rows: { revenue: WON, latency: effect(0.1, 0.01) }, clauses: { revenue: 'met', latency: 'violated' } },

  { title: 'all goals: one not shown keeps running', verdict: 'keep_running', rule: { goals: [{ metric: 'revenue', claim: 'superiority' }, { metric: 'errors', claim: 'superiority' }], guardrails: [] }, clauses: { revenue: 'met', errors: 'open' } },
  { title: 'any goal: one shown ships', verdict: 'ship', rule: { match: 'any', goals: [{ metric: 'errors', claim: 'superiority' }, { metric: 'revenue', claim: 'superiority' }], guardrails: [] }, clauses: { revenue: 'met', errors: 'open' } },
  { title: 'any goal: one shown does not outweigh one in the wrong direction', verdict: 'do_not_ship', rule: { match: 'any', goals: [{ metric: 'revenue', claim: 'superiority' }, { metric: 'errors', claim: 'superiority' }], guardrails: [] }, rows: { errors: effect(0.2, 0.01) } },

  { title: 'too few units keep running though the goal is shown', verdict: 'keep_running', rule: { minimumUnits: 10_001 }, clauses: { minimum: 'open', revenue: 'met' } },
  { title: 'too few units keep running though a guardrail is violated', verdict: 'keep_running', rule: { minimumUnits: 10_001 }, rows: { errors: effect(0.2, 0.01) } },
  { title: 'too few units keep running though the planned end has passed', verdict: 'keep_running', rule: { minimumUnits: 10_001, ...ended }, rows: { revenue: UNSURE } },
  { title: 'exactly the minimum of units is enough', verdict: 'ship', rule: { minimumUnits: 10_000 } },
  { title: 'too few days keep running', verdict: 'keep_running', rule: { minimumDays: 14.5 }, clauses: { minimum: 'open' } },
  { title: 'exactly the minimum of days is enough', verdict: 'ship', rule: { minimumDays: 14 } },
  { title: 'days that cannot be told keep running', verdict: 'keep_running', rule: { minimumDays: 1 }, summaries: { asOf: null, exposures: { first: null } } },

  { title: 'before the planned end an unmet goal keeps running', verdict: 'keep_running', rule: { plannedEnd: '2026-03-16T00:00:00Z' }, rows: { revenue: UNSURE }, clauses: { deadline: 'open' } },
  { title: 'after the planned end an unmet goal does not ship', verdict: 'do_not_ship', rule: ended, rows: { revenue: UNSURE }, clauses: { deadline: 'violated' } },
  { title: 'at the planned end to the millisecond it has passed', verdict: 'do_not_ship', rule: { plannedEnd: '2026-03-15T01:00:00+01:00' }, rows: { revenue: UNSURE } },
  { title: 'after the planned end an open guardrail does not ship', verdict: 'do_not_ship', rule: ended, rows: { errors: effect(0.02, 0.03) }, clauses: { deadline: 'violated' } },
  { title: 'after the planned end what is shown still ships', verdict: 'ship', rule: ended, clauses: { deadline: 'met' } },
  { title: 'a planned end that no time can be compared with keeps running', verdict: 'keep_running', rule: ended, rows: { revenue: UNSURE }, summaries: { asOf: null }, clauses: { deadline: 'open' } },

  { title: 'a complete definition of done ships', verdict: 'ship', rule: { done }, clauses: { done: 'met' } },
  { title: 'a missing monitoring link keeps running', verdict: 'keep_running', rule: { done: { rollback: done.rollback } }, clauses: { done: 'open' } },
  { title: 'missing rollback criteria keep running', verdict: 'keep_running', rule: { done: { monitoring: done.monitoring } }, clauses: { done: 'open' } },
  { title: 'a missing reliability guardrail keeps running', verdict: 'keep_running', rule: { done, guardrails: [{ metric: 'latency', margin: 0.02 }] }, clauses: { done: 'open' } },
  { title: 'a missing latency guardrail keeps running', verdict: 'keep_running', rule: { done, guardrails: [{ metric: 'errors', margin: 0.05 }] }, clauses: { done: 'open' } },
  { title: 'a waiver with a reason stands for a missing item', verdict: 'ship', rule: { done: { ...done, monitoring: undefined, waived: [{ item: 'monitoring', reason: 'shipped behind an existing dashboard' }] } }, clauses: { done: 'met' } },
  { title: 'after the planned end an incomplete definition of done still waits for its item', verdict: 'keep_running', rule: { ...ended, done: { rollback: done.rollback } } },

  { title: 'a failed blocking check is invalid though all else ships', verdict: 'invalid', checks: [failed], clauses: { check: 'violated' } },
  { title: 'a failed blocking check is invalid though a guardrail is violated', verdict: 'invalid', checks: [failed], rows: { errors: effect(0.2, 0.01) } },
  { title: 'a failed check that does not block leaves the verdict', verdict: 'ship', checks: [passed, { ...failed, blocking: false }] },
  { title: 'a warning of a blocking check leaves the verdict', verdict: 'ship', checks: [{ ...failed, status: 'warn' }] },
];

function decideCase({ rule, rows, checks = [passed], summaries, difference }: Case) {
  const plan = shopPlan({ decision: { ...RULE, ...rule } as Rule });
  const lifts = { revenue: WON, errors: FLAT, latency: FLAT, ...rows };
  const comparisons = Object.entries(lifts).map(([metric, lift]) =>
    comparison(metric, lift, metric === 'revenue' && difference ? { difference } : {}));
  return decide(plan, shopSummaries(summaries), checks, comparisons);
}

describe('decide', () => {
  it.each(CASES)('$title', (given) => {
    const decision = decideCase(given);
    expect(decision.verdict).toBe(given.verdict);
    expect(decision.arm).toBe(given.verdict === 'ship' ? 'treatment' : null);
    for (const [about, status] of Object.entries(given.clauses ?? {})) {
      const found = decision.clauses.filter((clause) => clause.metric === about || (clause.metric === null && clause.kind === about));
      expect(found.length).toBeGreaterThan(0);
      const weakest = (['violated', 'open', 'met'] as const).find((kind) => found.some((clause) => clause.status === kind));
      expect({ about, status: weakest }).toEqual({ about, status });
    }
  });

  it.each(CASES)('says in whole sentences why: $title', (given) => {
    const { clauses, reason } = decideCase(given);
    for (const text of [reason, ...clauses.flatMap((clause) => [clause.sentence, clause.change])]) {
      expect(text).toMatch(/[.!?]$/);
      expect(text).not.toMatch(/NaN|Infinity|undefined|null|\.\.|\s\s/);
    }
  });
});

describe('decide over several arms', () => {
  const arms = [{ name: 'control', weight: 0.34, control: true }, { name: 'small', weight: 0.33 }, { name: 'large', weight: 0.33 }];
  const plan = shopPlan({ arms, decision: { goals: RULE.goals } });
  const summaries = shopSummaries({ exposures: { arms: arms.map(({ name }) => ({ arm: name, units: 10_000 })) } });
  const verdictOf = (small: Comparison['lift'], large: Comparison['lift']) =>
    decide(plan, summaries, [passed], [comparison('revenue', small, { arm: 'small' }), comparison('revenue', large, { arm: 'large' })]);

  it('ships the arm with the larger lift when both may ship', () => {
    expect(verdictOf(effect(0.05, 0.01), effect(0.04, 0.001))).toMatchObject({ verdict: 'ship', arm: 'small' });
    expect(verdictOf(effect(0.05, 0.01), effect(0.06, 0.02))).toMatchObject({ verdict: 'ship', arm: 'large' });
  });
  it('ships the only arm that may, though the other is harmful', () => expect(verdictOf(LOST, WON)).toMatchObject({ verdict: 'ship', arm: 'large' }));
  it('keeps running while one arm may still win', () => expect(verdictOf(LOST, UNSURE)).toMatchObject({ verdict: 'keep_running', arm: null }));
  it('does not ship when every arm is harmful', () => expect(verdictOf(LOST, LOST)).toMatchObject({ verdict: 'do_not_ship', arm: null }));
});

describe('what would change a clause', () => {
  const changeOf = (given: Omit<Case, 'title' | 'verdict'>, metric: string) =>
    decideCase({ title: '', verdict: 'ship', ...given }).clauses.find((clause) => clause.metric === metric)!.change;

  it('counts the units that bring the interval clear of zero', () => {
    // half-width 1.96 % against an estimate of 1 %: (1.96^2 - 1) * 10,000 = 28,400
    expect(changeOf({ rows: { revenue: UNSURE } }, 'revenue')).toContain('About 28,000 more units an arm');
  });
  it('counts the units from the near end of a set whose far end is open', () => {
    const open = { ...UNSURE, adjustedPValue: 0.4, simultaneous: set('interval', -0.0096, null) };
    expect(changeOf({ rows: { revenue: open } }, 'revenue')).toContain('About 28,000 more units an arm');
  });
  it('counts the units that bring the interval clear of the margin', () => {
    // half-width 5.88 % against a slack of 5 % - 2 %: (1.96^2 - 1) * 10,000 = 28,400
    expect(changeOf({ rows: { errors: effect(0.02, 0.03) } }, 'errors')).toContain('About 28,000 more units an arm');
  });
  it('promises nothing of units when the estimate points the wrong way', () =>
    expect(changeOf({ rows: { revenue: effect(-0.01, 0.01) } }, 'revenue')).not.toMatch(/\d/));
  it('promises nothing of units when the estimate is beyond the margin', () =>
    expect(changeOf({ rows: { errors: effect(0.06, 0.05) } }, 'errors')).not.toMatch(/more units an arm/));
  it('gives the remedy of a refusal', () =>
    expect(changeOf({ rows: { errors: refusal } }, 'errors')).toBe('Read the difference instead.'));
});

const lift = fc.record({ estimate: fc.double({ min: -0.5, max: 0.5, noNaN: true }), standardError: fc.double({ min: 1e-4, max: 0.2, noNaN: true }) })
  .map(({ estimate, standardError }) => effect(estimate, standardError));
const rows = fc.record({ revenue: fc.oneof(lift, fc.constant(refusal)), errors: fc.oneof(lift, fc.constant(refusal)), latency: lift });
const statuses = fc.record({
  checks: fc.array(fc.record({ status: fc.constantFrom('pass', 'warn', 'fail'), blocking: fc.boolean() }), { maxLength: 4 })
    .map((list): Check[] => list.map((check) => ({ ...passed, ...check } as Check))),
  rows,
});

describe('laws of decide', () => {
  it('a failed blocking check never ships, and nothing else is invalid', () => fc.assert(fc.property(statuses, ({ checks, rows }) => {
    const { verdict } = decideCase({ title: '', verdict: 'ship', checks, rows });
    expect(verdict === 'invalid').toBe(checks.some((check) => check.blocking && check.status === 'fail'));
  }), { seed: 11 }));

  it('ships only when every clause of the arm is met', () => fc.assert(fc.property(rows, (rows) => {
    const { verdict, clauses } = decideCase({ title: '', verdict: 'ship', rows });
    expect(verdict === 'ship').toBe(clauses.every((clause) => clause.status === 'met'));
  }), { seed: 12 }));

  it('does not hang on the names of the arms', () => fc.assert(fc.property(rows, fc.constantFrom('a', 'zebra', 'Ω "x"'), (rows, name) => {
    const comparisons = (arm: string) => Object.entries(rows).map(([metric, lift]) => comparison(metric, lift, { arm }));
    const arms = (arm: string) => [{ name: 'control', weight: 0.5, control: true }, { name: arm, weight: 0.5 }];
    const run = (arm: string) => decide(shopPlan({ arms: arms(arm) }), shopSummaries({ exposures: { arms: arms(arm).map(({ name }) => ({ arm: name, units: 10_000 })) } }), [passed], comparisons(arm)).verdict;
    expect(run(name)).toBe(run('treatment'));
  }), { seed: 13 }));

  it('does not hang on the order of the arms', () => fc.assert(fc.property(lift, lift, (one, two) => {
    const arms = [{ name: 'control', weight: 0.34, control: true }, { name: 'one', weight: 0.33 }, { name: 'two', weight: 0.33 }];
    const comparisons = [comparison('revenue', one, { arm: 'one' }), comparison('revenue', two, { arm: 'two' })];
    const run = (order: typeof arms) => {
      const { verdict, arm } = decide(shopPlan({ arms: order, decision: { goals: RULE.goals } }), shopSummaries({ exposures: { arms: order.map(({ name }) => ({ arm: name, units: 10_000 })) } }), [passed], comparisons);
      return { verdict, arm };
    };
    fc.pre(one.estimate !== two.estimate);
    expect(run([...arms].reverse())).toEqual(run(arms));
  }), { seed: 14 }));

  it('does not hang on the currency: differences scale, the verdict stays', () => fc.assert(fc.property(lift, rows, fc.constantFrom(0.01, 100, 1e6), (difference, rows, rate) => {
    const run = (scale: number) => decide(shopPlan(), shopSummaries(), [passed], Object.entries(rows).map(([metric, lift]) => comparison(metric, lift, {
      difference: effect(difference.estimate * scale, difference.standardError * scale, { pValue: difference.pValue }),
    }))).verdict;
    expect(run(rate)).toBe(run(1));
  }), { seed: 15 }));
});
