import { describe, expect, it } from '@jest/globals';
import { conclude } from '../../src/analyze.js';
import type { Check } from '../../src/experiment/analysis.js';
import { runChecks } from '../../src/experiment/checks.js';
import type { PlanInput } from '../../src/experiment/plan.js';
import type { MetricSummary, Summaries } from '../../src/experiment/summaries.js';
import { stream } from '../../src/stats/numeric/random.js';
import { shopPlan, shopSummaries } from './fixtures.js';

const N = 5000;
const days = Array.from({ length: 14 }, (_, i) => `2026-03-${String(i + 1).padStart(2, '0')}`);
const moments = (n: number, y: number, x?: number) => (x === undefined
  ? { kind: 'moments' as const, n, columns: ['y'], mean: [y], scatter: [[400 * (n - 1)]] }
  : { kind: 'moments' as const, n, columns: ['y', 'x:y'], mean: [y, x], scatter: [[400 * (n - 1), 200 * (n - 1)], [200 * (n - 1), 400 * (n - 1)]] });

interface Given { readonly lift?: number; readonly liftOfDay?: (day: number) => number; readonly noise?: () => number; readonly before?: number; readonly covariate?: boolean }
function revenue({ lift = 0, liftOfDay, noise = () => 0, before = 0, covariate = false }: Given): MetricSummary {
  const perDay = N / days.length;
  return {
    metric: 'revenue', outcomes: ['y'], covariates: covariate ? ['x:y'] : [], bounds: [], immature: 0,
    cells: [['control', 10, 10], ['treatment', 10 * (1 + lift), 10 + before]].map(([arm, y, x]) => ({ arm: arm as string, segment: null, summary: moments(N, y as number, covariate ? x as number : undefined) })),
    days: !liftOfDay ? [] : days.flatMap((day, i) => ['control', 'treatment'].map((arm) => ({
      day, arm, summary: moments(perDay, 10 * (1 + (arm === 'control' ? 0 : liftOfDay(i))) + (noise() * 20) / Math.sqrt(perDay)),
    }))),
  };
}
const PRE = { metrics: [{ kind: 'mean' as const, name: 'revenue', fact: 'orders', value: 'amount', covariate: { pre: '14d' } }], decision: { goals: [{ metric: 'revenue', claim: 'superiority' as const }] } };
const COLUMNS = { ...PRE, metrics: [{ ...PRE.metrics[0]!, covariate: { columns: ['country'] } }] };
const GOAL = { decision: PRE.decision };
const each = (control: number, treatment: number) => [{ arm: 'control', units: control }, { arm: 'treatment', units: treatment }];
const byDay = (rows: readonly (readonly [number, number])[]) => rows.flatMap(([c, t], i) => each(c, t).map((row) => ({ day: days[i]!, ...row })));
const country = (rows: Readonly<Record<string, readonly [number, number]>>) => Object.entries(rows).flatMap(([value, [c, t]]) => each(c, t).map((row) => ({ segment: 'country', value, ...row })));

interface Case { readonly title: string; readonly name: Check['name']; readonly status: Check['status'] | 'absent'; readonly plan?: Partial<PlanInput>; readonly summaries: Parameters<typeof shopSummaries>[0]; readonly says?: RegExp }
const EARLIER: Partial<PlanInput> = { ...GOAL, segments: [{ name: 'country', column: 'country', earlierExperiment: true }] };
/** Cells of the goal in the arms of an earlier experiment, with a lift in each. */
const carried = (lifts: readonly number[]): MetricSummary => ({
  ...revenue({}), cells: lifts.flatMap((lift, i) => [['control', 10], ['treatment', 10 * (1 + lift)]].map(([arm, y]) => (
    { arm: arm as string, segment: { name: 'country', value: 'AB'[i]! }, summary: moments(N, y as number) }))),
});
const CASES: readonly Case[] = [
  { title: 'no segment that is an earlier experiment', name: 'carry_over', status: 'absent', plan: GOAL, summaries: { exposures: { segments: country({ A: [500, 500], B: [600, 400] }) } } },
  { title: 'an earlier experiment whose arms fell evenly on these', name: 'carry_over', status: 'pass', plan: EARLIER, summaries: { exposures: { segments: country({ A: [500, 505], B: [503, 500], '(none)': [900, 100] }) } }, says: /1 test/ },
  { title: 'an earlier experiment whose arms fell unevenly on these', name: 'carry_over', status: 'warn', plan: EARLIER, summaries: { exposures: { segments: country({ A: [600, 500], B: [500, 600] }) } }, says: /did not fall evenly/ },
  { title: 'an effect that hangs on the earlier arm', name: 'carry_over', status: 'warn', plan: EARLIER, summaries: { metrics: [carried([0.3, -0.1])] }, says: /depends on the arm that units had in country/ },
  { title: 'an effect that is the same whatever the earlier arm', name: 'carry_over', status: 'pass', plan: EARLIER, summaries: { metrics: [carried([0.1, 0.1])] } },
  { title: 'an even split', name: 'sample_ratio_sequential', status: 'pass', summaries: {} },
  { title: 'a split that no watching explains', name: 'sample_ratio_sequential', status: 'warn', summaries: { exposures: { arms: each(10_600, 9_400) } }, says: /however often/ },
  { title: 'a split that a fixed test fails and watching could make', name: 'sample_ratio_sequential', status: 'pass', summaries: { exposures: { arms: each(10_250, 9_750) } } },
  { title: 'a mismatch of early days that the total hides', name: 'sample_ratio_sequential', status: 'warn', summaries: { exposures: { days: byDay([[3000, 2000], [7000, 8000]]) } } },

  { title: 'metrics without a pre-period', name: 'pre_period_bias', status: 'absent', summaries: { metrics: [revenue({})] } },
  { title: 'arms alike before exposure', name: 'pre_period_bias', status: 'pass', plan: PRE, summaries: { metrics: [revenue({ covariate: true, before: 0.1 })] }, says: /alike in revenue/ },
  { title: 'arms that differed before exposure', name: 'pre_period_bias', status: 'warn', plan: PRE, summaries: { metrics: [revenue({ covariate: true, before: 2 })] }, says: /already differed in revenue/ },

  { title: 'a plan with neither covariates nor segments', name: 'covariate_imbalance', status: 'absent', plan: { segments: [] }, summaries: {} },
  { title: 'an attribute that is balanced', name: 'covariate_imbalance', status: 'pass', plan: COLUMNS, summaries: { metrics: [revenue({ covariate: true, before: 0.2 })] } },
  { title: 'an attribute that is not', name: 'covariate_imbalance', status: 'warn', plan: COLUMNS, summaries: { metrics: [revenue({ covariate: true, before: 2 })] }, says: /differ in country/ },
  { title: 'segments that are balanced', name: 'covariate_imbalance', status: 'pass', summaries: { exposures: { segments: country({ DE: [5000, 5050], FR: [5000, 4950] }) } } },
  { title: 'segments that lean on the arm', name: 'covariate_imbalance', status: 'warn', summaries: { exposures: { segments: country({ DE: [5300, 4700], FR: [4700, 5300] }) } }, says: /differ in country/ },
  { title: 'segments too small to test', name: 'covariate_imbalance', status: 'absent', summaries: { exposures: { segments: country({ DE: [5, 4], FR: [4, 5] }) } } },

  { title: 'a lift of the usual size', name: 'implausible_lift', status: 'pass', plan: GOAL, summaries: { metrics: [revenue({ lift: 0.15 })] } },
  { title: 'a lift that true lifts hardly make', name: 'implausible_lift', status: 'warn', plan: GOAL, summaries: { metrics: [revenue({ lift: 0.6 })] }, says: /revenue moved by \+60.00% in treatment.*Look for a fault/ },
  { title: 'a loss that true lifts hardly make', name: 'implausible_lift', status: 'warn', plan: GOAL, summaries: { metrics: [revenue({ lift: -0.6 })] } },
  { title: 'that lift where the plan says that lifts are large', name: 'implausible_lift', status: 'pass', plan: { ...GOAL, checks: { plausibleLift: 0.5 } }, summaries: { metrics: [revenue({ lift: 0.6 })] } },

  { title: 'no exposure days', name: 'novelty_or_primacy', status: 'absent', plan: GOAL, summaries: { metrics: [revenue({})] } },
  { title: 'the same lift in all cohorts', name: 'novelty_or_primacy', status: 'pass', plan: GOAL, summaries: { metrics: [revenue({ liftOfDay: () => 0.1 })] } },
  { title: 'a lift that fades', name: 'novelty_or_primacy', status: 'warn', plan: GOAL, summaries: { metrics: [revenue({ liftOfDay: (day) => 0.8 - 0.05 * day })] }, says: /fades \(novelty\).*no window/ },
  { title: 'a loss that fades', name: 'novelty_or_primacy', status: 'warn', plan: GOAL, summaries: { metrics: [revenue({ liftOfDay: (day) => -0.8 + 0.05 * day })] }, says: /fades \(novelty\)/ },
  { title: 'a lift that grows', name: 'novelty_or_primacy', status: 'warn', plan: GOAL, summaries: { metrics: [revenue({ liftOfDay: (day) => 0.1 + 0.05 * day })] }, says: /grows \(primacy\)/ },
  { title: 'a trend in a metric that decides nothing', name: 'novelty_or_primacy', status: 'absent', plan: { decision: { goals: [{ metric: 'errors', claim: 'superiority' }] } }, summaries: { metrics: [revenue({ liftOfDay: (day) => 0.8 - 0.05 * day })] } },
];

const checksOf = async ({ plan, summaries }: Pick<Case, 'plan' | 'summaries'>): Promise<readonly Check[]> => (await conclude(shopPlan(plan), shopSummaries(summaries))).checks;

describe('checks of watched splits, of the time before exposure and of effects', () => {
  it.each(CASES)('$name: $status on $title', async (given) => {
    const check = (await checksOf(given)).find(({ name }) => name === given.name);
    expect(check?.status ?? 'absent').toBe(given.status);
    if (!check) return;
    expect(check.blocking).toBe(false);
    expect(check.action).toEqual(check.status === 'pass' ? null : expect.stringMatching(/^[A-Z].*\.$/));
    expect(check.sentence).toMatch(/\.$/);
    expect(check.sentence).not.toMatch(/NaN|Infinity|undefined|null/);
    expect(check.pValue).toBeGreaterThanOrEqual(0);
    expect(check.pValue).toBeLessThanOrEqual(1);
    if (given.says) expect(check.sentence).toMatch(given.says);
  });

  it('do not make a verdict invalid', async () => {
    const { decision } = await conclude(shopPlan(GOAL), shopSummaries({ metrics: [revenue({ lift: 0.6 })] }));
    expect(decision.verdict).toBe('ship');
  });

  it('are left out of a run without effects where they need them', () => {
    const names = runChecks(shopPlan(GOAL), shopSummaries({ metrics: [revenue({ lift: 0.6 })] })).map(({ name }) => name);
    expect(names).toContain('sample_ratio_sequential');
    expect(names).not.toContain('implausible_lift');
  });
});

describe('p-values of checks under what they suppose', () => {
  const rateBelow = async (name: Check['name'], replicates: number, plan: Partial<PlanInput>, make: () => Partial<Summaries>): Promise<number> => {
    let below = 0;
    for (let r = 0; r < replicates; r++) if ((await checksOf({ plan, summaries: make() })).find((check) => check.name === name)!.pValue! < 0.05) below++;
    return below / replicates;
  };
  const margin = (replicates: number): number => 3 * Math.sqrt((0.05 * 0.95) / replicates);

  it('pre_period_bias rejects an even pre-period in 5 % of experiments', async () => {
    const random = stream(51);
    const rate = await rateBelow('pre_period_bias', 600, PRE, () => ({ metrics: [revenue({ covariate: true, before: 20 * Math.sqrt(2 / N) * random.normal() })] }));
    expect(Math.abs(rate - 0.05)).toBeLessThan(margin(600));
  });

  it('implausible_lift flags 5 % of the lifts that the stated scale makes', async () => {
    const random = stream(52);
    const rate = await rateBelow('implausible_lift', 600, GOAL, () => ({ metrics: [revenue({ lift: 0.1 * random.normal() + 0.04 * random.normal() })] }));
    expect(Math.abs(rate - 0.05)).toBeLessThan(margin(600));
  });

  it.each([0, 0.2])('novelty_or_primacy finds a trend in at most 5 %% of experiments with a constant lift of %d', async (lift) => {
    const random = stream(53);
    const rate = await rateBelow('novelty_or_primacy', 400, GOAL, () => ({ metrics: [revenue({ liftOfDay: () => lift, noise: () => random.normal() })] }));
    expect(rate).toBeLessThan(0.05 + margin(400));
    expect(rate).toBeGreaterThan(0.005);
  });
});
