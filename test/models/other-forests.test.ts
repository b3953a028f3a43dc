import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import path from 'node:path';
import { sharedForestEngine } from '../../src/compute/shared-forest-engine.js';
import { kinds } from '../../src/sdk/models/kinds.js';
import type { TrainingColumns } from '../../src/sdk/models/kind.js';
import { models } from '../../src/sdk/models/models.js';
import { onnxKinds, type otherForestKinds } from '../../src/sdk/models/spec.js';
import { growCausalSurvivalForest, predictSurvivalEffects } from '../../src/stats/forest/causal-survival-forest.js';
import type { Predictions } from '../../src/stats/forest/moment-prediction.js';
import { growMultiArmForest, predictArmEffects } from '../../src/stats/forest/multi-arm-forest.js';
import { growInstrumentalForest, predictInstrumented } from '../../src/stats/forest/instrumental-forest.js';
import { stream } from '../../src/stats/numeric/random.js';
import { assay } from '../cli/capture.js';
import { folderOf, type Folder } from '../cli/fixture.js';
import { answered } from '../forest/shared.js';

const UNITS = 800;
const context = { seed: 9, forests: sharedForestEngine };
type Kind = (typeof otherForestKinds)[number];

/** Effects are 2 a; an instrument moves the treatment of two thirds; three arms, the last of half the effect; times end at the effect's mercy. */
function units(seed: number) {
  const random = stream(seed);
  const draw = (of: (i: number) => number) => Float64Array.from({ length: UNITS }, (_, i) => of(i));
  const [a, b] = [draw(() => random.uniform()), draw(() => random.normal())];
  const z = draw(() => random.integer(2));
  const w = z.map((encouraged) => (random.bernoulli(2 / 3) ? encouraged : random.integer(2)));
  const y = draw((i) => b[i]! + 2 * a[i]! * w[i]! + 0.5 * random.normal());
  const arm = Int32Array.from({ length: UNITS }, () => random.integer(3));
  const several = draw((i) => b[i]! + [0, 2, 1][arm[i]!]! * a[i]! + 0.5 * random.normal());
  const treated = draw(() => random.integer(2));
  const life = draw((i) => random.exponential() * (1 + 2 * a[i]! * treated[i]!));
  const end = draw(() => 6 * random.uniform() + 1);
  return { a, b, z, w, y, arm, several, treated, time: life.map((value, i) => Math.min(value, end[i]!)), event: life.map((value, i) => Number(value <= end[i]!)) };
}

const data = units(1);
const fresh = units(2);
const encoded = [fresh.a, fresh.b];
const numeric = (name: string, values: Float64Array) => ({ name, values });
const shared = { covariates: [numeric('a', data.a), numeric('b', data.b)], categories: [] };
const levels = ['control', 'half', 'full'];
const cases: readonly (readonly [Kind, object, object, (a: number) => number])[] = [
  ['instrumental_forest', { ...shared, outcome: numeric('y', data.y), treatment: numeric('w', data.w), instrument: numeric('z', data.z) }, { instrumentPropensity: 0.5 }, (a) => 2 * a],
  ['multi_arm_forest', { ...shared, outcome: numeric('y', data.several), treatment: { name: 'arm', codes: data.arm, levels } }, { control: 'control', arm: 'half' }, (a) => 2 * a],
  ['causal_survival_forest', { ...shared, time: numeric('time', data.time), event: numeric('event', data.event), treatment: numeric('treated', data.treated) }, { horizon: 1, propensity: 0.5 }, (a) => {
    // restricted means of exponential times of mean 1 and 1 + 2 a
    const mean = (m: number) => m * (1 - Math.exp(-1 / m));
    return mean(1 + 2 * a) - mean(1);
  }],
];

describe('forests of other effects, as models', () => {
  it.each(cases)('%s: the same scores after it is saved, and a unit at a time; its average near the truth', async (kind, columns, options, truth) => {
    const { scorer, metrics } = answered(await kinds[kind].train(columns as unknown as TrainingColumns, kinds[kind].options.parse({ trees: 300, ...options }), context));
    const bytes = scorer.save();
    const loaded = answered(kinds[kind].load(bytes));
    expect(Buffer.compare(loaded.save(), bytes)).toBe(0);
    const [before, after] = [answered(await scorer.score(encoded)), answered(await loaded.score(encoded))];
    expect(after).toEqual(before);
    for (const row of [0, 9]) {
      const one = loaded.scoreRow(encoded.map((column) => column[row]!)) as { cate: number; variance: number };
      expect(one.cate).toBeCloseTo(before.estimates[row]!, 10);
      expect(one.variance).toBeCloseTo(before.variances![row]!, 10);
    }
    const mean = fresh.a.reduce((sum, a) => sum + truth(a), 0) / UNITS;
    expect(Math.abs(metrics.average!.estimate - mean)).toBeLessThan(4 * metrics.average!.standardError);
    expect(loaded.graph({})).toMatchObject({ status: 'refused', remedy: expect.stringContaining(onnxKinds.join(', ')) });
    const other = cases[(cases.findIndex(([name]) => name === kind) + 1) % cases.length]![0];
    expect(kinds[other].load(bytes)).toMatchObject({ status: 'refused', detail: expect.stringMatching(/model\.bin holds .*, and the card tells of/) });
  });

  const { honestyFraction, sampleFraction, alpha, minNodeSize } = kinds.instrumental_forest.options.parse({}) as { readonly honestyFraction: number; readonly sampleFraction: number; readonly alpha: number; readonly minNodeSize: number };
  const choices = { trees: 100, honestyFraction, sampleFraction, alpha, minNodeSize, seed: 9 };
  const base = { features: ['a', 'b'], x: [data.a, data.b], categorical: [], weight: null, cluster: null };
  const half = new Float64Array(UNITS).fill(0.5);
  const grown: Readonly<Record<Kind, () => Promise<Predictions>>> = {
    async instrumental_forest() {
      const forest = answered(await growInstrumentalForest(sharedForestEngine, { ...base, y: data.y, w: data.w, z: data.z, zHat: half }, choices));
      return answered(await predictInstrumented(sharedForestEngine, forest, { a: fresh.a, b: fresh.b }));
    },
    async multi_arm_forest() {
      const forest = answered(await growMultiArmForest(sharedForestEngine, { ...base, y: { y: data.several }, arms: levels, arm: data.arm }, choices));
      return answered(await predictArmEffects(sharedForestEngine, forest, { a: fresh.a, b: fresh.b }))[0]!;
    },
    async causal_survival_forest() {
      const forest = answered(await growCausalSurvivalForest(sharedForestEngine, { ...base, w: data.treated, wHat: half, time: data.time, event: data.event }, { ...choices, target: 'rmst', horizon: 1, leastObserved: 0.05 }));
      return answered(await predictSurvivalEffects(sharedForestEngine, forest, { a: fresh.a, b: fresh.b }));
    },
  };

  it.each(cases)('%s scores as the forest that it is', async (kind, columns, options) => {
    const { scorer } = answered(await kinds[kind].train(columns as unknown as TrainingColumns, kinds[kind].options.parse({ trees: 100, ...options }), context));
    const [scores, predicted] = [answered(await scorer.score(encoded)), await grown[kind]()];
    expect(scores.estimates).toEqual(predicted.estimates);
    expect(scores.variances).toEqual(predicted.variances);
  });
});

describe('by the command', () => {
  let folder: Folder;
  const train = (given: object) => assay(['model', 'train', folder.write('spec.json', { data: 'rows.csv', ...given }), '--out', 'models'], { cwd: folder.path });
  beforeAll(() => {
    folder = folderOf({ 'rows.csv': ['a,b,y,w,z,arm,time,event', ...Array.from(data.a, (a, i) => [a, data.b[i], data.y[i], data.w[i], data.z[i], levels[data.arm[i]!], data.time[i], data.event[i]].join(','))] });
  });
  afterAll(() => folder[Symbol.dispose]());
  const columns = { outcome: 'y', treatment: 'w', covariates: ['a', 'b'] };

  it('trains and scores them, and tells which columns they learned from', async () => {
    expect((await train({ name: 'late', kind: 'instrumental_forest', columns: { ...columns, instrument: 'z' }, options: { trees: 50 } })).out).toMatch(/effect of w on y, by z[^]*model\.onnx +refused: an instrumental forest has no ONNX form here/);
    expect((await train({ name: 'life', kind: 'causal_survival_forest', columns: { time: 'time', event: 'event', treatment: 'w', covariates: ['a', 'b'] }, options: { trees: 50, horizon: 1 } })).code).toBe(0);
    const { card } = await models.read(path.join(folder.path, 'models', 'life'));
    expect(card).toMatchObject({ outcome: 'time', event: 'event', treatment: 'w', outputs: ['cate', 'variance'] });
    expect((await assay(['model', 'score', 'models/late', '--data', 'rows.csv', '--out', 'scores.parquet'], { cwd: folder.path })).out).toBe('800 rows, with cate, variance, in scores.parquet\n');
    expect((await assay(['model', 'check', 'models/late'], { cwd: folder.path })).err).toContain('train a kind that has one: causal_forest, s_learner');
    expect((await assay(['model', 'compare', 'models/late', 'models/life', '--data', 'rows.csv'], { cwd: folder.path })).out).toContain('are not judged against each other here');
  });

  it('says what is lacking: an instrument, an event, the arm', async () => {
    expect((await train({ name: 'x', kind: 'instrumental_forest', columns })).err).toContain('columns.instrument must name a column');
    expect((await train({ name: 'x', kind: 'causal_survival_forest', columns, options: { horizon: 1 } })).err).toContain('columns.time must name a column');
    expect((await train({ name: 'x', kind: 'causal_forest', columns: { ...columns, instrument: 'z' } })).err).toContain('columns.instrument is no role of causal_forest');
    expect((await train({ name: 'x', kind: 'multi_arm_forest', columns: { ...columns, treatment: 'arm' }, options: { control: 'control' } })).err).toContain('arm must say which arm is scored: one of full, half');
    expect((await train({ name: 'x', kind: 'multi_arm_forest', columns: { ...columns, treatment: 'arm' }, options: { control: 'control', arm: 'quarter' } })).err).toContain('arm must be one of full, half; got "quarter"');
  });
});
