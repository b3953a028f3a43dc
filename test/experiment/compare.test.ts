import { describe, expect, it } from '@jest/globals';
import { compareArms } from '../../src/experiment/compare.js';
import { inferenceOf } from '../../src/experiment/compare/inference-of.js';
import { presentLook } from '../../src/experiment/compare/look.js';
import { metricOutcomes } from '../../src/experiment/compare/metric-outcomes.js';
import { packedEffects } from '../../src/experiment/compare/packed-effects.js';
import { contrastRows } from '../../src/experiment/compare/rows.js';
import type { PlanInput } from '../../src/experiment/plan.js';
import type { Cell, MetricSummary, Summaries } from '../../src/experiment/summaries.js';
import type { Effect } from '../../src/stats/effects/effect.js';
import { stream, type RandomStream } from '../../src/stats/numeric/random.js';
import { shopPlan, shopSummaries } from './fixtures.js';
import { plainCorrections } from './plain-comparisons.js';

const ARMS = ['control', 'blue', 'green'];
const VALUES = ['de', 'fr', 'it'];

/** Cells of all kinds: a mean, an adjusted mean, a share, a quantile; some refuse (one unit, constant, a control mean of zero, no units). */
function cellsOf(random: RandomStream, summaryOf: (n: number, place: string) => Cell['summary']): Cell[] {
  return [null, ...VALUES].flatMap((value) => ARMS.filter((arm) => !(value === 'it' && arm === 'green'))
    .map((arm) => ({ arm, segment: value === null ? null : { name: 'country', value }, summary: summaryOf(arm === 'blue' && value === 'fr' ? 1 : 500 + Math.floor(random.uniform() * 500), value ?? 'all') })));
}

function summaries(): Summaries {
  const random = stream(11);
  const adjusted = (n: number): Cell['summary'] => ({ kind: 'moments', n, columns: ['y', 'x:y'], mean: [10 + random.normal() / 4, 9], scatter: [[n * 4, n * 2], [n * 2, n * 3]] });
  const centred = (n: number, place: string): Cell['summary'] => ({ kind: 'moments', n, columns: ['y'], mean: [place === 'de' ? 0 : 10 + random.normal() / 4], scatter: [[place === 'de' ? 0 : n * 4]] });
  const share = (n: number): Cell['summary'] => { const p = 0.3 + random.normal() / 20; return { kind: 'moments', n, columns: ['y'], mean: [p], scatter: [[n * p * (1 - p)]] }; };
  const quantile = (n: number): Cell['summary'] => ({ kind: 'quantile', n, probability: 0.5, estimate: 10 + random.normal(), lower: 9, upper: 11, z: 1.96 });
  const metric = (name: string, covariates: string[], summaryOf: (n: number, place: string) => Cell['summary']): MetricSummary =>
    ({ metric: name, outcomes: ['y'], covariates, cells: cellsOf(random, summaryOf), days: [], bounds: [], immature: 0 });
  return shopSummaries({
    exposures: { units: 6000, arms: ARMS.map((arm) => ({ arm, units: 2000 })) },
    metrics: [metric('revenue', ['x:y'], adjusted), metric('errors', [], centred), metric('buyers', [], share), metric('latency', [], quantile)],
  });
}

const planOf = (inference: PlanInput['inference'], correction: PlanInput['correction']) => shopPlan({
  inference, correction,
  arms: ARMS.map((name, i) => ({ name, weight: 1 / 3, control: i === 0 })),
  metrics: [
    { kind: 'mean', name: 'revenue', fact: 'orders', value: 'amount' }, { kind: 'mean', name: 'errors', fact: 'orders', value: 'amount' },
    { kind: 'proportion', name: 'buyers', fact: 'orders' }, { kind: 'quantile', name: 'latency', fact: 'orders', value: 'ms', probability: 0.5, direction: 'decrease' },
  ],
  decision: { goals: [{ metric: 'revenue', claim: 'superiority' }], guardrails: [{ metric: 'latency', margin: 0.05 }] },
});

describe('compareArms', () => {
  it.each([
    ['fixed', 'holm'], ['fixed', 'benjamini_hochberg'], ['fixed', 'none'], ['confidence_sequence', 'holm'], ['confidence_sequence', 'hochberg'],
  ] as const)('says under %s with %s of every row what its effect says by itself, to the last bit', async (method, correction) => {
    const plan = planOf({ method }, correction);
    const data = summaries();
    const inference = inferenceOf(plan, presentLook(plan, data));
    const rows = [...contrastRows(plan, data, await metricOutcomes(plan), inference)];
    const comparisons = await compareArms(plan, data);
    expect(comparisons.map(({ difference, lift }) => [difference, lift].filter((effect) => effect.status === 'estimated')
      .map(({ pValue, adjustedPValue, interval, simultaneous }) => ({ pValue, adjustedPValue, interval, simultaneous })))).toEqual(plainCorrections(plan, rows, inference));
    expect(comparisons.map(({ metric, segment, treatment }) => [metric, segment?.value, treatment.arm])).toEqual(rows.map(({ metric, segment, treatment }) => [metric, segment?.value, treatment.arm]));
    expect(new Set(comparisons.map(({ family }) => family))).toEqual(new Set(['goals', 'guardrails', 'others', 'segments']));
    expect(comparisons.some(({ difference }) => difference.status === 'refused')).toBe(true);
  });
});

describe('packedEffects', () => {
  const bare: Effect = { estimate: 1, standardError: 2, degreesOfFreedom: null, n: 3 };
  it.each<[string, Effect]>([
    ['no more than every effect has', bare],
    ['a scale', { ...bare, degreesOfFreedom: 7.5, baseline: 4 }],
    ['a quotient', { ...bare, quotient: { numerator: 5, denominator: 6, numeratorVariance: 7, denominatorVariance: 8, covariance: 9 } }],
    ['shares', { ...bare, shares: { control: { share: 0, n: 11 }, treatment: { share: 0.2, n: 13 } } }],
    ['pairs', { ...bare, pairs: { control: Float64Array.of(14), treatment: Float64Array.of(15) } }],
  ])('gives back an effect with %s as it was, wherever it was kept', (_, effect) => {
    const packed = packedEffects();
    for (const index of [0, 1, 10_000]) packed.keep(index, { ...effect, n: index });
    for (const index of [10_000, 0, 1]) expect(packed.at(index)).toEqual({ ...effect, n: index });
  });
});
