import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Comparison, EffectEstimate } from '../../src/experiment/analysis.js';
import { compareArms, cumulativeLifts } from '../../src/experiment/compare.js';
import { planSchema, type Plan } from '../../src/experiment/plan.js';
import type { Cell, MetricSummary, Summaries } from '../../src/experiment/summaries.js';
import { stream } from '../../src/stats/numeric/random.js';
import { momentsOf } from '../../src/stats/summaries/moments.js';

const fact = { fact: 'events', value: 'v' };
const planOf = (changes: object = {}): Plan => planSchema.parse({
  name: 'p', source: { kind: 'files', tables: {} }, exposures: { unit: 'u', arm: 'a', attributes: ['country'] }, facts: [{ name: 'events', unit: 'u' }],
  metrics: [
    { name: 'goal', kind: 'mean', ...fact }, { name: 'guard', kind: 'mean', ...fact }, { name: 'share', kind: 'proportion', fact: 'events' },
    { name: 'derived', kind: 'expression', expression: 'n / d', components: { n: fact, d: fact } },
    { name: 'ratio', kind: 'ratio', numerator: fact, denominator: fact },
  ],
  segments: [{ name: 'country', column: 'country' }],
  arms: [{ name: 'A', weight: 0.4, control: true }, { name: 'B', weight: 0.3 }, { name: 'C', weight: 0.3 }],
  decision: { goals: [{ metric: 'goal', claim: 'superiority' }], guardrails: [{ metric: 'guard', margin: 0.1 }] },
  ...changes,
});

const random = stream(77);
const column = (n: number, mean: number) => Float64Array.from({ length: n }, () => mean + random.normal());
const cell = (columns: Record<string, Float64Array>): Cell['summary'] => {
  const { n, columns: names, mean, scatter } = momentsOf(columns);
  return { kind: 'moments', n, columns: [...names], mean: [...mean], scatter: scatter.map((row) => [...row]) };
};
const BR = { name: 'country', value: 'BR' };
const summary = (metric: string, outcomes: string[], make: (arm: string) => Record<string, Float64Array>): MetricSummary => ({
  metric, outcomes, covariates: [], bounds: [], immature: 0, days: [],
  cells: [null, BR].flatMap((segment) => ['A', 'B', 'C'].filter((arm) => !(segment && arm === 'C')).map((arm) => ({ arm, segment, summary: cell(make(arm)) }))),
});
const pair = summary('ratio', ['n', 'd'], (arm) => ({ n: column(200, arm === 'C' ? 6 : 5), d: column(200, 9) }));
const exposures = { arms: [], days: [] };
const summaries = { asOf: null, exposures, metrics: [
  summary('goal', ['y'], (arm) => ({ y: column(200, arm === 'B' ? 5.6 : 5) })),
  summary('guard', ['y'], () => ({ y: column(200, 5) })),
  summary('share', ['y'], () => ({ y: Float64Array.from({ length: 200 }, () => Number(random.bernoulli(0.4))) })),
  pair, { ...pair, metric: 'derived' },
] } as unknown as Summaries;

const estimated = (effect: Comparison['difference']): EffectEstimate => { if (effect.status !== 'estimated') throw new Error(effect.detail); return effect; };

describe('compareArms', () => {
  let rows: Comparison[];
  const row = (metric: string, arm: string, segment: string | null = null): Comparison => rows.find((r) => r.metric === metric && r.treatment.arm === arm && (r.segment?.value ?? null) === segment)!;
  beforeAll(async () => { rows = await compareArms(planOf(), summaries); });

  it('has a row for every metric, treatment arm and place, and keeps those that refuse', () => {
    expect(rows).toHaveLength(5 * 2 * 2);
    expect(row('goal', 'C', 'BR').difference).toMatchObject({ status: 'refused', reason: 'too_few_units' });
    expect(row('goal', 'C', 'BR').treatment).toEqual({ arm: 'C', n: 0, value: null, standardError: null });
  });

  it('puts goals, guardrails, other metrics and segments into families, and does not correct guardrails', () => {
    expect([row('goal', 'B').family, row('guard', 'B').family, row('share', 'B').family, row('guard', 'B', 'BR').family]).toEqual(['goals', 'guardrails', 'others', 'segments']);
    expect(estimated(row('guard', 'B').difference)).toMatchObject({ adjustedPValue: null, simultaneous: null });
    const [first, second] = ['B', 'C'].map((arm) => estimated(row('goal', arm).difference));
    const smaller = Math.min(first!.pValue, second!.pValue);
    expect(Math.min(first!.adjustedPValue!, second!.adjustedPValue!)).toBeCloseTo(2 * smaller, 15);
  });

  it('an expression n / d is the ratio metric', () => {
    for (const arm of ['B', 'C']) {
      const { metric: _m, method: _n, ...ratio } = row('ratio', arm, null);
      const { metric: _o, method: _p, ...derived } = row('derived', arm, null);
      expect(estimated(derived.difference).estimate).toBeCloseTo(estimated(ratio.difference).estimate, 14);
      expect(estimated(derived.lift).standardError).toBeCloseTo(estimated(ratio.lift).standardError, 14);
    }
  });

  it('a lift has the p-value of its difference', () => {
    for (const { difference, lift } of rows) if (difference.status === 'estimated' && lift.status === 'estimated') expect(lift.pValue).toBe(difference.pValue);
  });

  it('no correction leaves adjusted p-values and simultaneous sets away', async () => {
    const none = await compareArms(planOf({ correction: 'none' }), summaries);
    expect(none.every(({ difference }) => difference.status === 'refused' || (difference.adjustedPValue === null && difference.simultaneous === null))).toBe(true);
  });

  it('a confidence sequence is wider than the fixed interval', async () => {
    const sequence = await compareArms(planOf({ inference: { method: 'confidence_sequence' } }), summaries);
    const width = ({ interval }: EffectEstimate) => interval.upper! - interval.lower!;
    expect(width(estimated(sequence[0]!.difference))).toBeGreaterThan(width(estimated(rows[0]!.difference)));
  });

  it('an expression that cannot be compiled refuses its rows and no others', async () => {
    const plan = planOf();
    const metrics = plan.metrics.map((metric) => (metric.kind === 'expression' ? { ...metric, expression: 'n / x' } : metric));
    const result = await compareArms({ ...plan, metrics }, summaries);
    expect(result.filter(({ difference }) => difference.status === 'refused' && difference.reason === 'unsupported_combination').map(({ metric }) => metric)).toEqual(Array(4).fill('derived'));
  });
});

describe('cumulativeLifts', () => {
  it('ends where the analysis of all units stands, and leaves out days that refuse', async () => {
    const days = ['2026-01-03', '2026-01-01', '2026-01-02'].flatMap((day) => ['A', 'B', 'C'].map((arm) => ({ day, arm, y: column(day.endsWith('01') ? 1 : 40, 5) })));
    const whole = (arm: string) => cell({ y: Float64Array.from(days.filter((d) => d.arm === arm).flatMap(({ y }) => [...y])) });
    const metric: MetricSummary = {
      metric: 'goal', outcomes: ['y'], covariates: [], bounds: [], immature: 0,
      cells: ['A', 'B', 'C'].map((arm) => ({ arm, segment: null, summary: whole(arm) })),
      days: days.map(({ day, arm, y }) => ({ day, arm, summary: cell({ y }) as never })),
    };
    const only = { asOf: null, exposures, metrics: [metric] } as unknown as Summaries;
    const [timeline] = await cumulativeLifts(planOf(), only);
    const [comparison] = await compareArms(planOf(), only);
    expect(timeline!.points.map(({ day, n }) => [day, n])).toEqual([['2026-01-02', 82], ['2026-01-03', 162]]);
    const [last, lift] = [timeline!.points.at(-1)!, estimated(comparison!.lift)];
    expect(last.estimate).toBeCloseTo(lift.estimate, 12);
    expect(last.lower).toBeCloseTo(lift.interval.lower!, 12);
  });
});
