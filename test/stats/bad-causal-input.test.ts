import { describe, expect, it } from '@jest/globals';
import { createForestEngine } from '../../src/compute/forest-engine.js';
import { assertFits } from '../../src/sdk/read-memory.js';
import { runEstimator, type EstimateRequest } from '../../src/stats/estimators/run-estimator.js';
import { growCausalForest, type CausalForest } from '../../src/stats/forest/causal-forest.js';
import { predictEffects } from '../../src/stats/forest/effect-prediction.js';
import { loadForest, saveForest } from '../../src/stats/forest/forest-file.js';
import { referenceEngine } from '../../src/stats/forest/reference/reference-engine.js';
import { stream } from '../../src/stats/numeric/random.js';
import { isRefusal, type Refusal, type RefusalReason } from '../../src/stats/refusal.js';
import { frameOf } from '../../src/stats/summaries/frame.js';

const N = 240;
const uniform = (from: number): Float64Array => Float64Array.from({ length: N }, (_, i) => stream(3, from, i).uniform());
const age = uniform(1);
const coin = uniform(2).map((u) => Number(u < 0.5));
const noise = uniform(4);
const levels = (count: number) => ({ codes: Int32Array.from({ length: N }, (_, i) => i % count), levels: Array.from({ length: count }, (_, i) => `c${String(i).padStart(3, '0')}`) });

interface Bad { readonly w?: Float64Array; readonly age?: Float64Array; readonly country?: ReturnType<typeof levels> }

async function answer(estimator: string, { w = coin, age: a = age, country = levels(3) }: Bad): Promise<unknown> {
  const y = a.map((value, i) => (Number.isNaN(value) ? 0.5 : value) + 0.5 * w[i]! + noise[i]!);
  const isUplift = estimator === 'uplift_forest';
  const data = frameOf([
    { name: 'y', values: isUplift ? y.map((value) => Number(value > 1)) : y },
    isUplift ? { name: 'w', codes: Int32Array.from(w), levels: ['0', '1'] } : { name: 'w', values: w },
    { name: 'age', values: a }, { name: 'country', ...country },
  ]);
  const columns: EstimateRequest['columns'] = { outcome: 'y', treatment: 'w', covariates: 'age', ...(estimator !== 'policy_tree' && { categories: 'country' }) };
  const options = { ...(!['plr', 'irm', 'tmle', ...OBSERVATIONAL].includes(estimator) && { trees: 50 }), ...(['irm', 'cate'].includes(estimator) && { folds: 2 }) };
  const found = await runEstimator({ estimator, data, columns, options }, { seed: 1 });
  return 'refusal' in found ? found.refusal : found.result;
}

function expectSentence(found: unknown, reason: RefusalReason, says: RegExp, remedy: RegExp): void {
  if (!isRefusal(found)) throw new Error(`answered: ${JSON.stringify(found).slice(0, 300)}`);
  expect(found.reason).toBe(reason);
  expect(found.detail).toMatch(says);
  expect(found.remedy).toMatch(remedy);
  expect(found.remedy).toMatch(/^[A-Z].*\.$/);
}

const OBSERVATIONAL = ['regression_adjustment', 'inverse_propensity', 'matching'];

const NO_OVERLAP: Bad = { w: age.map((value) => Number(value > 0.5)) };
const CONSTANT: Bad = { w: new Float64Array(N).fill(1) };
const FEW: Bad = { w: Float64Array.from({ length: N }, (_, i) => Number(i < 3)) };
const EMPTY: Bad = { age: new Float64Array(N).fill(NaN) };

const CASES: readonly (readonly [string, string, Bad, RefusalReason, RegExp, RegExp])[] = [
  ['causal_forest', 'no overlap', NO_OVERLAP, 'no_overlap', /\d+ of 240 rows have an estimated propensity outside \[0\.01, 0\.99\]/, /beyondBounds: trim/],
  ['policy_tree', 'no overlap', NO_OVERLAP, 'no_overlap', /\d+ of 240 rows have an estimated propensity outside/, /widen lowestPropensity/],
  ...['irm', 'cate'].map((name) => [name, 'no overlap, though a penalty holds propensities inside the bounds', NO_OVERLAP, 'no_overlap', /the covariates tell the arm: .* in (99|100)\.\d % of pairs/, /Leave out covariates/] as const),
  ['causal_forest', 'a constant treatment', CONSTANT, 'zero_variance', /the treatment of a causal forest is constant/, /another treatment/],
  ...['plr', 'irm', 'tmle'].map((name) => [name, 'a constant treatment', CONSTANT, 'zero_variance', /the treatment of .* is constant/, /another treatment/] as const),
  ['causal_forest', 'three units in an arm', FEW, 'too_few_units', /at least 5 units in each arm; one has 3/, /Collect units/],
  ['irm', 'three units in an arm', FEW, 'too_few_units', /at least 5 units with each value of the treatment; one has 3/, /Collect/],
  ['uplift_forest', 'three units in an arm', FEW, 'too_few_units', /at least 20 units each to learn from; 1 has \d/, /Collect units of that arm/],
  ...['causal_forest', 'plr', 'irm', 'tmle', 'cate', 'uplift_forest'].map((name) => [name, 'a column without a value', EMPTY, 'zero_variance', /column age has no value that is not missing/, /Drop the column/] as const),
  ...['inverse_propensity', 'matching'].map((name) => [name, 'no overlap', NO_OVERLAP, 'no_overlap', /found covariates that separate treated from control units/, /compare units that could have been in either arm/] as const),
  ...OBSERVATIONAL.map((name) => [name, 'a constant treatment', CONSTANT, 'zero_variance', /the treatment of .* is constant/, /another treatment/] as const),
  ...OBSERVATIONAL.map((name) => [name, 'three units in an arm', FEW, 'too_few_units', /at least 5 units with each value of the treatment; one has 3/, /Collect/] as const),
  ...OBSERVATIONAL.map((name) => [name, 'a column without a value', EMPTY, 'not_finite', /needs finite values; column age/, /fill them/] as const),
  ['irm', 'an id as a category', { country: levels(N) }, 'too_few_units', /column country has \d+ categories in \d+ rows/, /Group rare categories, leave the column out/],
];

describe('causal estimators on bad input: refused with a sentence, and what would make it answerable', () => {
  it.each(CASES)('%s: %s', async (name, _, bad, reason, says, remedy) => {
    expectSentence(await answer(name, bad), reason, says, remedy);
  });

  it('trims rows without overlap when told to, and says which share', async () => {
    const w = age.map((value, i) => (value > 0.9 ? 1 : coin[i]!));
    const y = age.map((value, i) => value + 0.5 * w[i]! + noise[i]!);
    const data = frameOf([{ name: 'y', values: y }, { name: 'w', values: w }, { name: 'age', values: age }]);
    const found = await runEstimator({ estimator: 'causal_forest', data, columns: { outcome: 'y', treatment: 'w', covariates: 'age' }, options: { trees: 50, beyondBounds: 'trim', highestPropensity: 0.8 } }, { seed: 1 });
    if ('refusal' in found) throw new Error(found.refusal.detail);
    const { n, trimmedShare } = found.result as { n: number; trimmedShare: number };
    expect(trimmedShare).toBeGreaterThan(0.05);
    expect(n).toBe(Math.round(N * (1 - trimmedShare)));
  });
});

describe('forests that are kept', () => {
  const data = { features: ['age', 'country'], categorical: [1], x: [age, Float64Array.from({ length: N }, (_, i) => i % 3)], y: age.map((value, i) => value + coin[i]! + noise[i]!), w: coin };
  const grown = growCausalForest(referenceEngine, data, { trees: 50, seed: 1 }) as Promise<CausalForest>;

  it('score categories that they never saw by the larger side of each split, always finite', async () => {
    const found = await predictEffects(referenceEngine, await grown, { age: Float64Array.of(0.2, 0.8), country: Float64Array.of(7, NaN) });
    if (isRefusal(found)) throw new Error(found.detail);
    expect([...found.estimates, ...found.variances].every(Number.isFinite)).toBe(true);
  });

  it('refuse rows of another schema, files of another version, and what is no forest', async () => {
    const forest = await grown;
    expectSentence(await predictEffects(referenceEngine, forest, { years: age, country: age }), 'unsupported_combination', /columns that are not here: age/, /same schema/);
    const bytes = saveForest(forest);
    const text = Buffer.from(bytes).toString('latin1').replace(/"version":\d+/, '"version":9');
    expectSentence(loadForest(Uint8Array.from(Buffer.from(text, 'latin1'))), 'unsupported_combination', /saved in format 9; this version reads format \d/, /Grow and save/);
    expectSentence(loadForest(bytes, 'survival' as never), 'unsupported_combination', /holds a forest of family causal/, /saved as one/);
    expectSentence(loadForest(Uint8Array.of(1, 2, 3)), 'unsupported_combination', /not a saved forest/, /saved as one/);
  });

  it('are not grown where memory does not allow: refused before the first tree', async () => {
    const engine = await createForestEngine({ workers: 1, memoryLimit: 2 ** 20 });
    try {
      expectSentence(await growCausalForest(engine, data, { trees: 50, seed: 1 }) as Refusal, 'unsupported_combination', /needs up to \d\.\d GB; 0\.0 GB are allowed/, /fewer rows, columns/);
    } finally { await engine.close(); }
  });

  it('nor are more columns read than fit', () => {
    const wanted = Array.from({ length: 300 }, () => ({ kind: 'numeric' as const }));
    expect(() => assertFits('wide.parquet', 1_000_000, wanted, 2 ** 31)).toThrow('wide.parquet has more rows than fit in memory: 1000000 of 300 columns take 4.5 GB, and 2.0 GB are allowed; name fewer columns');
    expect(() => assertFits('narrow.parquet', 1_000_000, wanted.slice(0, 30), 2 ** 31)).not.toThrow();
  });
});
