import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { conclude } from '../../src/analyze.js';
import type { Comparison, Conclusion, EffectEstimate } from '../../src/experiment/analysis.js';
import { stream } from '../../src/stats/numeric/random.js';
import { mergeMoments, momentsOf, type Moments } from '../../src/stats/summaries/moments.js';
import { ARMS, combinations, drawUnits, hasUnit, isWhole, planOf, summariesOf, summaryOf, type Columns, type Units, inferences } from './experiment.js';

/** Sums of other rounding: a few parts in 1e13, times the condition of a regression. */
const ROUNDING = 1e-9;
/** Experiments that every combination is tried on. */
const trials = fc.sample(fc.record({
  seed: fc.integer({ min: 0, max: 1e6 }), a: fc.double({ min: -0.3, max: 0.3, noNaN: true }), b: fc.double({ min: -0.3, max: 0.3, noNaN: true }),
  factor: fc.constantFrom(100, 0.01, 1e6, 1 / 7), shards: fc.integer({ min: 2, max: 9 }),
}), { seed: 20_260_102, numRuns: 3 }).map((trial) => ({ ...trial, units: drawUnits(trial.seed, [0, trial.a, trial.b]) }));

const isClose = (a: number, b: number, scale = Math.max(Math.abs(a), Math.abs(b))): boolean => Math.abs(a - b) <= ROUNDING * scale || Math.abs(a - b) < 1e-300;
const keyOf = ({ metric, treatment, segment }: Comparison): string => `${metric} ${treatment.arm} ${segment?.value ?? 'all'}`;

/** Paths at which two answers differ, with numbers of `before` times `factor`; ends of intervals are compared on the scale of their standard error. */
function* differing(before: EffectEstimate, after: EffectEstimate, factor: number): Generator<string> {
  const size = after.standardError;
  const same = (a: number | null | undefined, b: number | null | undefined, by: number): boolean => (a == null || b == null ? a == b : isClose(a * by, b) || Math.abs(a * by - b) <= ROUNDING * size);
  for (const field of ['estimate', 'standardError'] as const) if (!same(before[field], after[field], factor)) yield field;
  for (const field of ['pValue', 'adjustedPValue', 'eValue', 'degreesOfFreedom'] as const) {
    const [a, b] = [before[field], after[field]];
    // a p-value moves by its log times the error of the statistic squared
    if (a == null || b == null ? a != b : !isClose(a, b, Math.max(Math.abs(a), Math.abs(b)) * 100)) yield field;
  }
  // an estimate of nothing but rounding has no side, and a set that is bounded against the side of the estimate may be either
  const hasSide = Math.abs(after.estimate) > ROUNDING * size;
  for (const field of hasSide ? ['interval', 'simultaneous'] as const : ['interval'] as const) {
    const [a, b] = [before[field], after[field]];
    if (a?.shape !== b?.shape || !same(a?.lower, b?.lower, factor) || !same(a?.upper, b?.upper, factor)) yield field;
  }
  const [p, q] = [before.posterior, after.posterior];
  if (p && q && !(same(p.mean, q.mean, factor) && isClose(p.chanceToBeat, q.chanceToBeat, 100) && same(p.expectedLoss.shipTreatment, q.expectedLoss.shipTreatment, factor) && same(p.withinMargin, q.withinMargin, 1))) yield 'posterior';
}

/** Where two conclusions differ beyond rounding. @param factor of the differences of a metric; @param named arm of `before` -> arm of `after` */
function departures(before: Conclusion, after: Conclusion, factor: (metric: string) => number, named: (arm: string) => string = (arm) => arm): string[] {
  const found = new Map(after.comparisons.map((row) => [keyOf(row), row]));
  const rows = before.comparisons.flatMap((row) => {
    const other = found.get(keyOf({ ...row, treatment: { ...row.treatment, arm: named(row.treatment.arm) } }))!;
    return (['difference', 'lift'] as const).flatMap((scale) => {
      const [a, b] = [row[scale], other[scale]];
      if (a.status === 'refused' || b.status === 'refused') return a.status === b.status ? [] : [`${keyOf(row)} ${scale} refused`];
      return [...differing(a, b, scale === 'difference' ? factor(row.metric) : 1)].map((path) => `${keyOf(row)} ${scale} ${path}`);
    });
  });
  const verdict = (of: Conclusion, name: (arm: string) => string) => JSON.stringify([of.decision.verdict, of.decision.arm && name(of.decision.arm), of.decision.clauses.map(({ kind, metric, arm, status }) => [kind, metric, arm && name(arm), status]).map(String).sort(), of.checks.map(({ name: check, status }) => [check, status])]);
  return verdict(before, named) === verdict(after, (arm) => arm) ? rows : [...rows, 'decision'];
}

const mapUnits = (units: Units, change: (metric: string, name: string, values: Float64Array) => Float64Array): Units =>
  Object.fromEntries(Object.entries(units).map(([metric, arms]) => [metric, arms.map((columns) => Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, change(metric, name, values)])))]));
/** Columns in the unit of the metric: its outcomes but for denominators, and the same before exposure. */
const inUnit = (metric: string, name: string): boolean => hasUnit(metric) && !/denominator|visits|age|tenure/.test(name);

const scaled = trials.map(({ units, factor }) => ({
  factor,
  after: summariesOf(mapUnits(units, (metric, name, values) => (inUnit(metric, name) || name === 'x:tenure' ? values.map((value) => value * factor) : values))),
}));
const NAMES: Readonly<Record<string, string>> = { control: 'zebra', a: 'm', b: 'c' };
const ORDER = ['zebra', 'c', 'm'];
const renamed = trials.map(({ units }) => ({
  after: summariesOf(Object.fromEntries(Object.entries(units).map(([metric, [control, a, b]]) => [metric, [control!, b!, a!]])), ORDER),
}));
const sharded = trials.map(({ units, shards, seed }) => ({
  before: summariesOf(units),
  after: summariesOf(units, ARMS, (metric, columns) => (metric.startsWith('quantile') ? summaryOf(metric, columns) : { kind: 'moments', ...mergedInShards(columns, shards, seed) } as ReturnType<typeof summaryOf>)),
}));

describe.each(combinations.map(([inference, correction], i) => [inference, correction, i % trials.length] as const))('%s, %s, for every metric kind and variance reduction', (inference, correction, trial) => {
  const plan = planOf(inference, correction);
  let whole: Promise<Conclusion> | undefined;
  const before = (): Promise<Conclusion> => whole ??= conclude(plan, sharded[trial]!.before);

  it('arms under other names, in another order: the same answers under those names', async () => {
    // ties between arms are broken by their order, and there are none here
    expect(departures(await before(), await conclude(planOf(inference, correction, ORDER), renamed[trial]!.after), () => 1, (arm) => NAMES[arm]!)).toEqual([]);
  });

  if (!isWhole(correction)) return; // these leave p-values as they are, which is all that a correction sees; names and order are the rest

  it('dollars or cents, and covariates of any unit: the same decision, checks, lifts, p-values and beliefs', async () => {
    const { after, factor } = scaled[trial]!;
    expect(departures(await before(), await conclude(plan, after), (metric) => (hasUnit(metric) ? factor : 1))).toEqual([]);
  });

  it('shards of any size, merged in any order: the same answers as from the whole', async () => {
    expect(departures(await before(), await conclude(plan, sharded[trial]!.after), () => 1)).toEqual([]);
  });
});

/** Units dealt to shards by chance, and the shards merged as a random tree; some are empty. */
function mergedInShards(columns: Columns, shards: number, seed: number): Moments {
  const random = stream(seed, shards);
  const names = Object.keys(columns);
  const owner = columns[names[0]!]!.map(() => random.integer(shards));
  const parts = Array.from({ length: shards + 1 }, (_, shard) => momentsOf(Object.fromEntries(names.map((name) => [name, columns[name]!.filter((_, i) => owner[i] === shard)]))));
  while (parts.length > 1) {
    random.shuffle(parts);
    parts.push(mergeMoments(parts.pop()!, parts.pop()!));
  }
  return parts[0]!;
}

/** Pairs of metric kind and variance reduction that a method refuses; every other it answers. */
const REFUSED: Readonly<Record<string, (metric: string) => boolean>> = { beta_binomial: (metric) => hasUnit(metric) || !metric.endsWith('-plain') };

it.each(inferences.map(({ name }) => name))('%s answers every metric kind and variance reduction, or refuses those it cannot with a reason and a remedy', async (inference) => {
  const { comparisons } = await conclude(planOf(inference, 'holm'), sharded[0]!.before);
  for (const { metric, segment, difference } of comparisons.filter((row) => row.segment === null)) {
    expect([metric, segment, difference.status]).toEqual([metric, null, REFUSED[inference]?.(metric) ? 'refused' : 'estimated']);
    if (difference.status === 'refused') expect(difference).toMatchObject({ reason: 'unsupported_combination', detail: expect.stringMatching(new RegExp(`^${inference} needs `)), remedy: expect.stringMatching(/^[A-Z].*\.$/) });
  }
  expect(new Set(comparisons.map(({ metric }) => metric)).size).toBe(planOf(inference, 'holm').metrics.length);
});

describe('every unit twice', () => {
  it.each(inferences.map(({ name }) => name))('%s: the estimates stay, and errors fall by the root of 2', async (inference) => {
    for (const { units } of trials.slice(0, 1)) {
      const twice = mapUnits(units, (_, __, values) => Float64Array.from([...values, ...values]));
      const [before, after] = [await conclude(planOf(inference, 'none'), summariesOf(units)), await conclude(planOf(inference, 'none'), summariesOf(twice))];
      let answers = 0;
      for (const [i, row] of before.comparisons.entries()) {
        // the neighbours of a quantile lie nearer among more values, and its type-7 interpolation moves
        if (row.metric.startsWith('quantile') || row.segment !== null) continue;
        const [one, two] = [row.difference, after.comparisons[i]!.difference];
        expect(one.status).toBe(two.status);
        if (one.status === 'refused' || two.status === 'refused') continue;
        answers++;
        expect(isClose(one.estimate, two.estimate, one.standardError)).toBe(true);
        // n - k - 1 of n degrees of freedom against 2 n - k - 1 of 2 n
        expect(Math.abs(one.standardError / two.standardError / Math.SQRT2 - 1)).toBeLessThan(0.01);
      }
      expect(answers).toBeGreaterThan(0);
    }
  });
});
