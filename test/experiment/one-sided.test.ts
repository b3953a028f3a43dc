import { describe, expect, it } from '@jest/globals';
import { conclude } from '../../src/analyze.js';
import type { Comparison, EffectEstimate } from '../../src/experiment/analysis.js';
import { planSchema, type PlanInput } from '../../src/experiment/plan.js';
import type { MetricSummary, Summaries } from '../../src/experiment/summaries.js';
import { boundaryOf } from '../../src/stats/inference/group-sequential/boundary.js';
import { groupSequential } from '../../src/stats/inference/group-sequential.js';
import { inferences } from '../../src/stats/inference/index.js';
import type { Inference } from '../../src/stats/inference/inference.js';
import { isRefusal } from '../../src/stats/refusal.js';
import { standardEffect } from '../inference/paths.js';
import { shopPlan, shopSummaries } from './fixtures.js';

const DAYS = ['2026-03-01', '2026-03-02', '2026-03-03', '2026-03-04'];

/** Mean 10 and standard deviation 20, the same number of units each day; the lift of each day's cohort is given. */
function metricOf(metric: string, lifts: readonly number[], perDay: number): MetricSummary {
  const moments = (mean: number, n: number) => ({ kind: 'moments' as const, n, columns: ['y'], mean: [mean], scatter: [[400 * (n - 1)]] });
  const average = lifts.reduce((sum, lift) => sum + lift / lifts.length, 0);
  return {
    metric, outcomes: ['y'], covariates: [], bounds: [], immature: 0,
    cells: [['control', 0] as const, ['treatment', average] as const].map(([arm, lift]) => ({ arm, segment: null, summary: moments(10 * (1 + lift), perDay * lifts.length) })),
    days: lifts.flatMap((lift, d) => [['control', 0] as const, ['treatment', lift] as const].map(([arm, of]) => ({ day: DAYS[d]!, arm, summary: moments(10 * (1 + of), perDay) }))),
  };
}
function dataOf(lifts: Readonly<Record<string, readonly number[]>>, perDay = 2000): Summaries {
  const days = Object.values(lifts)[0]!.length;
  const each = (units: number) => ['control', 'treatment'].map((arm) => ({ arm, units }));
  return shopSummaries({
    exposures: { units: 2 * perDay * days, arms: each(perDay * days), days: DAYS.slice(0, days).flatMap((day) => each(perDay).map((row) => ({ day, ...row }))) },
    metrics: Object.entries(lifts).map(([name, of]) => metricOf(name, of, perDay)),
  });
}
const estimated = (effect: Comparison['lift'] | undefined): EffectEstimate => { if (effect?.status !== 'estimated') throw new Error(effect?.detail ?? 'absent'); return effect; };
const liftOf = (comparisons: readonly Comparison[], name: string) => estimated(comparisons.find(({ metric }) => metric === name)?.lift);

const NEEDED: Readonly<Record<string, object>> = { group_sequential: { plannedUnits: 20_000 } };
const SIDED = (inferences as unknown as readonly Inference[]).filter(({ posterior, readsBatches }) => !posterior && !readsBatches).map(({ name }) => ({ method: name, ...NEEDED[name] }) as PlanInput['inference'] & { method: string });
const GOALS = { decision: { goals: [{ metric: 'revenue', claim: 'superiority' as const }, { metric: 'errors', claim: 'superiority' as const }], match: 'any' as const, minimumUnits: 2 } };

describe('a one-sided plan', () => {
  it.each(SIDED)('$method: one end, on the worse side of each metric, and leaves out none exactly when the p-value is below alpha', async (inference) => {
    const seen = new Set<boolean>();
    for (const size of [-0.3, 0.02, 0.06, 0.065, 0.07, 0.3]) {
      const { comparisons } = await conclude(shopPlan({ ...GOALS, correction: 'none', inference: { ...inference, alternative: 'better' } as PlanInput['inference'] }),
        dataOf({ revenue: Array<number>(4).fill(size), errors: Array<number>(4).fill(-size) }));
      const [revenue, errors] = [liftOf(comparisons, 'revenue'), liftOf(comparisons, 'errors')];
      expect([revenue.interval.upper, errors.interval.lower]).toEqual([null, null]);
      expect([size, revenue.interval.lower! > 0, errors.interval.upper! < 0]).toEqual([size, revenue.pValue < 0.05, errors.pValue < 0.05]);
      seen.add(revenue.pValue < 0.05);
      if (size < 0) expect(Math.min(revenue.pValue, errors.pValue)).toBeGreaterThan(0.99);
    }
    expect(seen.size).toBe(2);
  });

  it('shows with all of alpha on one side what a two-sided plan does not show yet, and says so', async () => {
    const at = async (alternative?: 'better') => conclude(shopPlan({ ...GOALS, inference: { method: 'confidence_sequence', ...(alternative && { alternative }) } }), dataOf({ revenue: Array<number>(4).fill(0.093), errors: [0, 0, 0, 0] }));
    const [both, better] = await Promise.all([at(), at('better')]);
    expect([liftOf(both.comparisons, 'revenue').pValue, liftOf(better.comparisons, 'revenue').pValue].map((p) => p < 0.05)).toEqual([false, true]);
    expect(better.comparisons[0]!.method).toMatch(/asymptotic confidence sequence, tightest at 5000 units, one-sided$/);
    const last = better.timelines[0]!.points.at(-1)!;
    expect(last.upper).toBeNull();
    expect(last.lower!).toBeGreaterThan(both.timelines[0]!.points.at(-1)!.lower!);
  });

  it('refuses what has two sides or sides of its own', () => {
    const issues = (overrides: object) => planSchema.safeParse({ ...shopPlan(), inference: { method: 'fixed', alternative: 'better' }, ...overrides }).error?.issues.map(({ message }) => message) ?? [];
    expect(issues({})).toEqual([]);
    expect(issues({ decision: { goals: [{ metric: 'revenue', claim: 'equivalence', margin: 0.1 }] } })).toEqual([expect.stringMatching(/two sides/)]);
    expect(issues({ decision: { goals: [{ metric: 'revenue', claim: 'superiority' }], rule: { kind: 'risk_aware' } } })).toEqual([expect.stringMatching(/leave inference.alternative out/)]);
    expect(planSchema.safeParse({ ...shopPlan(), inference: { method: 'bayesian', alternative: 'better' } }).success).toBe(false);
  });
});

describe('futility that binds', () => {
  const plan = (futility: object | undefined, overrides: Partial<PlanInput> = {}) => shopPlan({
    ...GOALS, correction: 'none', inference: { method: 'group_sequential', plannedUnits: 16_000, looks: [0.25, 0.5, 0.75, 1], spending: { family: 'pocock' }, alternative: 'better', ...(futility && { futility }) } as PlanInput['inference'], ...overrides,
  });
  const FUTILITY = { beta: 0.2, spending: { family: 'pocock' } };

  it('lowers the boundary that rejects, for goals and for no other row', async () => {
    const read = async (futility: object) => conclude(plan(futility), dataOf({ revenue: [0.05, 0.05, 0.05], errors: [0, 0, 0], latency: [0, 0, 0] }));
    const [free, bound] = await Promise.all([read(FUTILITY), read({ ...FUTILITY, binding: true })]);
    expect(liftOf(bound.comparisons, 'revenue').stopping!.efficacy!).toBeLessThan(liftOf(free.comparisons, 'revenue').stopping!.efficacy! - 0.02);
    expect(liftOf(bound.comparisons, 'revenue').pValue).toBeLessThan(liftOf(free.comparisons, 'revenue').pValue);
    expect(liftOf(bound.comparisons, 'latency')).toEqual(liftOf(free.comparisons, 'latency'));
  });

  it('is over where the statistic was below the bound at an earlier look, whatever it is now', async () => {
    const data = dataOf({ revenue: [-0.05, 0, 0.4], errors: [0.1, 0, -0.01] });
    const { comparisons, decision } = await conclude(plan({ ...FUTILITY, binding: true }, { decision: { goals: [{ metric: 'revenue', claim: 'superiority' }], minimumUnits: 2 }, correction: 'holm' }), data);
    const lift = liftOf(comparisons, 'revenue');
    expect(lift).toMatchObject({ pValue: 1, interval: { shape: 'line' }, simultaneous: { shape: 'line' }, stopping: { look: 1, stop: 'futility' } });
    expect(lift.stopping!.statistic).toBeLessThan(lift.stopping!.futility!);
    expect(decision).toMatchObject({ verdict: 'do_not_ship' });
    expect(decision.clauses.find(({ kind }) => kind === 'goal')!.change).toMatch(/must stop for futility, and look 1 was below/);
    const free = await conclude(plan(FUTILITY), data);
    expect(liftOf(free.comparisons, 'revenue').pValue).toBeLessThan(0.05);
  });

  it('goes on after a look that was not below its bound, and after one that had rejected', async () => {
    const at = async (lifts: readonly number[]) => liftOf((await conclude(plan({ ...FUTILITY, binding: true }), dataOf({ revenue: lifts, errors: lifts }))).comparisons, 'revenue');
    expect((await at([0.06, 0.06, 0.06])).stopping).toMatchObject({ look: 3, stop: null });
    expect((await at([0.3, -0.4, 0.4])).stopping).toMatchObject({ look: 3, stop: 'efficacy' });
  });

  it('has level alpha for a statistic at the boundary of the test that must stop, and at nulls beyond none that of the free test', () => {
    const looks = [0.25, 0.5, 0.75];
    const options = groupSequential.options.parse({ looks, spending: { family: 'pocock' }, isOneSided: true, futility: { ...FUTILITY, drift: 2.9, binding: true } });
    const design = { alpha: 0.05, sides: 1 as const, spending: { family: 'pocock' as const }, plannedInformation: 1 };
    const [bound, free] = [{ ...design, futility: { beta: 0.2, spending: { family: 'pocock' as const }, drift: 2.9, binding: true } }, design].map((of) => {
      const state = boundaryOf(of, looks);
      if (isRefusal(state)) throw new Error(state.detail);
      return state.looks.at(-1)!.upper!;
    }) as [number, number];
    expect(bound).toBeLessThan(free - 0.02);
    expect(groupSequential.pValue(standardEffect(bound, 100), 0, 'greater', options)).toBeCloseTo(0.05, 7);
    const { estimate, standardError } = standardEffect(free + 1, 100);
    const beyond = groupSequential.interval(standardEffect(free + 1, 100), 0.05, 'greater', options);
    expect(beyond.lower).toBeCloseTo(estimate - free * standardError, 9);
    expect(groupSequential.pValue(standardEffect(free + 1, 100), beyond.lower!, 'greater', options)).toBeCloseTo(0.05, 7);
    expect(groupSequential.interval(standardEffect((bound + free) / 2, 100), 0.05, 'greater', options).lower).toBe(0);
    expect(groupSequential.interval(standardEffect(bound - 1, 100), 0.05, 'greater', options).lower! / standardEffect(bound - 1, 100).standardError).toBeCloseTo(-1, 9);
  });

  it('is refused where the looks before cannot be read again, or the test has two sides', () => {
    const issues = (overrides: object) => planSchema.safeParse({ ...plan({ ...FUTILITY, binding: true }), ...overrides }).error?.issues.map(({ message }) => message) ?? [];
    expect(issues({})).toEqual([]);
    expect(issues({ inference: { method: 'group_sequential', plannedUnits: 100, futility: { binding: true } } })).toEqual([expect.stringMatching(/needs a one-sided test/)]);
    expect(issues({ decision: { goals: [{ metric: 'revenue', claim: 'non_inferiority', margin: 0.1 }] } })).toEqual([expect.stringMatching(/gives up goals of superiority/)]);
    expect(issues({ exposures: { unit: 'user', arm: 'arm', attributes: ['country'] } })).toEqual([expect.stringMatching(/no time column/)]);
  });
});
