import { describe, expect, it } from '@jest/globals';
import { createUpliftEngine } from '../../src/compute/uplift-engine.js';
import { loadUpliftForest, saveUpliftForest } from '../../src/stats/uplift/forest/uplift-file.js';
import { isRefusal, type Refusal } from '../../src/stats/refusal.js';
import { runEstimator } from '../../src/stats/estimators/run-estimator.js';
import { stream } from '../../src/stats/numeric/random.js';
import { upliftCriteria, type UpliftCriterion } from '../../src/stats/uplift/forest/criteria.js';
import { growUpliftForest, predictUplift, type UpliftData, type UpliftForest, type UpliftPlan } from '../../src/stats/uplift/forest/uplift-forest.js';
import { armsFrame } from '../stats/data.js';

const stump: UpliftPlan = { criterion: 'kl', normalise: false, regularisation: 0, trees: 1, sampleFraction: 1, isHonest: false, mtry: 3, maxDepth: 1, minLeaf: 8, minArm: 2, seed: 3 };

/** Three features: ordered, with missing values, and levels without order; the effect follows one of them. */
function rowsOf(n: number, treatments: number, effectOf: (x: readonly number[]) => number, seed = 5): UpliftData {
  const random = stream(seed);
  const x = [
    Float64Array.from({ length: n }, () => Math.round(random.normal() * 4)),
    Float64Array.from({ length: n }, () => (random.bernoulli(0.3) ? NaN : Math.round(random.normal() * 4))),
    Float64Array.from({ length: n }, () => random.integer(5)),
  ];
  const arm = Uint8Array.from({ length: n }, () => random.integer(treatments + 1));
  const outcome = Float64Array.from(arm, (k, i) => Number(random.bernoulli(0.4 + (k > 0 ? effectOf(x.map((column) => column[i]!)) / k : 0))));
  return { features: ['ordered', 'gaps', 'levels'], x, categorical: [2], outcome, arm, arms: ['control', ...Array.from({ length: treatments }, (_, k) => `t${k + 1}`)], cluster: null };
}
async function grown(data: UpliftData, plan: Partial<UpliftPlan>): Promise<UpliftForest> {
  const forest = await growUpliftForest(data, { ...stump, ...plan });
  if (isRefusal(forest)) throw new Error(forest.detail);
  return forest;
}
const predicted = (forest: UpliftForest, x: readonly Float64Array[]): Float64Array => {
  const uplift = predictUplift(forest, x);
  if (isRefusal(uplift)) throw new Error(uplift.detail);
  return uplift;
};

/** The criteria as the papers write them, from the rows of both children. */
function gainOf(criterion: UpliftCriterion, { outcome, arm, arms }: UpliftData, isLeft: (i: number) => boolean): number {
  const rates = (keeps: (i: number) => boolean) => {
    const units = [...outcome.keys()].filter(keeps);
    return { n: units.length, p: arms.map((_, k) => { const of = units.filter((i) => arm[i] === k); return of.reduce((sum, i) => sum + outcome[i]!, 0) / of.length; }) };
  };
  const [all, left, right] = [rates(() => true), rates(isLeft), rates((i) => !isLeft(i))];
  const bound = (p: number) => Math.min(1 - 1e-6, Math.max(1e-6, p));
  const distance = (p: number, q: number): number => {
    if (criterion === 'euclidean') return (p - q) ** 2 + (q - p) ** 2;
    if (criterion === 'chi_square') return (p - q) ** 2 / bound(q) + (p - q) ** 2 / (1 - bound(q));
    return bound(p) * Math.log(bound(p) / bound(q)) + (1 - bound(p)) * Math.log((1 - bound(p)) / (1 - bound(q)));
  };
  const effect = ({ p }: { p: number[] }) => p[1]! - p[0]!;
  if (criterion === 'ddp') return Math.abs(effect(left) - effect(right));
  const value = ({ p }: { p: number[] }) => (criterion === 'cts' ? Math.max(...p) : p.slice(1).reduce((sum, rate) => sum + distance(rate, p[0]!), 0));
  return (left.n * value(left) + right.n * value(right)) / all.n - value(all);
}

/** Every split that a stump may make: cuts of ordered values with missing ones on either side, and prefixes of all orders of levels. */
function* allSplits({ x }: UpliftData): Generator<(i: number) => boolean> {
  for (const column of x.slice(0, 2)) {
    for (const cut of new Set(column.filter((value) => !Number.isNaN(value)))) {
      yield (i) => column[i]! <= cut;
      yield (i) => !(column[i]! > cut);
    }
    yield (i) => Number.isNaN(column[i]!);
  }
}

describe('uplift trees', () => {
  it.each(upliftCriteria.filter((criterion) => criterion !== 'iddp').flatMap((criterion) => (criterion === 'ddp' ? [1] : [1, 2]).map((treatments) => [criterion, treatments] as const)))(
    '%s with %i treatments: the first split has the largest gain of all', async (criterion, treatments) => {
      const data = { ...rowsOf(200, treatments, ([a]) => (a! > 2 ? 0.4 : 0)), categorical: [] };
      const two = { ...data, features: data.features.slice(0, 2), x: data.x.slice(0, 2) };
      const uplift = predicted(await grown(two, { criterion, mtry: 2 }), two.x);
      const sides = Uint8Array.from(two.outcome, (_, i) => Number(uplift[i * treatments] === uplift[0] && uplift[i * treatments + treatments - 1] === uplift[treatments - 1]));
      const allowed = [...allSplits(two)].filter((isLeft) => [true, false].every((side) => {
        const units = [...two.outcome.keys()].filter((i) => isLeft(i) === side);
        return units.length >= stump.minLeaf && two.arms.every((_, k) => units.filter((i) => two.arm[i] === k).length >= stump.minArm);
      }));
      const best = Math.max(...allowed.map((isLeft) => gainOf(criterion, two, isLeft)));
      expect(gainOf(criterion, two, (i) => sides[i] === 1)).toBeCloseTo(best, 10);
    });

  it('iddp splits only where children differ by more than the node\'s own effect', async () => {
    const alike = await grown(rowsOf(2000, 1, () => 0.5), { criterion: 'iddp', minLeaf: 300 });
    const apart = await grown(rowsOf(2000, 1, ([a]) => (a! > 0 ? 0.4 : -0.3)), { criterion: 'iddp', minLeaf: 300 });
    expect(alike.trees[0]!.feature).toHaveLength(1);
    expect(apart.trees[0]!.feature[0]).toBe(0);
  });

  it.each([['gaps', ([, b]: readonly number[]) => (Number.isNaN(b) ? 0.5 : 0)], ['levels', ([, , c]: readonly number[]) => (c === 1 || c === 4 ? 0.5 : 0)]] as const)(
    'an effect by %s is found and put on the right side', async (feature, effectOf) => {
      const data = rowsOf(2000, 1, effectOf);
      const forest = await grown(data, { criterion: 'euclidean' });
      const uplift = predicted(forest, data.x);
      expect(forest.features[forest.trees[0]!.feature[0]!]).toBe(feature);
      const wrong = uplift.filter((value, i) => value > 0.25 !== effectOf(data.x.map((column) => column[i]!)) > 0).length;
      // a few of the lowest values may go with the missing ones by chance
      expect(wrong / uplift.length).toBeLessThan(0.02);
    });
});

describe('uplift forest', () => {
  const full: Partial<UpliftPlan> = { trees: 12, sampleFraction: 0.6, isHonest: true, maxDepth: 6, minLeaf: 20, regularisation: 20, mtry: 2 };

  it('a tree depends on seed and index alone, so that any number of workers grows the same', async () => {
    const data = rowsOf(600, 2, ([a]) => (a! > 0 ? 0.4 : 0));
    const [first, second, longer] = [await grown(data, full), await grown(data, full), await grown(data, { ...full, trees: 20 })];
    expect(second).toEqual(first);
    expect(longer.trees.slice(0, 12)).toEqual(first.trees);
    expect((await grown(data, { ...full, seed: 4 })).trees).not.toEqual(first.trees);
  });

  it('one, two and eight workers grow the bytes of this thread, and a saved forest is read as it was', async () => {
    const data = rowsOf(12_000, 2, ([a]) => (a! > 0 ? 0.4 : 0));
    const plan: UpliftPlan = { ...stump, ...full, trees: 45, maxDepth: 5 };
    const here = await grown(data, plan);
    for (const workers of [1, 2, 8]) {
      const engine = createUpliftEngine({ workers });
      try {
        const shares: number[] = [];
        expect(await growUpliftForest(data, plan, { onProgress: (share) => shares.push(share) }, engine)).toEqual(here);
        expect(shares.at(-1)).toBe(1);
      } finally { await engine.close(); }
    }
    const bytes = saveUpliftForest(here);
    const read = loadUpliftForest(bytes);
    if (isRefusal(read)) throw new Error(read.detail);
    expect(read).toEqual(here);
    expect(saveUpliftForest(read)).toEqual(bytes);
    expect(predicted(read, data.x)).toEqual(predicted(here, data.x));
    expect(loadUpliftForest(bytes.slice(0, 40))).toMatchObject({ status: 'refused', detail: 'this file is not a saved uplift forest' });
  });

  it('workers stop when told, and reject with the reason', async () => {
    const engine = createUpliftEngine({ workers: 2 });
    const abort = new AbortController();
    try {
      const growing = growUpliftForest(rowsOf(20_000, 1, () => 0.1), { ...stump, ...full, trees: 4000 }, { signal: abort.signal, onProgress: () => abort.abort(new Error('no longer wanted')) }, engine);
      await expect(growing).rejects.toThrow('no longer wanted');
    } finally { await engine.close(); }
  });

  it('out-of-bag and new uplifts follow the true ones', async () => {
    const effectOf = ([a]: readonly number[]): number => (a! > 0 ? 0.4 : 0);
    const data = rowsOf(2000, 1, effectOf);
    const forest = await grown(data, { ...full, trees: 30, criterion: 'euclidean' });
    const fresh = rowsOf(1000, 1, effectOf, 6);
    for (const [uplift, rows] of [[forest.outOfBag, data], [predicted(forest, fresh.x), fresh]] as const) {
      const error = uplift.reduce((sum, value, i) => sum + (value - effectOf(rows.x.map((column) => column[i]!))) ** 2, 0) / uplift.length;
      // predicting the mean effect would be off by 0.2
      expect(Math.sqrt(error)).toBeLessThan(0.1);
    }
    expect(forest.importance[0]).toBeGreaterThan(0.5);
  });

  const refused = (change: Partial<UpliftData>): Promise<UpliftForest | Refusal> => growUpliftForest({ ...rowsOf(100, 1, () => 0), ...change }, stump);
  it.each([
    ['a constant treatment', 'too_few_units', { arm: new Uint8Array(100) }],
    ['one class of response', 'zero_variance', { outcome: new Float64Array(100) }],
    ['responses that are not 0 or 1', 'unsupported_combination', { outcome: new Float64Array(100).map((_, i) => i) }],
    ['a column without a value', 'zero_variance', { x: [0, 1, 2].map(() => new Float64Array(100).fill(NaN)) }],
    ['no columns', 'not_identified', { features: [], x: [], categorical: [] }],
  ] as const)('refuses %s', async (_, reason, change) => {
    expect(await refused(change as Partial<UpliftData>)).toMatchObject({ status: 'refused', reason });
  });

  it('refuses an unseen category at prediction, or lets it go with the larger child', async () => {
    const data = rowsOf(500, 1, ([, , c]) => (c === 1 ? 0.5 : 0));
    const forest = await grown(data, {});
    const x = [Float64Array.of(0), Float64Array.of(0), Float64Array.of(9)];
    expect(predictUplift(forest, x)).toMatchObject({ status: 'refused', detail: expect.stringContaining('levels has 1 categories') });
    expect(Number.isFinite((predictUplift(forest, x, 'larger_child') as Float64Array)[0])).toBe(true);
  });

  it('the estimator names the control among three arms, and criteria that take one treatment', async () => {
    const { x, outcome, arm } = rowsOf(300, 2, () => 0.2);
    const data = armsFrame([...arm].map((k) => ['none', 'mail', 'call'][k]!), { y: outcome, x: x[0]! });
    const ask = (options: object) => runEstimator({ estimator: 'uplift_forest', data, columns: { outcome: 'y', treatment: 'arm', covariates: 'x' }, options: { trees: 5, minLeaf: 10, minArm: 2, regularisation: 1, ...options } }, { seed: 1 });
    await expect(ask({})).rejects.toThrow('control must be named, as arm has 3 levels');
    await expect(ask({ control: 'none', criterion: 'ddp' })).rejects.toThrow('criterion ddp compares one treatment with control');
    expect(await ask({ control: 'none', honest: false })).toMatchObject({ result: { treatments: [{ name: 'call' }, { name: 'mail' }] } });
  });
});
