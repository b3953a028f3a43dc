import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createForestEngine, type WorkerForestEngine } from '../../src/compute/forest-engine.js';
import type { BinnedRows } from '../../src/stats/forest/binning.js';
import type { BagMoments, ForestEngine, Growth } from '../../src/stats/forest/forest-engine.js';
import type { ForestKind } from '../../src/stats/forest/forest-kinds.js';
import { defaultMtry, planGrowth, type ForestSettings, type GrowthPlan } from '../../src/stats/forest/growth-plan.js';
import { concatenate } from '../../src/stats/forest/packed-trees.js';
import { referenceEngine } from '../../src/stats/forest/reference/reference-engine.js';
import { isRefusal, type Refusal } from '../../src/stats/refusal.js';
import { binned, simulateColumns, standardised, type Columns } from './data.js';

interface Case {
  readonly title: string;
  readonly kind: ForestKind;
  readonly n: number;
  readonly p: number;
  readonly missing: number;
  readonly weighted: boolean;
  readonly clustered: boolean;
  /** features of few values, or all, are categorical */
  readonly levels?: 'few' | 'all';
  readonly settings?: Partial<ForestSettings>;
}

const plain = { missing: 0, weighted: false, clustered: false };
const cases: readonly Case[] = [
  { ...plain, title: 'regression', kind: 'regression', n: 900, p: 5 },
  { ...plain, title: 'regression with missing values', kind: 'regression', n: 900, p: 6, missing: 0.3 },
  { ...plain, title: 'regression with weights, some zero', kind: 'regression', n: 900, p: 5, weighted: true },
  { ...plain, title: 'regression with everything', kind: 'regression', n: 1200, p: 9, missing: 0.2, weighted: true, clustered: true, settings: { imbalancePenalty: 0.3 } },
  { ...plain, title: 'causal', kind: 'causal', n: 1800, p: 5 },
  { ...plain, title: 'causal with missing values', kind: 'causal', n: 1200, p: 6, missing: 0.3 },
  { ...plain, title: 'causal with weights, some zero', kind: 'causal', n: 1200, p: 5, weighted: true },
  { ...plain, title: 'causal with clusters of equal voice', kind: 'causal', n: 1500, p: 5, clustered: true, settings: { equalizeClusters: true } },
  { ...plain, title: 'causal with everything', kind: 'causal', n: 1800, p: 9, missing: 0.15, weighted: true, clustered: true, settings: { imbalancePenalty: 0.01 } },
  { ...plain, title: 'causal, unstabilised', kind: 'causal_unstabilised', n: 900, p: 5 },
  { ...plain, title: 'causal, small subsamples', kind: 'causal', n: 1800, p: 4, settings: { sampleFraction: 0.3, honestyFraction: 0.7 } },
  { ...plain, title: 'regression without honesty', kind: 'regression', n: 700, p: 4, settings: { honestyFraction: null, alpha: 0, minNodeSize: 1, bagTrees: 1, sampleFraction: 0.7 } },
  { ...plain, title: 'causal, nodes too large to pack two counts', kind: 'causal', n: 40_000, p: 2,
    settings: { honestyFraction: null, bagTrees: 1, sampleFraction: 1, minNodeSize: 3000, trees: 1 } },
  { ...plain, title: 'causal with categories, nodes too large to pack two counts', kind: 'causal', n: 40_000, p: 3, missing: 0.2, levels: 'few',
    settings: { honestyFraction: null, bagTrees: 1, sampleFraction: 1, minNodeSize: 3000, trees: 1 } },
  ...(['regression', 'causal', 'instrumental', 'causal_survival', 'multi_causal'] as const).map((kind): Case => (
    { ...plain, title: `${kind}, nodes judged by a sample`, kind, n: 40_000, p: 2, missing: 0.1, weighted: kind === 'causal', settings: { honestyFraction: null, bagTrees: 1, sampleFraction: 0.9, minNodeSize: 500, trees: 1 } }
  )),
  { ...plain, title: 'regression on one feature', kind: 'regression', n: 600, p: 1 },
  { ...plain, title: 'regression with categories', kind: 'regression', n: 900, p: 5, missing: 0.2, levels: 'few' },
  { ...plain, title: 'causal with categories and everything', kind: 'causal', n: 1000, p: 6, missing: 0.2, weighted: true, levels: 'few', settings: { imbalancePenalty: 0.01 } },
  { ...plain, title: 'causal on categories alone', kind: 'causal', n: 1000, p: 4, levels: 'all' },
  { ...plain, title: 'instrumental', kind: 'instrumental', n: 1000, p: 5, missing: 0.2 },
  { ...plain, title: 'instrumental with everything', kind: 'instrumental', n: 1000, p: 5, missing: 0.2, weighted: true, clustered: true, levels: 'few' },
  { ...plain, title: 'instrumental, unstabilised', kind: 'instrumental_unstabilised', n: 900, p: 4 },
  { ...plain, title: 'survival', kind: 'survival', n: 900, p: 5, missing: 0.2, settings: { minNodeSize: 15 } },
  { ...plain, title: 'survival with everything', kind: 'survival', n: 900, p: 5, missing: 0.2, weighted: true, clustered: true, levels: 'few' },
  { ...plain, title: 'causal survival', kind: 'causal_survival', n: 1000, p: 5, missing: 0.2 },
  { ...plain, title: 'causal survival with everything', kind: 'causal_survival', n: 1200, p: 5, missing: 0.2, weighted: true, clustered: true, levels: 'few' },
  { ...plain, title: 'several outcomes', kind: 'multi_regression', n: 700, p: 5, missing: 0.2 },
  { ...plain, title: 'several outcomes with everything', kind: 'multi_regression', n: 900, p: 5, missing: 0.2, weighted: true, clustered: true, levels: 'few', settings: { imbalancePenalty: 0.1 } },
  { ...plain, title: 'several effects', kind: 'multi_causal', n: 1200, p: 5, missing: 0.2 },
  { ...plain, title: 'several effects with everything', kind: 'multi_causal', n: 1200, p: 5, missing: 0.2, weighted: true, levels: 'few', settings: { imbalancePenalty: 0.01 } },
];

const BAGS = 4;

const levelsOf = ({ levels, p }: Case): number[] => Array.from({ length: p }, (_, j) => j).filter((j) => levels === 'all' || (levels === 'few' && j % 3 === 2));

/** With `levels: 'all'` every feature is rounded, so that it has at most 255 values. */
const featuresOf = ({ levels }: Case, x: readonly Float64Array[]) => (levels === 'all' ? x.map((column) => column.map((value) => Math.round(value * 10))) : x);

function planOf(test: Case): { rows: BinnedRows; plan: GrowthPlan } {
  const columns = simulateColumns(test.n, test.p, 17, test.missing);
  const rows = binned(featuresOf(test, columns.x), test.clustered ? columns.cluster : null, levelsOf(test));
  const settings: ForestSettings = {
    trees: 2 * BAGS, bagTrees: 2, sampleFraction: 0.5, honestyFraction: 0.5, mtry: defaultMtry(test.p), minNodeSize: 5, alpha: 0.05, imbalancePenalty: 0,
    equalizeClusters: false, seed: 42, ...test.settings,
  };
  const plan = planGrowth(rows, test.kind, settings, 3, { ...labelColumns(test, columns), weight: test.weighted ? Float32Array.from(columns.weight) : null });
  if (isRefusal(plan)) throw new Error(plan.detail);
  return { rows, plan };
}

/** Columns in the roles that each kind reads. */
function labelColumns({ kind }: Case, { x, w, y }: Columns) {
  const noise = standardised(x[1 % x.length]!.map((value, i) => (Number.isNaN(value) ? 0 : value) + y[(7 * i) % y.length]!));
  const [treatment, outcome] = [standardised(w), standardised(y)];
  const failed = Float32Array.from(noise, (value) => (value > -0.3 ? 1 : 0));
  if (kind.startsWith('instrumental')) return { treatment, outcome, further: [treatment.map((value, i) => value + noise[i]!)], reducedFormWeight: 0.2 };
  if (kind === 'survival') return { treatment: Float32Array.from(y, (value) => Math.min(40, Math.max(0, Math.round(10 + 6 * value)))), outcome: failed };
  if (kind === 'causal_survival') return { treatment, outcome: outcome.map((value, i) => value * treatment[i]!), further: [treatment.map((value) => value * value), failed] };
  const second = Float32Array.from(noise, (value, i) => (w[i] === 0 && value > 0 ? 0.7 : -0.3));
  if (kind === 'multi_regression') return { further: [outcome, noise, second] };
  if (kind === 'multi_causal') return { further: [Float32Array.from(w, (value) => value - 0.5), second, outcome, noise], treatments: 2 };
  return { treatment, outcome };
}

async function growAll(engine: ForestEngine, rows: BinnedRows, plan: GrowthPlan): Promise<Growth> {
  const growth = await engine.grow(rows, plan, true);
  if (isRefusal(growth)) throw new Error(growth.detail);
  return growth;
}

const isSame = (a: NodeJS.TypedArray, b: NodeJS.TypedArray): boolean => Buffer.compare(bytesOf(a), bytesOf(b)) === 0;
const bytesOf = (a: NodeJS.TypedArray) => Buffer.from(a.buffer, a.byteOffset, a.byteLength);

function expectSame(actual: BagMoments | Refusal, expected: BagMoments | Refusal): void {
  if (isRefusal(actual) || isRefusal(expected)) throw new Error('moments were refused');
  expect(expected.values.some((value) => value !== 0)).toBe(true);
  expect(isSame(actual.values, expected.values)).toBe(true);
  expect(isSame(actual.bags, expected.bags)).toBe(true);
}

describe('forest kernels against the plain TypeScript reference', () => {
  let one: WorkerForestEngine;
  let two: WorkerForestEngine;
  let eight: WorkerForestEngine;
  beforeAll(async () => {
    one = await createForestEngine({ workers: 1 });
    two = await createForestEngine({ workers: 2 });
    eight = await createForestEngine({ workers: 8 });
  });
  afterAll(() => Promise.all([one.close(), two.close(), eight.close()]));

  it.each(cases)('grows bit-identical trees and out-of-bag sums, and predicts bit-identical moments: $title', async (test) => {
    const { rows, plan } = planOf(test);
    const expected = await growAll(referenceEngine, rows, plan);
    const trees = concatenate(expected.trees.segments);
    expect(trees.length).toBeGreaterThan(40 * expected.trees.trees);
    const fresh = binned(featuresOf(test, simulateColumns(101, test.p, 5, test.missing).x), null, levelsOf(test)).bins;
    const moments = plan.bagTrees === 2 && await referenceEngine.moments(expected.trees, fresh, test.p);
    const outOfBagMoments = plan.bagTrees === 2 && await referenceEngine.outOfBagMoments(expected.trees, rows, plan);
    for (const engine of [one, two, eight]) {
      const growth = await growAll(engine, rows, plan);
      expect(Buffer.compare(concatenate(growth.trees.segments), trees)).toBe(0);
      expect(isSame(growth.outOfBag.sums, expected.outOfBag.sums)).toBe(true);
      expect(isSame(growth.outOfBag.trees, expected.outOfBag.trees)).toBe(true);
      if (!moments || !outOfBagMoments) continue;
      expectSame(await engine.moments(growth.trees, fresh, test.p), moments);
      expectSame(await engine.outOfBagMoments(growth.trees, rows, plan), outOfBagMoments);
    }
  });
});
