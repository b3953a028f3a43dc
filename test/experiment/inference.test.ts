import { describe, expect, it } from '@jest/globals';
import { conclude } from '../../src/analyze.js';
import type { Comparison, EffectEstimate } from '../../src/experiment/analysis.js';
import { inferenceSchema } from '../../src/experiment/inference.js';
import { planHash } from '../../src/experiment/lock.js';
import { planSchema, type PlanInput } from '../../src/experiment/plan.js';
import type { MetricSummary, Summaries } from '../../src/experiment/summaries.js';
import { corrections } from '../../src/stats/corrections/index.js';
import { inferences } from '../../src/stats/inference/index.js';
import { boundaryOf } from '../../src/stats/inference/group-sequential/boundary.js';
import { repeatedCritical } from '../../src/stats/inference/group-sequential/repeated-critical.js';
import type { ConfidenceSet, Inference } from '../../src/stats/inference/inference.js';
import { shopPlan, shopSummaries } from './fixtures.js';

/** What a plan must state of a method that does not do without. */
const NEEDED: Readonly<Record<string, object>> = { group_sequential: { plannedUnits: 20_000 } };
/** Those that read batches need days and bounds: anytime-exact.test.ts. */
const METHODS = (inferences as unknown as readonly Inference[]).filter(({ readsBatches }) => !readsBatches).map(({ name }) => ({ method: name, ...NEEDED[name] }) as PlanInput['inference'] & { method: string });

/** Methods for shares of units: their plans have proportions in the place of means. */
const FOR_SHARES = new Set(['beta_binomial']);
const planOf = (inference: PlanInput['inference'] & { method: string }, overrides: Partial<PlanInput> = {}) => shopPlan({
  inference, ...overrides,
  ...(FOR_SHARES.has(inference.method) && { metrics: ['revenue', 'errors', 'latency'].map((name) => ({ kind: 'proportion' as const, name, fact: 'orders' })) }),
});

/** Lifts of a metric with mean 10 and standard deviation 20, in arms of n; of a share of 10 %. */
const metricOf = (metric: string, lift: number, n: number, isShare = false): MetricSummary => ({
  metric, outcomes: ['y'], covariates: [], days: [], bounds: [], immature: 0,
  cells: [['control', 1], ['treatment', 1 + lift]].map(([arm, factor]) => {
    const mean = (factor as number) * (isShare ? 0.1 : 10);
    return { arm: arm as string, segment: null, summary: { kind: 'moments', n, columns: ['y'], mean: [mean], scatter: [[isShare ? n * mean * (1 - mean) : 400 * (n - 1)]] } };
  }),
});
const DAYS = ['2026-03-01', '2026-03-02', '2026-03-03', '2026-03-04'];
function dataOf(lifts: Readonly<Record<string, number>>, n = 8000, isShare = false): Summaries {
  const each = (units: number) => ['control', 'treatment'].map((arm) => ({ arm, units }));
  return shopSummaries({
    exposures: { units: 2 * n, arms: each(n), days: DAYS.flatMap((day) => each(n / DAYS.length).map((row) => ({ day, ...row }))) },
    metrics: Object.entries(lifts).map(([name, lift]) => metricOf(name, lift, n, isShare)),
  });
}
const LIFTS = [-0.12, -0.03, 0, 0.02, 0.062, 0.07, 0.075, 0.08, 0.1, 0.3];

const estimated = (effect: Comparison['lift']): EffectEstimate => { if (effect.status !== 'estimated') throw new Error(effect.detail); return effect; };
const excludesZero = ({ shape, lower, upper }: ConfidenceSet): boolean => (shape === 'complement' ? lower! < 0 && upper! > 0
  : shape === 'interval' && ((lower !== null && lower > 0) || (upper !== null && upper < 0)));
/** Ends that were cut at the null are not part of a simultaneous set. */
const leavesOutZero = (set: ConfidenceSet): boolean => excludesZero(set) || (set.shape === 'interval' && (set.lower === 0 || set.upper === 0));

describe('inference of a plan', () => {
  it('is every method of the registry by its name, and no other', () => {
    for (const inference of METHODS) expect(inferenceSchema.parse(inference).method).toBe(inference.method);
    expect(() => inferenceSchema.parse({ method: 'guess' })).toThrow();
    expect(() => inferenceSchema.parse({ method: 'fixed', tuningUnits: 5 })).toThrow();
  });

  it('keeps what plans have said of fixed and confidence sequence, so that their hashes stand', () => {
    expect(inferenceSchema.parse({ method: 'fixed' })).toEqual({ method: 'fixed' });
    expect(inferenceSchema.parse({ method: 'confidence_sequence' })).toEqual({ method: 'confidence_sequence', tuningUnits: 5000 });
    expect(() => inferenceSchema.parse({ method: 'confidence_sequence', designAlpha: 0.1 })).toThrow();
    expect(planHash(shopPlan())).toBe('35814a9cd340a97641e177c5fccdad92e411551897131c85ce3e9893d07eb334');
    expect(planHash(shopPlan({ inference: { method: 'confidence_sequence' } }))).toBe('cf00bc30a4f74a5c386d167862ba21fb84523c3d2636a337bce855f03edafebe');
  });

  it.each(METHODS)('$method: the interval of a row leaves out no effect exactly when its p-value is below alpha', async (inference) => {
    const seen = new Set<boolean>();
    for (const lift of LIFTS) {
      const { comparisons } = await conclude(planOf(inference, { correction: 'none' }), dataOf({ revenue: lift }, 8000, FOR_SHARES.has(inference.method)));
      for (const effect of [comparisons[0]!.lift, comparisons[0]!.difference].map(estimated)) {
        expect([lift, excludesZero(effect.interval)]).toEqual([lift, effect.pValue < 0.05]);
        seen.add(effect.pValue < 0.05);
      }
    }
    expect(seen.size).toBe(2);
  });

  const PAIRS = METHODS.flatMap((inference) => Object.keys(corrections).map((correction) => ({ inference, correction: correction as PlanInput['correction'] & string, method: inference.method })))
    .filter(({ method, correction }) => corrections[correction].reads !== 'e_values' || inferences.find(({ name }) => name === method)!.eValue !== undefined)
    .filter(({ correction }) => correction !== 'none')
    // an integral a chance: one correction that keeps far ends open and one that does not
    .filter(({ method, correction }) => method !== 'beta_binomial' || ['holm', 'benjamini_hochberg'].includes(correction));
  it.each(PAIRS)('$method with $correction: adjusted p-value and simultaneous set of a row say the same', async ({ inference, correction }) => {
    const goals = ['revenue', 'errors', 'latency'].map((metric, i) => ({ metric, claim: 'superiority' as const, tier: i + 1 }));
    for (const [first, second, third] of [[0.3, 0.08, 0.02], [0.075, 0.07, 0.3], [0, 0.3, 0.3], [0.2, 0.2, -0.2]] as const) {
      const { comparisons } = await conclude(planOf(inference, { correction, decision: { goals } }), dataOf({ revenue: first, errors: second, latency: third }, 8000, FOR_SHARES.has(inference.method)));
      for (const { metric, lift } of comparisons) {
        const { adjustedPValue, simultaneous, pValue } = estimated(lift);
        expect([metric, leavesOutZero(simultaneous!)]).toEqual([metric, adjustedPValue! <= 0.05]);
        if (correction !== 'e_benjamini_hochberg') expect(adjustedPValue!).toBeGreaterThanOrEqual(pValue * (1 - 1e-12));
      }
    }
  });

  it('a correction that reads e-values is refused by the plan for a method without them', () => {
    const parse = (inference: object) => planSchema.safeParse({ ...shopPlan(), inference, correction: 'e_benjamini_hochberg' });
    expect(parse({ method: 'fixed' }).error!.issues).toMatchObject([{ path: ['correction'], message: 'correction e_benjamini_hochberg reads e-values, and inference fixed has none: plan one that has (confidence_sequence, mixture_sprt, hybrid, anytime_exact), or another correction' }]);
    expect(parse({ method: 'mixture_sprt' }).success).toBe(true);
  });

  it('gatekeeping tests a goal of the second tier only when the first is met', async () => {
    const goals = [{ metric: 'revenue', claim: 'superiority' as const, tier: 2 }, { metric: 'errors', claim: 'superiority' as const, tier: 1 }];
    const adjusted = async (errors: number) => {
      const { comparisons } = await conclude(shopPlan({ correction: 'gatekeeping', decision: { goals } }), dataOf({ revenue: 0.3, errors }));
      return estimated(comparisons[0]!.lift).adjustedPValue!;
    };
    expect(await adjusted(0)).toBe(1);
    expect(await adjusted(0.3)).toBeLessThan(1e-6);
  });

  it('e-values of the sequential methods are one over their p-values where the two are of one kind', async () => {
    for (const method of ['confidence_sequence', 'mixture_sprt'] as const) {
      const { comparisons } = await conclude(shopPlan({ inference: { method } }), dataOf({ revenue: 0.1 }));
      const { eValue, pValue } = estimated(comparisons[0]!.lift);
      expect(1 / eValue!).toBeCloseTo(pValue, 12);
    }
  });

  it('the verdict of a sequential plan rests on the always-valid p-value', async () => {
    const at = async (inference: PlanInput['inference']) => (await conclude(shopPlan({ inference, decision: { goals: [{ metric: 'revenue', claim: 'superiority' }] } }), dataOf({ revenue: 0.07 }))).decision.verdict;
    expect(await at({ method: 'fixed' })).toBe('ship');
    expect(await at({ method: 'confidence_sequence' })).toBe('keep_running');
    expect(await at({ method: 'mixture_sprt' })).toBe('keep_running');
  });
});

describe('group sequential plans', () => {
  const width = async (inference: object, summaries = dataOf({ revenue: 0.05 })) => {
    const { comparisons } = await conclude(shopPlan({ inference: { method: 'group_sequential', plannedUnits: 20_000, ...inference } as PlanInput['inference'] }), summaries);
    const { lower, upper } = estimated(comparisons[0]!.difference).interval;
    return { width: upper! - lower!, method: comparisons[0]!.method };
  };

  it('count a look at the end of every day of exposure, unless the plan gives their shares', async () => {
    expect((await width({})).method).toMatch(/look 4, at 80% of the planned information/);
    expect((await width({ looks: [0.5, 1] })).method).toMatch(/look 2, at 80%/);
    expect((await width({ looks: [0.5, 1] })).width).toBeLessThan((await width({ spending: { family: 'pocock' } })).width);
  });

  it('have the same boundary whether it is continued from the looks before or walked anew', () => {
    const design = { spending: { family: 'obrien_fleming' as const }, plannedInformation: 1 };
    const anew = (looks: readonly number[], alpha: number) => {
      const state = boundaryOf({ ...design, alpha, sides: 2 }, looks);
      return 'status' in state ? null : state.looks.at(-1)!.upper;
    };
    const [a, b, c] = [[0.2], [0.2, 0.5], [0.2, 0.5, 0.9]] as const;
    for (const [looks, alpha] of [[a, 0.05], [b, 0.05], [c, 0.05], [b, 0.05], [c, 0.01], [[0.3, 0.5, 0.9], 0.01], [c, 0.01]] as const) {
      expect(repeatedCritical({ ...design, looks }, alpha, 2)).toBe(anew(looks, alpha));
    }
  });

  it('read the end once when the plan is over-run, with all that is left, and refuse the looks after it', async () => {
    const { width: over, method } = await width({ plannedUnits: 15_000 });
    expect(method).toMatch(/look 4, at 107%/);
    const fixed = 2 * 1.96 * Math.sqrt(800 / 8000);
    expect(over).toBeGreaterThan(fixed);
    expect(over).toBeLessThan(1.1 * fixed);
    const { comparisons } = await conclude(shopPlan({ inference: { method: 'group_sequential', plannedUnits: 10_000 } }), dataOf({ revenue: 0.05 }));
    expect(comparisons[0]!.lift).toMatchObject({ status: 'refused', detail: 'group sequential came to its end at 12000 units of 10000 planned, and has no error rate left for the look at 16000' });
  });

  /** Mean 10, standard deviation 20, 8000 units an arm: a lift of 1 % is 0.316 standard errors. */
  const read = async (lift: number, inference: object, plan: Partial<PlanInput> = {}, n = 8000) => {
    const { comparisons, decision } = await conclude(shopPlan({
      inference: { method: 'group_sequential', plannedUnits: 20_000, looks: [0.4, 0.8, 1], ...inference } as PlanInput['inference'], decision: { goals: [{ metric: 'revenue', claim: 'superiority' }], minimumUnits: 2 }, ...plan,
    }), dataOf({ revenue: lift }, n));
    return { goal: decision.clauses.find(({ kind }) => kind === 'goal')!, verdict: decision.verdict, difference: estimated(comparisons[0]!.difference), lift: estimated(comparisons[0]!.lift), stopping: estimated(comparisons[0]!.lift).stopping! };
  };

  it('go on between their boundaries, and say where the statistic stands', async () => {
    const { stopping, verdict } = await read(0.03, {});
    expect(stopping).toMatchObject({ look: 2, share: 0.8, futility: null, stop: null, stageWise: null });
    expect(stopping.statistic).toBeCloseTo(0.3 / Math.sqrt(800 / 8000), 2);
    expect(verdict).toBe('keep_running');
  });

  it('stop for efficacy or harm exactly when the repeated p-value is below alpha, with a median-unbiased estimate nearer to none', async () => {
    const seen = new Set<unknown>();
    for (const metricLift of [-0.12, -0.07, 0.02, 0.062, 0.07, 0.075, 0.08, 0.1]) {
      const { lift, difference, stopping } = await read(metricLift, {});
      expect(stopping.stop !== null).toBe(lift.pValue < 0.05);
      if (stopping.stop === null) continue;
      seen.add(stopping.stop);
      for (const effect of [lift, difference]) {
        const { stageWise } = effect.stopping!;
        if (stageWise?.status !== 'estimated') throw new Error('refused');
        expect(Math.abs(stageWise.medianUnbiased)).toBeLessThan(Math.abs(effect.estimate));
        expect(excludesZero(stageWise.interval)).toBe(stageWise.pValue < 0.05);
        expect(stageWise.interval.lower!).toBeLessThan(stageWise.medianUnbiased);
        expect(stageWise.interval.upper!).toBeGreaterThan(stageWise.medianUnbiased);
      }
    }
    expect(seen).toEqual(new Set(['efficacy', 'harm']));
  });

  it('give at the first look, when it is the last, the fixed answer', async () => {
    const { difference, stopping } = await read(0.07, { looks: [1], plannedUnits: 16_000 });
    if (stopping.stageWise?.status !== 'estimated') throw new Error('refused');
    const stageWise = difference.stopping!.stageWise as NonNullable<typeof stopping.stageWise> & { readonly status: 'estimated' };
    expect(stageWise.medianUnbiased).toBeCloseTo(difference.estimate, 6);
    expect(stageWise.interval.lower!).toBeCloseTo(difference.estimate - 1.959964 * difference.standardError, 6);
    expect(stageWise.interval.upper!).toBeCloseTo(difference.estimate + 1.959964 * difference.standardError, 6);
  });

  it('may stop for futility when the effect that was planned for is implausible, without a change of any interval', async () => {
    const [without, futile] = await Promise.all([read(0.001, {}), read(0.001, { futility: {} })]);
    expect(without).toMatchObject({ verdict: 'keep_running', goal: { status: 'open' } });
    expect(futile).toMatchObject({ verdict: 'do_not_ship', goal: { status: 'violated' }, stopping: { stop: 'futility' } });
    expect(futile.stopping.statistic).toBeLessThan(futile.stopping.futility!);
    expect(futile.goal.sentence).toMatch(/implausible/);
    expect(futile.lift.interval).toEqual(without.lift.interval);
    expect((await read(0.06, { futility: {} })).stopping.stop).toBeNull();
  });

  it('look for futility on the side that is better', async () => {
    const errors = { decision: { goals: [{ metric: 'errors', claim: 'superiority' as const }], minimumUnits: 2 }, inference: { method: 'group_sequential' as const, plannedUnits: 20_000, looks: [0.4, 0.8, 1], futility: {} } };
    const stopAt = async (lift: number) => estimated((await conclude(shopPlan(errors), dataOf({ errors: lift }))).comparisons.find(({ metric }) => metric === 'errors')!.lift).stopping!.stop;
    expect(await stopAt(0.04)).toBe('futility');
    expect(await stopAt(-0.06)).toBeNull();
    expect(await stopAt(-0.1)).toBe('efficacy');
  });

  it('end with nothing shown at the planned information, which is a reason not to ship', async () => {
    expect(await read(0.02, { plannedUnits: 16_000 })).toMatchObject({ verdict: 'do_not_ship', goal: { status: 'violated' }, stopping: { stop: 'end' } });
  });

  it('refuse without exposure times, and say what would make them answerable', async () => {
    const { comparisons } = await conclude(shopPlan({ inference: { method: 'group_sequential', plannedUnits: 20_000 } }), shopSummaries({ metrics: [metricOf('revenue', 0.05, 8000)] }));
    expect(comparisons[0]!.lift).toMatchObject({ status: 'refused', reason: 'unsupported_combination', remedy: 'Name the column of the exposure time, or give inference.looks.' });
  });
});

it('a hybrid reads its fixed part at the planned end and at no other time', async () => {
  const p = async (plannedEnd: string) => {
    const { comparisons } = await conclude(shopPlan({ inference: { method: 'hybrid' }, decision: { goals: [{ metric: 'revenue', claim: 'superiority' }], plannedEnd } }), dataOf({ revenue: 0.075 }));
    return estimated(comparisons[0]!.lift).pValue;
  };
  expect(await p('2026-03-15T00:00:00Z')).toBeLessThan(0.05);
  expect(await p('2026-03-14T00:00:00Z')).toBeGreaterThan(0.05);
  expect(await p('2026-03-16T00:00:00Z')).toBeGreaterThan(0.05);
});

describe('Bayesian plans', () => {
  const bayesian = (lift: number, overrides: Partial<PlanInput> = {}) =>
    conclude(shopPlan({ inference: { method: 'bayesian' }, decision: { goals: [{ metric: 'revenue', claim: 'superiority' }], guardrails: [{ metric: 'errors', margin: 0.1 }] }, ...overrides }), dataOf({ revenue: lift, errors: 0 }));

  it.each([0.2, 0.01, -0.2])('speak of chances and credible intervals, never of a p-value, at a lift of %d', async (lift) => {
    const { decision } = await bayesian(lift);
    const goal = decision.clauses.find(({ kind }) => kind === 'goal')!;
    expect(goal.sentence).toMatch(/95% credible interval .*chance to be better .*, by the posterior, against 97.5%/);
    expect(decision.clauses.map(({ sentence, change }) => sentence + change).join(' ')).not.toMatch(/p-value|p [=<]/);
  });

  it('turn chance to beat and losses by the direction in which a metric is better', async () => {
    const [up, down] = await Promise.all([{ method: 'bayesian' as const }].map(async (inference) => (await conclude(shopPlan({ inference }), dataOf({ revenue: 0.05, errors: 0.05 }))).comparisons)
      .flatMap((rows) => [rows.then((r) => estimated(r[0]!.lift).posterior!), rows.then((r) => estimated(r[1]!.lift).posterior!)]));
    expect(up!.chanceToBeat + down!.chanceToBeat).toBeCloseTo(1, 12);
    expect(up!.expectedLoss.shipTreatment).toBeCloseTo(down!.expectedLoss.keepControl, 12);
    expect(up!.mean).toBe(down!.mean);
  });

  it('give the chance to be within the margin where the rule sets one', async () => {
    const { comparisons } = await bayesian(0.05);
    expect(estimated(comparisons[0]!.lift).posterior!.withinMargin).toBeNull();
    expect(estimated(comparisons[1]!.lift).posterior!.withinMargin).toBeCloseTo(0.99909, 5);
  });

  it('take the side of an effect from the posterior mean when the prior moves it across zero', async () => {
    const prior = { kind: 'normal' as const, mean: 0.5, standardDeviation: 0.01 };
    const { decision } = await bayesian(-0.01, { inference: { method: 'bayesian', prior } });
    expect(decision.clauses.find(({ kind }) => kind === 'goal')!.status).toBe('met');
  });
});

describe('equivalence', () => {
  // standard error of the lift is near 3.2 %
  const CASES = [
    { lift: 0, margin: 0.07, status: 'met' }, { lift: 0.02, margin: 0.09, status: 'met' }, { lift: -0.02, margin: 0.09, status: 'met' },
    { lift: 0, margin: 0.05, status: 'open' }, { lift: 0.05, margin: 0.09, status: 'open' }, { lift: -0.05, margin: 0.09, status: 'open' },
    { lift: 0.2, margin: 0.1, status: 'violated' }, { lift: -0.2, margin: 0.1, status: 'violated' },
  ] as const;
  it.each(CASES)('a lift of $lift against a margin of $margin is $status', async ({ lift, margin, status }) => {
    for (const metric of ['revenue', 'errors']) {
      const { decision } = await conclude(shopPlan({ decision: { goals: [{ metric, claim: 'equivalence', margin }] } }), dataOf({ [metric]: lift }));
      expect(decision.clauses.find(({ kind }) => kind === 'goal')).toMatchObject({ status, metric });
      expect(decision.verdict).toBe({ met: 'ship', open: 'keep_running', violated: 'do_not_ship' }[status]);
    }
  });

  it('a lift that is refused leaves the claim open', async () => {
    const summary = metricOf('revenue', 0, 8000);
    const flat = { ...summary, cells: summary.cells.map((cell) => ({ ...cell, summary: { ...cell.summary, scatter: [[0]] } as typeof cell.summary })) };
    const { decision } = await conclude(shopPlan({ decision: { goals: [{ metric: 'revenue', claim: 'equivalence', margin: 0.1 }] } }), { ...dataOf({}), metrics: [flat] });
    expect(decision.clauses.find(({ kind }) => kind === 'goal')).toMatchObject({ status: 'open' });
  });
});
