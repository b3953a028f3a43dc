import { afterAll, describe, expect, it } from '@jest/globals';
import { Matrix, solve } from 'ml-matrix';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { analyze } from '../../src/analyze.js';
import type { Analysis } from '../../src/experiment/analysis.js';
import { planSchema, type PlanInput } from '../../src/experiment/plan.js';
import { stream } from '../../src/stats/numeric/random.js';
import { verifyAnalysis } from '../../src/verify.js';
import { openWarehouse } from '../../src/warehouse/open.js';
import { resultOf } from './run.js';

const folder = mkdtempSync(path.join(tmpdir(), 'assay-cupac-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
/** Sums of 900 doubles in another order, through a system of three equations. */
const RELATIVE = 1e-9;
const FOLDS = 3;

const random = stream(20_261_125);
const units = Array.from({ length: 900 }, (_, i) => {
  const [a, b, c] = [random.normal(), 100 + 20 * random.normal(), random.uniform()];
  const arm = i % 2 === 0 ? 'control' : 'new';
  return { unit: `u${i}`, arm, a, b, c, shop: `s${i % 50}`, platform: i % 3 === 0 ? 'ios' : 'web', y: 50 + 6 * a + 0.3 * b + (arm === 'new' ? 1 : 0) + 4 * random.normal() };
});
writeFileSync(path.join(folder, 'exposures.csv'), `unit,arm,ts,a,b,c,shop,platform\n${units.map((u) => [u.unit, u.arm, '2026-03-01', u.a, u.b, u.c, u.shop, u.platform].join(',')).join('\n')}`);
// before exposure the same units bought for b
writeFileSync(path.join(folder, 'orders.csv'), `unit,ts,value\n${units.map((u) => `${u.unit},2026-03-02,${u.y}\n${u.unit},2026-02-20,${u.b}`).join('\n')}`);

async function run(covariate: object | undefined, changes: Partial<PlanInput> = {}): Promise<Analysis> {
  const plan = planSchema.parse({
    name: 'cupac', source: { kind: 'files', tables: { exposures: { path: path.join(folder, 'exposures.csv') }, orders: { path: path.join(folder, 'orders.csv') } } },
    exposures: { unit: 'unit', arm: 'arm', time: 'ts', attributes: ['a', 'b', 'c', 'shop', 'platform'] }, facts: [{ name: 'orders', unit: 'unit', time: 'ts' }],
    metrics: [{ name: 'value', kind: 'mean', fact: 'orders', value: 'value', ...(covariate && { covariate }) } as PlanInput['metrics'][number]],
    segments: [{ name: 'platform', column: 'platform' }],
    arms: [{ name: 'control', weight: 0.5, control: true }, { name: 'new', weight: 0.5 }], decision: { goals: [{ metric: 'value', claim: 'superiority' }] }, ...changes,
  } satisfies PlanInput);
  const warehouse = await openWarehouse(plan.source, { threads: 1 });
  try { return await analyze(plan, warehouse); } finally { await warehouse.close(); }
}
const differenceOf = ({ comparisons }: Analysis, segment: string | null = null) => {
  const { difference } = comparisons.find((row) => (row.segment?.value ?? null) === segment)!;
  if (difference.status !== 'estimated') throw new Error(difference.detail);
  return difference;
};
const near = (got: number, expected: number) => expect(Math.abs(got - expected)).toBeLessThanOrEqual(RELATIVE * Math.max(1, Math.abs(expected)));

/** Predictions by normal equations within arm and fold, over the units of the other folds. */
function predicted(features: readonly ('a' | 'b' | 'c')[]): number[] {
  const foldOf = (unit: string): number => parseInt(createHash('md5').update(`1/${unit}`).digest('hex')[1]!, 16) % FOLDS;
  const mean = (of: readonly number[]): number => of.reduce((sum, value) => sum + value, 0) / of.length;
  const slopes = Array.from({ length: FOLDS }, (_, held) => {
    const rows = ['control', 'new'].flatMap((arm) => Array.from({ length: FOLDS }, (__, fold) => fold).filter((fold) => fold !== held).flatMap((fold) => {
      const own = units.filter((u) => u.arm === arm && foldOf(u.unit) === fold);
      const centres = [...features, 'y' as const].map((name) => mean(own.map((u) => u[name])));
      return own.map((u) => [...features, 'y' as const].map((name, k) => u[name] - centres[k]!));
    }));
    const x = new Matrix(rows.map((row) => row.slice(0, -1)));
    return solve(x.transpose().mmul(x), x.transpose().mmul(Matrix.columnVector(rows.map((row) => row.at(-1)!)))).to1DArray();
  });
  const centres = features.map((name) => mean(units.map((u) => u[name])));
  return units.map((u) => features.reduce((sum, name, k) => sum + slopes[foldOf(u.unit)]![k]! * (u[name] - centres[k]!), 0));
}

describe('CUPAC in plans', () => {
  it('is Lin\'s adjustment for predictions of units by models that did not see them', async () => {
    const analysis = await run({ cupac: { columns: ['a', 'c'], pre: '14d', learner: { name: 'linear' }, folds: FOLDS } });
    const { difference } = await resultOf('lin', { outcome: units.map(({ y }) => y), treatment: units.map(({ arm }) => arm), prediction: predicted(['a', 'b', 'c']) }, {}, { outcome: 'outcome', treatment: 'treatment', covariates: ['prediction'] });
    near(differenceOf(analysis).estimate, difference.estimate);
    near(differenceOf(analysis).standardError, difference.standardError);
    expect(analysis.summaries.metrics[0]!.covariates).toEqual(['x:prediction']);
    expect(analysis.comparisons[0]!.method).toContain('CUPAC: 3 features, 3 folds');
  });

  it('removes the variance that features explain, in segments too, and replays to the same bytes', async () => {
    const plain = await run(undefined);
    const analysis = await run({ cupac: { columns: ['a', 'b', 'c'] } });
    // of a variance of 36 + 36 + 16 the features explain 72
    for (const segment of [null, 'ios', 'web']) expect((differenceOf(analysis, segment).standardError / differenceOf(plain, segment).standardError) ** 2).toBeLessThan(0.25);
    expect(await verifyAnalysis(JSON.parse(JSON.stringify(analysis)) as Analysis)).toMatchObject({ status: 'same', differences: [] });
  });

  it('refuses groups, whose units know of each other', async () => {
    const analysis = await run({ cupac: { columns: ['a'] } }, { segments: [], design: { kind: 'cluster', cluster: 'shop' } });
    expect(analysis.comparisons[0]!.difference).toMatchObject({ status: 'refused', reason: 'unsupported_combination' });
  });
});
