import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { riskAware } from '../../src/stats/design/planning/risk-aware.js';
import { bindInference } from '../../src/stats/claims/bind-inference.js';
import { claimSchema } from '../../src/stats/claims/claim.js';
import { errorAccount, riskAwareDecision, riskAwareSchema, type RiskAwareMetric } from '../../src/stats/claims/risk-aware.js';
import { testClaim } from '../../src/stats/claims/test-claim.js';
import { bayesianNormal } from '../../src/stats/inference/bayesian-normal.js';
import { confidenceSequence } from '../../src/stats/inference/confidence-sequence.js';
import { fixed } from '../../src/stats/inference/fixed.js';
import { groupSequential } from '../../src/stats/inference/group-sequential.js';
import { hybrid } from '../../src/stats/inference/hybrid.js';
import { mixtureSprt } from '../../src/stats/inference/mixture-sprt.js';
import { normalUpperQuantile } from '../../src/stats/numeric/normal.js';
import { stream } from '../../src/stats/numeric/random.js';
import { isRefusal, refuse, type Refusal } from '../../src/stats/refusal.js';
import { standardEffect, standardisedPath, logLooks, threeErrors } from '../inference/paths.js';

const answered = <T>(value: T | Refusal): T => {
  if (isRefusal(value)) throw new Error(value.detail);
  return value;
};
const methods = [
  bindInference(fixed, {}), bindInference(confidenceSequence, {}), bindInference(mixtureSprt, {}), bindInference(hybrid, { isPlannedEnd: true }),
  bindInference(groupSequential, { looks: [0.4, 0.8] }), bindInference(bayesianNormal, { prior: { kind: 'flat' } }),
];

describe('claims', () => {
  it.each(methods.map((method) => [method.name, method] as const))('under %s a claim is shown exactly when its one-sided set is on its side of the margin', (_, method) => {
    const claim = fc.constantFrom(
      { claim: 'superiority', better: 'increase' }, { claim: 'superiority', better: 'decrease' }, { claim: 'inferiority', better: 'increase' },
      { claim: 'non_inferiority', better: 'increase', margin: 1 }, { claim: 'non_inferiority', better: 'decrease', margin: 2 },
      { claim: 'equivalence', lower: -3, upper: 4 },
    );
    fc.assert(fc.property(fc.double({ min: -8, max: 8, noNaN: true }), claim, fc.constantFrom(0.05, 0.2), (z, input, alpha) => {
      const parsed = claimSchema.parse(input);
      const { isShown, interval: { lower, upper }, pValue } = answered(testClaim(standardEffect(z, 3000), parsed, method, alpha));
      if (Math.abs(pValue - alpha) < 1e-9) return;
      const above = (bound: number): boolean => lower !== null && lower > bound;
      const below = (bound: number): boolean => upper !== null && upper < bound;
      switch (parsed.claim) {
        case 'superiority': return expect(isShown).toBe(parsed.better === 'increase' ? above(0) : below(0));
        case 'inferiority': return expect(isShown).toBe(below(0));
        case 'non_inferiority': return expect(isShown).toBe(parsed.better === 'increase' ? above(-1) : below(2));
        case 'equivalence': return expect(isShown).toBe(above(-3) && below(4));
      }
    }), { seed: 6, numRuns: 60 });
  });

  it('a change of sign with the direction that is better, and of unit with the margin, changes nothing', () => {
    const up = answered(testClaim({ estimate: -0.2, standardError: 0.3, degreesOfFreedom: 80, n: 82 }, { claim: 'non_inferiority', better: 'increase', margin: 1 }, methods[0]!, 0.05));
    const down = answered(testClaim({ estimate: 20, standardError: 30, degreesOfFreedom: 80, n: 82 }, { claim: 'non_inferiority', better: 'decrease', margin: 100 }, methods[0]!, 0.05));
    expect(down.pValue).toBeCloseTo(up.pValue, 14);
    expect(down.isShown).toBe(up.isShown);
  });

  it('equivalence errs in at most 5 % at the edge of its region, and near that when the region is wide', () => {
    const replications = 4000;
    const rate = (margin: number): number => Array.from({ length: replications }, (_, i) => margin + stream(41, i).normal())
      .filter((z) => answered(testClaim(standardEffect(z, 100), { claim: 'equivalence', lower: -margin, upper: margin }, methods[0]!, 0.05)).isShown).length / replications;
    expect(rate(1)).toBeLessThanOrEqual(0.05);
    expect(Math.abs(rate(6) - 0.05)).toBeLessThan(threeErrors(0.05, replications));
  });

  it('non-inferiority under a confidence sequence, watched at 100 looks, errs in at most 5 % at the margin', () => {
    const looks = logLooks(100, 1e5, 100);
    const method = bindInference(confidenceSequence, { tuningUnits: 1500 });
    let shown = 0;
    for (let path = 0; path < 300; path++) {
      const z = standardisedPath(42, path, looks);
      // the true loss is the margin, 1 in units of sd / sqrt n
      if (z.some((value, k) => answered(testClaim({ estimate: value - 1, standardError: 1, degreesOfFreedom: null, n: looks[k]! }, { claim: 'non_inferiority', better: 'increase', margin: 1 }, method, 0.05)).isShown)) shown++;
    }
    expect(shown / 300).toBeLessThanOrEqual(0.05 + 0.01);
  });

  it('a refused effect stays refused, with its sentence', () => {
    const refusal = refuse('zero_variance', 'a difference needs an arm that varies', 'Check that the metric is recorded.');
    expect(testClaim(refusal, { claim: 'superiority', better: 'increase' }, methods[0]!, 0.05)).toBe(refusal);
    expect(claimSchema.safeParse({ claim: 'non_inferiority', margin: 0 }).success).toBe(false);
    expect(claimSchema.safeParse({ claim: 'equivalence', lower: 0.1, upper: 0.2 }).success).toBe(false);
  });
});

/** Metrics with correlated, unit-variance estimates around `truths`. */
function metricsAt(truths: readonly number[], roles: readonly RiskAwareMetric['role'][], margin: number, seed: number, replicate: number, correlation = 0.3): RiskAwareMetric[] {
  const random = stream(seed, replicate);
  const common = random.normal();
  return roles.map((role, i) => ({
    name: `m${i}`, role, better: 'increase', margin,
    effect: standardEffect(truths[i]! + Math.sqrt(correlation) * common + Math.sqrt(1 - correlation) * random.normal(), 1000),
  }));
}

describe('the risk-aware rule', () => {
  const roles = ['goal', 'goal', 'guardrail', 'guardrail', 'guardrail'] as const;
  const rule = riskAwareSchema.parse({ power: 0.8 });
  const errors = answered(errorAccount(roles.map((role, i) => ({ name: `m${i}`, role, margin: 1 })), rule));
  const shipRate = (truths: readonly number[], margin: number, replications: number, seed: number, r = rule): number => Array.from({ length: replications }, (_, i) =>
    answered(riskAwareDecision(metricsAt(truths, roles, margin, seed, i), r, methods[0]!)).verdict).filter((verdict) => verdict === 'ship').length / replications;

  it('shares alpha over the goals, leaves guardrails theirs, and shares beta over all that must hold', () => {
    expect(errors).toEqual({ alphaPerGoal: 0.0125, alphaPerGuardrail: 0.025, alphaPerDeterioration: 0, betaPerClause: expect.closeTo(0.05, 12), falseShip: 0.025 });
    const all = answered(errorAccount([{ name: 'a', role: 'goal' }, { name: 'b', role: 'goal' }], riskAwareSchema.parse({ match: 'all', falseAlarms: 0.1 })));
    expect(all).toEqual({ alphaPerGoal: 0.025, alphaPerGuardrail: 0.025, alphaPerDeterioration: 0.05, betaPerClause: expect.closeTo(0.05, 12), falseShip: 0.025 });
  });

  it('agrees with its planner on every share', () => {
    const metric = { proportion: { rate: 0.1 } };
    const planned = riskAware.plan(riskAware.options.parse({
      goals: [{ name: 'm0', metric, effect: 0.05 }, { name: 'm1', metric, effect: 0.05 }],
      guardrails: ['m2', 'm3', 'm4'].map((name) => ({ name, metric, margin: 0.03 })),
    }), {});
    if (isRefusal(planned)) throw new Error(planned.detail);
    expect(planned.alphaPerGoal / 2).toBeCloseTo(errors.alphaPerGoal, 14);
    expect(planned.betaPerClause).toBeCloseTo(errors.betaPerClause, 14);
  });

  it('ships in at most alpha / 2 when no goal is better, or when one guardrail loses its margin', () => {
    const replications = 6000;
    expect(shipRate([0, 0, 9, 9, 9], 4, replications, 43)).toBeLessThanOrEqual(errors.falseShip + threeErrors(errors.falseShip, replications));
    const lost = shipRate([9, 9, 9, -4, 9], 4, replications, 44);
    expect(lost).toBeLessThanOrEqual(errors.falseShip + threeErrors(errors.falseShip, replications));
    expect(lost).toBeGreaterThan(errors.falseShip - threeErrors(errors.falseShip, replications));
  });

  it('ships at least as often as it promised when each test has the power it was given', () => {
    const goal = normalUpperQuantile(errors.alphaPerGoal) + normalUpperQuantile(errors.betaPerClause);
    const margin = normalUpperQuantile(errors.alphaPerGuardrail) + normalUpperQuantile(errors.betaPerClause);
    expect(shipRate([goal, 0, 0, 0, 0], margin, 4000, 45)).toBeGreaterThanOrEqual(rule.power - 0.01);
    const cautious = riskAwareSchema.parse({ power: 0.8, falseAlarms: 0.05 });
    const shares = answered(errorAccount(roles.map((role, i) => ({ name: `m${i}`, role, margin: 1 })), cautious));
    const [g, m] = [shares.alphaPerGoal, shares.alphaPerGuardrail].map((alpha) => normalUpperQuantile(alpha) + normalUpperQuantile(shares.betaPerClause)) as [number, number];
    expect(shipRate([g, 0, 0, 0, 0], m, 4000, 46, cautious)).toBeGreaterThanOrEqual(0.8 - 0.01);
  });

  it('does not ship what is shown to get worse, or an experiment whose checks failed', () => {
    const cautious = riskAwareSchema.parse({ falseAlarms: 0.05 });
    const worse: RiskAwareMetric[] = [
      { name: 'goal', role: 'goal', better: 'increase', effect: standardEffect(6, 1000) },
      { name: 'latency', role: 'watched', better: 'decrease', effect: standardEffect(5, 1000) },
    ];
    expect(answered(riskAwareDecision(worse, cautious, methods[0]!)).verdict).toBe('do_not_ship');
    expect(answered(riskAwareDecision(worse, rule, methods[0]!)).verdict).toBe('ship');
    expect(answered(riskAwareDecision(worse, rule, methods[0]!, ['sample_ratio'])).verdict).toBe('do_not_ship');
  });

  it('refuses a rule without a goal, a guardrail without a margin, and no room for power', () => {
    const goal = { name: 'g', role: 'goal' } as const;
    expect(errorAccount([], rule)).toMatchObject({ status: 'refused', remedy: expect.stringContaining('should improve') });
    expect(errorAccount([goal, { name: 'h', role: 'guardrail' }], rule)).toMatchObject({ status: 'refused', detail: expect.stringContaining('margin above 0') });
    expect(errorAccount([goal], riskAwareSchema.parse({ power: 0.95, falseAlarms: 0.06 }))).toMatchObject({ status: 'refused' });
  });
});
