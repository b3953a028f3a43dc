import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as ort from 'onnxruntime-node';
import { createForestEngine, type WorkerForestEngine } from '../../src/compute/forest-engine.js';
import { forestGraph } from '../../src/compute/onnx/forest-graph.js';
import { graphHazard } from '../../src/compute/onnx/graph-hazard.js';
import { OnnxGraph } from '../../src/compute/onnx/graph.js';
import { growCausalForest, type CausalData, type CausalForest } from '../../src/stats/forest/causal-forest.js';
import { predictEffects } from '../../src/stats/forest/effect-prediction.js';
import { normalHazard } from '../../src/stats/numeric/normal.js';
import { stream } from '../../src/stats/numeric/random.js';
import { simulateColumns } from '../forest/data.js';
import { answered } from '../forest/shared.js';

/** Of the outcome's scale, or the variance's; leaves are the same, and sums of 100 doubles differ by their order alone. */
const TOLERANCE = 1e-9;
const ROWS = 4000;
const LEVELS = 7;

/** Numeric features with and without gaps, of many and few values; the last two are categorical, one with gaps. */
function training(weighted: boolean): CausalData {
  const n = 1200;
  const { x, w, y, weight } = simulateColumns(n, 4, 11, 0.2);
  const random = stream(5);
  const level = () => Float64Array.from({ length: n }, () => random.integer(LEVELS) * 3);
  const [plain, gaps] = [level(), level().map((code, i) => (i % 6 === 0 ? NaN : code))];
  const outcome = y.map((value, i) => 10 * (value + (plain[i]! % 2) * w[i]! + (gaps[i] === 3 ? w[i]! : 0)));
  return { features: ['a', 'b', 'c', 'd', 'plain', 'gaps'], x: [...x, plain, gaps], categorical: [4, 5], w, y: outcome, weight: weighted ? weight.map((g) => g + 0.1) : null };
}

/** Units of values on cuts, beside them, between, beyond and missing; of levels that the forest has, and of others. */
function units({ binning }: CausalForest): Float64Array[] {
  const random = stream(6);
  return binning.cuts.map((cuts, feature) => Float64Array.from({ length: ROWS }, () => {
    if (random.bernoulli(0.15)) return NaN;
    if (binning.levels[feature]) return random.integer(LEVELS + 2) * 3 - 3;
    const cut = cuts[random.integer(cuts.length)]!;
    return [cut, cut * (1 + 2 ** -52), cut * (1 - 2 ** -53), random.normal() * 3, random.bernoulli(0.5) ? Infinity : -Infinity][random.integer(5)]!;
  }));
}

async function run(model: Uint8Array, columns: readonly Float64Array[]): Promise<Record<string, Float64Array>> {
  const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  const rows = columns[0]!.length;
  const x = Float64Array.from({ length: rows * columns.length }, (_, i) => columns[i % columns.length]![Math.floor(i / columns.length)]!);
  const answer = await session.run({ X: new ort.Tensor('float64', x, [rows, columns.length]) });
  await session.release();
  return Object.fromEntries(Object.entries(answer).map(([name, { data }]) => [name, data as Float64Array]));
}

const sd = (values: Float64Array): number => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
};

const largestDifference = (a: Float64Array, b: Float64Array): number => a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);

describe('a causal forest in ONNX', () => {
  let engine: WorkerForestEngine;
  beforeAll(async () => { engine = await createForestEngine({ workers: 1 }); });
  afterAll(() => engine.close());

  it.each([['without', false], ['with', true]])('%s weights: scores rows with gaps, on cuts and of unseen levels as the forest does, with variances', async (_, weighted) => {
    const data = training(weighted);
    const forest = answered(await growCausalForest(engine, data, { trees: 100, seed: 1 }));
    const columns = units(forest);
    const ours = answered(await predictEffects(engine, forest, Object.fromEntries(forest.features.map((name, j) => [name, columns[j]!]))));
    const { cate, variance } = await run(answered(forestGraph(forest, {})), columns);
    const scale = sd(data.y);
    expect(new Set(cate).size).toBeGreaterThan(ROWS / 2);
    expect(largestDifference(cate!, ours.estimates) / scale).toBeLessThan(TOLERANCE);
    expect(largestDifference(variance!, ours.variances) / scale ** 2).toBeLessThan(TOLERANCE);
  });

  it('refuses bags of one tree, which have no variance', async () => {
    const forest = answered(await growCausalForest(engine, training(false), { trees: 20, bagTrees: 1, seed: 1 }));
    expect(forestGraph(forest, {})).toMatchObject({ status: 'refused', detail: 'variances need little bags of 2 trees' });
  });
});

it('the hazard of a graph is the normal hazard to 1e-12 of itself, from 1e-196 to far in the tail', async () => {
  const z = Float64Array.from({ length: 1241 }, (_, i) => (i - 240) / 8);
  const graph = new OnnxGraph('hazard');
  const x = graph.input('X', 'double', ['n', 1]);
  graph.output('hazard', graphHazard(graph, x), 'double', ['n', 1]);
  const { hazard } = await run(graph.encode({ name: 'test', version: '1' }, {}), [z]);
  expect(Math.max(...z.map((value, i) => Math.abs(hazard![i]! / normalHazard(value) - 1)))).toBeLessThan(1e-12);
});
