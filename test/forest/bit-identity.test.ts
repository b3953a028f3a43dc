import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createForestEngine, type WorkerForestEngine } from '../../src/compute/forest-engine.js';
import type { BagMoments, ForestEngine, Growth } from '../../src/stats/forest/forest-engine.js';
import { defaultMtry, planGrowth, type ForestKind, type ForestSettings, type GrowthPlan } from '../../src/stats/forest/growth-plan.js';
import { concatenate } from '../../src/stats/forest/packed-trees.js';
import { referenceEngine } from '../../src/stats/forest/reference/reference-engine.js';
import { isRefusal, type Refusal } from '../../src/stats/refusal.js';
import { binned, simulateColumns, standardised } from './data.js';

interface Case {
  readonly title: string;
  readonly kind: ForestKind;
  readonly n: number;
  readonly p: number;
  readonly missing: number;
  readonly weighted: boolean;
  readonly clustered: boolean;
  readonly settings?: Partial<ForestSettings>;
}

const plain = { missing: 0, weighted: false, clustered: false };
const cases: readonly Case[] = [
  { ...plain, title: 'regression', kind: 'regression', n: 1500, p: 5 },
  { ...plain, title: 'regression with missing values', kind: 'regression', n: 900, p: 6, missing: 0.3 },
  { ...plain, title: 'regression with weights, some zero', kind: 'regression', n: 900, p: 5, weighted: true },
  { ...plain, title: 'regression with everything', kind: 'regression', n: 1200, p: 9, missing: 0.2, weighted: true, clustered: true, settings: { imbalancePenalty: 0.3 } },
  { ...plain, title: 'causal', kind: 'causal', n: 3000, p: 5 },
  { ...plain, title: 'causal with missing values', kind: 'causal', n: 2000, p: 6, missing: 0.3 },
  { ...plain, title: 'causal with weights, some zero', kind: 'causal', n: 2000, p: 5, weighted: true },
  { ...plain, title: 'causal with clusters of equal voice', kind: 'causal', n: 2500, p: 5, clustered: true, settings: { equalizeClusters: true } },
  { ...plain, title: 'causal with everything', kind: 'causal', n: 3000, p: 9, missing: 0.15, weighted: true, clustered: true, settings: { imbalancePenalty: 0.01 } },
  { ...plain, title: 'causal, unstabilised', kind: 'causal_unstabilised', n: 1500, p: 5 },
  { ...plain, title: 'causal, small subsamples', kind: 'causal', n: 3000, p: 4, settings: { sampleFraction: 0.3, honestyFraction: 0.7 } },
  { ...plain, title: 'regression without honesty', kind: 'regression', n: 700, p: 4, settings: { honestyFraction: null, alpha: 0, minNodeSize: 1, bagTrees: 1, sampleFraction: 0.7 } },
  { ...plain, title: 'causal, nodes too large to pack two counts', kind: 'causal', n: 40_000, p: 2,
    settings: { honestyFraction: null, bagTrees: 1, sampleFraction: 1, minNodeSize: 3000, trees: 1 } },
  { ...plain, title: 'regression on one feature', kind: 'regression', n: 600, p: 1 },
];

const BAGS = 6;

function planOf(test: Case): { rows: ReturnType<typeof binned>; plan: GrowthPlan } {
  const columns = simulateColumns(test.n, test.p, 17, test.missing);
  const rows = binned(columns.x, test.clustered ? columns.cluster : null);
  const settings: ForestSettings = {
    trees: 2 * BAGS, bagTrees: 2, sampleFraction: 0.5, honestyFraction: 0.5, mtry: defaultMtry(test.p), minNodeSize: 5, alpha: 0.05, imbalancePenalty: 0,
    equalizeClusters: false, seed: 42, ...test.settings,
  };
  const plan = planGrowth(rows, test.kind, settings, 3, {
    treatment: standardised(columns.w), outcome: standardised(columns.y), weight: test.weighted ? Float32Array.from(columns.weight) : null,
  });
  if (isRefusal(plan)) throw new Error(plan.detail);
  return { rows, plan };
}

async function growAll(engine: ForestEngine, test: Case): Promise<Growth> {
  const { rows, plan } = planOf(test);
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

  it.each(cases)('grows bit-identical trees and out-of-bag sums: $title', async (test) => {
    const expected = await growAll(referenceEngine, test);
    const trees = concatenate(expected.trees.segments);
    expect(trees.length).toBeGreaterThan(40 * expected.trees.trees);
    for (const engine of [one, two, eight]) {
      const growth = await growAll(engine, test);
      expect(Buffer.compare(concatenate(growth.trees.segments), trees)).toBe(0);
      expect(isSame(growth.outOfBag.sums, expected.outOfBag.sums)).toBe(true);
      expect(isSame(growth.outOfBag.trees, expected.outOfBag.trees)).toBe(true);
    }
  });

  it.each(cases.filter((test) => test.settings?.bagTrees !== 1))('predicts bit-identical moments: $title', async (test) => {
    const { rows, plan } = planOf(test);
    const { trees } = await growAll(referenceEngine, test);
    const fresh = binned(simulateColumns(301, test.p, 5, test.missing).x, null).bins;
    const expected = await referenceEngine.moments(trees, fresh, test.p);
    const expectedOutOfBag = await referenceEngine.outOfBagMoments(trees, rows, plan);
    for (const engine of [one, two, eight]) {
      expectSame(await engine.moments(trees, fresh, test.p), expected);
      expectSame(await engine.outOfBagMoments(trees, rows, plan), expectedOutOfBag);
    }
  });
});
