import { describe, expect, it } from '@jest/globals';
import { conclude } from '../../src/analyze.js';
import type { Comparison, EffectEstimate } from '../../src/experiment/analysis.js';
import type { PlanInput } from '../../src/experiment/plan.js';
import type { MetricSummary } from '../../src/experiment/summaries.js';
import { logBoundedEValue, type BatchArm } from '../../src/stats/inference/bounded/bounded-batches.js';
import { logShareEValue } from '../../src/stats/inference/bounded/two-share-batches.js';
import { stream } from '../../src/stats/numeric/random.js';
import { shopPlan, shopSummaries } from './fixtures.js';

const ARMS = ['control', 'treatment'] as const;
const dayOf = (d: number): string => `2026-03-${String(d + 1).padStart(2, '0')}`;
const momentsOf = (values: readonly number[]) => {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return { kind: 'moments' as const, n: values.length, columns: ['y'], mean: [mean], scatter: [[values.reduce((sum, v) => sum + (v - mean) ** 2, 0)]] };
};

/** Values of each day and arm, as the warehouse would summarise them. */
function summaryOf(metric: string, days: readonly Readonly<Record<(typeof ARMS)[number], readonly number[]>>[]): MetricSummary {
  return {
    metric, outcomes: ['y'], covariates: [], bounds: [], immature: 0,
    cells: ARMS.map((arm) => ({ arm, segment: null, summary: momentsOf(days.flatMap((day) => day[arm])) })),
    days: days.flatMap((day, d) => ARMS.map((arm) => ({ day: dayOf(d), arm, summary: momentsOf(day[arm]) }))),
  };
}
const draws = (seed: number, draw: (random: ReturnType<typeof stream>, isTreated: boolean) => number, days = 8, perDay = 300) => {
  const random = stream(seed, 0);
  const arm = (isTreated: boolean) => Array.from({ length: perDay }, () => draw(random, isTreated));
  return Array.from({ length: days }, () => ({ control: arm(false), treatment: arm(true) }));
};
const METRICS: PlanInput['metrics'] = [
  { kind: 'proportion', name: 'revenue', fact: 'orders', window: '0d..7d' },
  { kind: 'count', name: 'errors', fact: 'orders', window: '0d..7d', direction: 'decrease', cap: { upper: 10 } },
  { kind: 'mean', name: 'latency', fact: 'orders', value: 'ms', window: '0d..7d', direction: 'decrease', cap: { lower: -5, upper: 5 } },
];
const planOf = (overrides: Partial<PlanInput> = {}) => shopPlan({ inference: { method: 'anytime_exact' }, metrics: METRICS, correction: 'none', decision: { goals: [{ metric: 'revenue', claim: 'superiority' }], minimumUnits: 2 }, ...overrides });
const estimated = (effect: Comparison['lift'] | undefined): EffectEstimate => { if (effect?.status !== 'estimated') throw new Error(effect?.detail ?? 'absent'); return effect; };
const rowOf = (comparisons: readonly Comparison[], name: string) => comparisons.find(({ metric, segment }) => metric === name && segment === null)!;

const share = (lift: number) => draws(1, (random, isTreated) => Number(random.bernoulli(isTreated ? 0.1 * (1 + lift) : 0.1)));
const bounded = (shift: number) => draws(2, (random, isTreated) => Math.min(10, Math.floor(random.exponential() * (isTreated ? 2 + shift : 2))));

describe('anytime_exact from plans', () => {
  it('reads shares and capped values from the cohorts of days: interval, p-value and e-value say the same of difference and lift', async () => {
    const seen = new Set<string>();
    for (const [lift, shift] of [[0, 0], [0.25, -0.25], [0.6, -0.6]] as const) {
      const { comparisons } = await conclude(planOf(), shopSummaries({ metrics: [summaryOf('revenue', share(lift)), summaryOf('errors', bounded(shift))] }));
      for (const name of ['revenue', 'errors']) {
        const { difference, lift: relative } = rowOf(comparisons, name);
        for (const effect of [difference, relative].map(estimated)) {
          const { lower, upper } = effect.interval;
          expect([name, lower! > 0 || upper! < 0]).toEqual([name, effect.pValue < 0.05]);
          expect(effect.pValue).toBeCloseTo(Math.min(1, 1 / effect.eValue!), 12);
          expect(lower!).toBeLessThan(effect.estimate);
          expect(upper!).toBeGreaterThan(effect.estimate);
          seen.add(`${name} ${effect.pValue < 0.05}`);
        }
      }
    }
    expect(seen.size).toBe(4);
  });

  it('is the e-process of the days, in their order', async () => {
    const days = share(0.3);
    const { comparisons, timelines } = await conclude(planOf(), shopSummaries({ metrics: [summaryOf('revenue', days.toReversed()), summaryOf('errors', bounded(0))] }));
    const { days: cohorts } = summaryOf('revenue', days.toReversed());
    const batches = days.map((_, d) => {
      const [control, treatment] = ARMS.map((arm) => { const { summary } = cohorts.find((row) => row.day === dayOf(d) && row.arm === arm)!; return { n: summary.n, share: summary.mean[0]! }; });
      return { control: control!, treatment: treatment! };
    });
    expect(Math.log(estimated(rowOf(comparisons, 'revenue').difference).eValue!)).toBeCloseTo(logShareEValue(batches, 0, 'difference', 'two_sided'), 9);
    const widths = timelines[0]!.points.map(({ lower, upper }) => upper! - lower!);
    expect(widths.at(-1)!).toBeLessThan(widths[1]! / 2);
  });

  it('bets on sums of units: moments of a day give what its units give one by one', () => {
    const [first, second] = bounded(-0.5) as [Record<(typeof ARMS)[number], number[]>, Record<(typeof ARMS)[number], number[]>];
    const armOf = (values: readonly number[]): BatchArm => { const { n, mean, scatter } = momentsOf(values); return { n, mean: mean[0]!, scatter: scatter[0]![0]! }; };
    const batch = (day: typeof first) => ({ control: armOf(day.control), treatment: armOf(day.treatment) });
    const log = logBoundedEValue({ batches: [batch(first), batch(second)], lowest: 0, highest: 10, treatmentChance: 0.5 }, -0.2, 'difference', 'less');
    // residuals of the second day from the means of the first, one unit at a time
    const [a, b] = [armOf(first.treatment).mean / 10, armOf(first.control).mean / 10];
    const squaresOf = (day: typeof first, t: number, c: number) => [...day.treatment.map((y) => ((y / 10 - t) / 0.5) ** 2), ...day.control.map((y) => ((y / 10 - c) / 0.5) ** 2)].reduce((x, y) => x + y, 0);
    const reach = Math.max((1 - a) / 0.5, b / 0.5);
    const best = reach * Math.sqrt((2 * Math.log(40)) / ((squaresOf(first, 0.5, 0.5) / 600) * 5000));
    const capital = (bet: number) => [...second.treatment.map((y) => (y / 10 - a) / 0.5), ...second.control.map((y) => -(y / 10 - b) / 0.5)]
      .reduce((sum, w) => sum + (bet * -(w - (-0.02 - (a - b)))) / reach + ((Math.log1p(-bet) + bet) * w * w) / reach ** 2, 0);
    const mixed = [1 / 4, 1 / 2, 1, 2, 4].map((multiple) => Math.exp(capital(Math.min(0.5, multiple * best)))).reduce((x, y) => x + y / 5, 0);
    expect(log).toBeCloseTo(Math.log(mixed), 9);
  });

  it('is the same in dollars and cents, and with arms relabelled', () => {
    const armOf = (values: readonly number[], scale = 1): BatchArm => { const { n, mean, scatter } = momentsOf(values.map((v) => v * scale)); return { n, mean: mean[0]!, scatter: scatter[0]![0]! }; };
    const days = bounded(-0.3);
    const read = (scale: number, [c, t]: readonly (typeof ARMS)[number][], chance: number, alternative: 'two_sided' | 'less' | 'greater', sign = 1) =>
      logBoundedEValue({ batches: days.map((day) => ({ control: armOf(day[c!], scale), treatment: armOf(day[t!], scale) })), lowest: 0, highest: 10 * scale, treatmentChance: chance }, -0.2 * scale * sign, 'difference', alternative);
    expect(read(100, ARMS, 0.4, 'two_sided')).toBeCloseTo(read(1, ARMS, 0.4, 'two_sided'), 9);
    expect(read(1, ['treatment', 'control'], 0.6, 'greater', -1)).toBeCloseTo(read(1, ARMS, 0.4, 'less'), 9);
    expect(Math.abs(read(1, ARMS, 0.4, 'less'))).toBeGreaterThan(0.1);
  });

  it.each<[string, Partial<PlanInput>, string, RegExp, RegExp]>([
    ['events without end', { metrics: [{ kind: 'proportion', name: 'revenue', fact: 'orders' }] }, 'revenue', /final when they are first read/, /^Give the metric a window/],
    ['a mean without bounds', { metrics: [{ kind: 'mean', name: 'revenue', fact: 'orders', value: 'amount', window: '0d..7d' }] }, 'revenue', /needs bounds .* has no lowest/, /^Cap the metric/],
    ['a count without a cap', { metrics: [{ kind: 'count', name: 'revenue', fact: 'orders', window: '0d..7d' }] }, 'revenue', /has no highest/, /^Cap the metric/],
    ['winsorised bounds', { metrics: [{ kind: 'count', name: 'revenue', fact: 'orders', window: '0d..7d', cap: { upper: 9 }, winsorise: { upper: 0.99 } }] }, 'revenue', /read off the data/, /^Cap the metric at fixed bounds/],
    ['a covariate', { metrics: [{ kind: 'proportion', name: 'revenue', fact: 'orders', covariate: { pre: '7d' } }] }, 'revenue', /does not adjust/, /^Drop the covariate/],
    ['an expression', { metrics: [{ kind: 'expression', name: 'revenue', window: '0d..7d', expression: '2 * y', components: { y: { fact: 'orders', aggregate: 'count' } } }] }, 'revenue', /kind expression/, /^Name its parts/],
    ['a design whose draws are not independent', { design: { kind: 'rerandomised', covariates: ['country'] } }, 'revenue', /draw of its own/, /^Plan what the design holds with/],
  ])('refuses %s, and says what would be answered', async (_, overrides, name, detail, remedy) => {
    const { comparisons } = await conclude(planOf({ segments: [], ...overrides }), shopSummaries({ metrics: [summaryOf('revenue', share(0.2))] }));
    expect(rowOf(comparisons, name).lift).toMatchObject({ status: 'refused', detail: expect.stringMatching(detail), remedy: expect.stringMatching(remedy) });
  });

  it('refuses the lift of values that may be negative, and still decides on their difference', async () => {
    const days = draws(3, (random, isTreated) => Math.max(-5, Math.min(5, 1 + random.normal() - (isTreated ? 1 : 0))));
    const { comparisons, decision } = await conclude(planOf({ decision: { goals: [{ metric: 'latency', claim: 'superiority' }], minimumUnits: 2 } }), shopSummaries({ metrics: [summaryOf('latency', days)] }));
    expect(rowOf(comparisons, 'latency').lift).toMatchObject({ status: 'refused', remedy: expect.stringMatching(/cap.lower to 0/) });
    expect(decision.clauses.find(({ kind }) => kind === 'goal')!.status).toBe('met');
  });
});
