import { beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Analysis, Comparison, EffectEstimate } from '../../src/experiment/analysis.js';
import { assay } from './capture.js';
import { isShared, sharedFile } from './shared.js';

interface Vector { readonly id: string; readonly expected: Record<string, number | number[] | Record<string, number>>; readonly tolerance: Record<string, number> }

const vectors = (): readonly Vector[] => (JSON.parse(readFileSync(sharedFile('vectors', 'causal.json'), 'utf8')) as { vectors: Vector[] }).vectors;
const vector = (id: string): Vector => vectors().find((v) => v.id === id)!;
const expected = (id: string, field: string): number => vector(id).expected[field] as number;

const golden = (name: string): string => path.resolve('test/golden/real', `${name}.md`);

/** All that the report says of the data. Its SQL has golden files of its own, and the digest of the analysis covers that SQL. */
const withoutSql = (report: string): string =>
  report.replace(/^## SQL that was run\n[^]*?(?=^## )/m, '').replace(/^\| Analysis \| `[0-9a-f]{64}` \|\n/m, '');

function expectGolden(name: string, report: string): void {
  const text = withoutSql(report);
  expect(text).not.toBe(report);
  expect(text).not.toMatch(/```sql/);
  if (process.env['UPDATE_GOLDEN']) writeFileSync(golden(name), text);
  expect(text).toBe(readFileSync(golden(name), 'utf8'));
}

const run = (plan: string, table: string, file: string, format: string) =>
  assay(['analyze', path.resolve('test/plans', `${plan}.yaml`), '--data', `${table}=${sharedFile('datasets', file)}`, '--format', format, '--threads', '1']);

const overall = (analysis: Analysis, metric: string, arm: string): Comparison =>
  analysis.comparisons.find((row) => row.metric === metric && row.treatment.arm === arm && row.segment === null)!;
const estimated = (effect: Comparison['difference']): EffectEstimate => {
  if (effect.status !== 'estimated') throw new Error(effect.detail);
  return effect;
};
const expectWithin = (actual: number, target: number, tolerance: number): void => expect(Math.abs(actual - target)).toBeLessThanOrEqual(tolerance);

const here = isShared('vectors', 'causal.json') && isShared('datasets', 'cookie_cats.csv') && isShared('datasets', 'hillstrom.csv');
const tests = here ? describe : describe.skip;
if (!here) process.stderr.write('skipped: cookie_cats.csv and hillstrom.csv with their vectors are not in ASSAY_SHARED or ../shared\n');

tests('assay analyze on Cookie Cats', () => {
  let code: number;
  let analysis: Analysis;
  beforeAll(async () => {
    const result = await run('cookie-cats', 'players', 'cookie_cats.csv', 'json');
    expect(result.err).toBe('');
    code = result.code;
    analysis = JSON.parse(result.out) as Analysis;
  });

  it.each(['retention_1', 'retention_7'])('%s has the difference, p-value and interval of prop.test', (metric) => {
    const { id, tolerance } = vector(`cookie_cats.${metric}`);
    const row = overall(analysis, metric, 'gate_40');
    const difference = estimated(row.difference);
    expectWithin(row.control.value!, expected(id, 'p30'), 1e-9);
    expectWithin(row.treatment.value!, expected(id, 'p40'), 1e-9);
    expectWithin(difference.estimate, expected(id, 'diff'), tolerance['diff']!);
    expectWithin(difference.pValue, expected(id, 'p'), tolerance['p']!);
    const [lower, upper] = vector(id).expected['ci'] as number[];
    expectWithin(difference.interval.lower!, lower!, 1e-6);
    expectWithin(difference.interval.upper!, upper!, 1e-6);
  });

  it('the sample-ratio test has the p-value of chisq.test, and does not fail at its default threshold of 0.001', () => {
    const check = analysis.checks.find(({ name }) => name === 'sample_ratio')!;
    expectWithin(check.pValue!, expected('cookie_cats.srm', 'p'), vector('cookie_cats.srm').tolerance['p']!);
    expect(check.status).not.toBe('fail');
    expect(analysis.summaries.exposures.arms).toEqual(Object.entries(vector('cookie_cats.srm').expected['counts']!).map(([arm, units]) => ({ arm, units })));
  });

  it('does not ship: the later gate makes retention after a week significantly worse, which a goal never outweighs', () => {
    // p = 0.0016 (0.0031 after Holm over the two goals) in the wrong direction; retention after a day is worse too, not significantly.
    expect({ verdict: analysis.decision.verdict, code }).toEqual({ verdict: 'do_not_ship', code: 10 });
    expect(analysis.decision.clauses.filter((clause) => clause.status === 'violated').map((clause) => clause.metric)).toEqual(['retention_7']);
  });

  it('its report is the golden one', async () => {
    expectGolden('cookie-cats', (await run('cookie-cats', 'players', 'cookie_cats.csv', 'md')).out);
  });
});

tests('assay analyze on Hillstrom', () => {
  let code: number;
  let analysis: Analysis;
  beforeAll(async () => {
    const result = await run('hillstrom', 'customers', 'hillstrom.csv', 'json');
    expect(result.err).toBe('');
    code = result.code;
    analysis = JSON.parse(result.out) as Analysis;
  });

  it.each([['hillstrom.visit.Mens', 'visit', 'Mens E-Mail'], ['hillstrom.spend.Mens', 'spend', 'Mens E-Mail'], ['hillstrom.visit.Womens', 'visit', 'Womens E-Mail']])('%s has the difference in means and the HC2 standard error', (id, metric, arm) => {
    const row = overall(analysis, metric, arm);
    const difference = estimated(row.difference);
    const { tolerance } = vector(id);
    expectWithin(difference.estimate, expected(id, 'ate'), tolerance['ate']!);
    expectWithin(difference.standardError, expected(id, 'se_hc2'), tolerance['se']!);
    expectWithin(row.control.value!, expected(id, 'control'), tolerance['ate']!);
    expect(row.control.n + row.treatment.n).toBe(expected(id, 'n'));
  });

  it('adjustment for history and recency leaves the effect on spend where it was, within a standard error, and does not widen it by more than 1 %', () => {
    const [plain, adjusted] = ['spend', 'spend_adjusted'].map((metric) => estimated(overall(analysis, metric, 'Mens E-Mail').difference)) as [EffectEstimate, EffectEstimate];
    expectWithin(adjusted.estimate, plain.estimate, plain.standardError);
    expect(adjusted.standardError).toBeLessThan(plain.standardError * 1.01);
    expect(adjusted.standardError).not.toBe(plain.standardError);
  });

  it('reports every segment value of both columns for both campaigns', () => {
    const cells = analysis.comparisons.filter((row) => row.segment !== null && row.metric === 'visit').map((row) => `${row.segment!.name}=${row.segment!.value} ${row.treatment.arm}`);
    expect(cells.length).toBe((2 + 3) * 2);
    expect(new Set(cells).size).toBe(cells.length);
  });

  it("ships the men's e-mail: visits rise by 7.7 points and spend doubles, both beyond doubt, and more than with the women's", () => {
    expect({ verdict: analysis.decision.verdict, arm: analysis.decision.arm, code }).toEqual({ verdict: 'ship', arm: 'Mens E-Mail', code: 0 });
  });

  it("a forest finds that the women's e-mail moves those who bought women's merchandise, and a rule for them beats both shipping to all and to nobody", async () => {
    const { out } = await run('hillstrom-targeting', 'customers', 'hillstrom.csv', 'json');
    const { answer } = (JSON.parse(out) as Analysis).forest!;
    if (answer.status === 'refused') throw new Error(answer.detail);
    // at the plan's level: over nine seeds p is 9e-6 to 0.044, and 3e-4 to 0.017 with nuisance forests that draw half of the units
    expect(answer.rate.pValue).toBeLessThan(0.05);
    expect(answer.covariates[0]!.name).toBe('womens');
    const { nodes, overNone, overAll } = answer.tree!;
    expect(nodes.map(({ feature, level, isTreated }) => [feature, level, isTreated])).toEqual([['womens', '1', null], [null, null, true], [null, null, false]]);
    for (const gain of [overNone!, overAll!]) expect(gain.interval.lower).toBeGreaterThan(0);
  });

  it('its report is the golden one', async () => {
    expectGolden('hillstrom', (await run('hillstrom', 'customers', 'hillstrom.csv', 'md')).out);
  });
});
