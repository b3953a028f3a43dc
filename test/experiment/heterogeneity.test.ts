import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { analyze } from '../../src/analyze.js';
import type { Analysis } from '../../src/experiment/analysis.js';
import { planSchema, type Plan, type PlanInput } from '../../src/experiment/plan.js';
import { htmlReport } from '../../src/report/html.js';
import { markdownReport } from '../../src/report/markdown.js';
import { reportModel } from '../../src/report/model.js';
import { stream } from '../../src/stats/numeric/random.js';
import { mergeMoments, type Moments } from '../../src/stats/summaries/moments.js';
import { openWarehouse } from '../../src/warehouse/open.js';
import { newFolder, planOver } from '../warehouse/small-plan.js';

const UNITS = 12_000;
const folder = newFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Spending with standard deviation 1 that moves by 0.6 among those from FR below 30, and by nothing else. */
beforeAll(() => {
  const rows: Record<'exposures' | 'planted' | 'nothing', string[]> = { exposures: ['unit,arm,ts,country,age'], planted: ['unit,ts,revenue'], nothing: ['unit,ts,revenue'] };
  for (let i = 0; i < UNITS; i++) {
    const random = stream(5, i);
    const [arm, country, age] = [random.integer(2), ['DE', 'FR', 'IT'][random.integer(3)]!, 18 + random.integer(50)];
    const noise = 5 + random.normal();
    rows.exposures.push(`u${i},${arm === 1 ? 'b' : 'a'},2026-03-01T00:00:00Z,${country},${i % 500 === 0 ? '' : age}`);
    rows.nothing.push(`u${i},2026-03-01T01:00:00Z,${noise}`);
    rows.planted.push(`u${i},2026-03-01T01:00:00Z,${noise + (arm === 1 && country === 'FR' && age < 30 ? 0.6 : 0)}`);
  }
  for (const [name, lines] of Object.entries(rows)) writeFileSync(path.join(folder, `${name}.csv`), `${lines.join('\n')}\n`);
});

const planFor = (orders: string, heterogeneity: PlanInput['heterogeneity'] = { numeric: ['age'] }): Plan => planOver(
  { exposures: path.join(folder, 'exposures.csv'), orders: path.join(folder, `${orders}.csv`) },
  { exposures: { unit: 'unit', arm: 'arm', time: 'ts', attributes: ['country', 'age'] }, heterogeneity },
);
async function analysed(plan: Plan): Promise<Analysis> {
  const warehouse = await openWarehouse(plan.source, { threads: 1 });
  try { return await analyze(plan, warehouse); } finally { await warehouse.close(); }
}

describe('search for segments, from raw tables', () => {
  it('finds a pair of attributes that was planted, reads it in the half that did not choose it, and reports it', async () => {
    const analysis = await analysed(planFor('planted'));
    const { segments, searched } = analysis.heterogeneity!;
    // 3 countries, 4 ages, 12 pairs; the units without an age are too few to search
    expect(searched).toBe(19);
    const found = segments.filter(({ isFound }) => isFound);
    const planted = found.find(({ parts }) => parts.length === 2 && parts[0]!.value === 'FR' && parts[1]!.value.startsWith('below '))!;
    expect(planted.interval.lower!).toBeGreaterThan(0);
    expect(planted.interval.lower!).toBeLessThan(0.55);
    expect(planted.interval.upper!).toBeGreaterThan(0.55);
    for (const { parts } of found) expect(parts.some(({ value }) => value === 'FR' || value.startsWith('below '))).toBe(true);
    const model = reportModel(analysis);
    for (const report of [markdownReport(model), htmlReport(model)]) expect(report).toMatch(/Segments that differ[\s\S]*country = FR, age = below 31/);
  });

  it('finds nothing where nothing differs', async () => {
    const { heterogeneity } = await analysed(planFor('nothing'));
    expect(heterogeneity!.segments.filter(({ isFound }) => isFound)).toEqual([]);
    expect(heterogeneity!.segments.length).toBeGreaterThan(0);
  });

  it('splits units in halves whose moments add up to those of all units, the same at every reading', async () => {
    const [once, again] = [await analysed(planFor('planted')), await analysed(planFor('planted'))];
    expect(again.summaries.folds).toEqual(once.summaries.folds);
    const { cells } = once.summaries.folds![0]!;
    for (const arm of ['a', 'b']) {
      const whole = once.summaries.metrics[0]!.cells.find((cell) => cell.arm === arm && cell.segment === null)!.summary as Moments;
      for (const grouping of ['country', 'age', 'country,age']) {
        const own = cells.filter((cell) => cell.arm === arm && cell.parts.map(({ name }) => name).join() === grouping);
        const merged = own.map<Moments>(({ summary }) => summary).reduce((a, b) => mergeMoments(a, b));
        expect(merged.n).toBe(whole.n);
        expect(merged.mean[0]! / whole.mean[0]!).toBeCloseTo(1, 12);
        expect(merged.scatter[0]![0]! / whole.scatter[0]![0]!).toBeCloseTo(1, 9);
        const half = own.filter(({ fold }) => fold === 0).reduce((sum, { summary }) => sum + summary.n, 0);
        expect(Math.abs(half - whole.n / 2)).toBeLessThan(3 * Math.sqrt(whole.n / 4));
      }
    }
  });

  it.each<[string, PlanInput['heterogeneity'], RegExp]>([
    ['a segment that the plan does not have', { segments: ['town'] }, /names segment town/],
    ['a column that is no attribute', { numeric: ['height'] }, /cuts height, which is not among exposures.attributes/],
    ['a metric that the plan does not have', { metrics: ['clicks'] }, /not a metric of the plan/],
    ['nothing to search', { segments: [] }, /needs a segment or a numeric attribute/],
  ])('a plan is told of %s', (_, heterogeneity, message) => {
    const parsed = planSchema.safeParse({ ...planFor('nothing'), heterogeneity });
    expect(parsed.error?.issues.map((issue) => issue.message).join()).toMatch(message);
  });
});
