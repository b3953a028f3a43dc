import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { headline } from '../../src/demo/headline.js';
import { demoLines } from '../../src/demo/lines.js';
import { demoPlans, shopFiles } from '../../src/demo/plans.js';
import { prepareDemo, type DemoManifest } from '../../src/demo/prepare.js';
import { shopTables } from '../../src/demo/tables.js';
import type { Analysis } from '../../src/experiment/analysis.js';
import { analyzePlan } from '../../src/sdk/analyze-plan.js';

describe('demo', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'assay-demo-'));
  const file = (name: string) => path.join(folder, name);
  const writtenAt = () => shopTables.map((name) => statSync(file(`${name}.parquet`)).mtimeMs);
  let manifest: DemoManifest;
  const analyses: Analysis[] = [];

  beforeAll(async () => {
    // what a start that was torn off leaves behind
    for (const name of shopTables) writeFileSync(file(`${name}.parquet`), 'torn');
    writeFileSync(file('manifest.json'), '{');
    manifest = await prepareDemo(folder);
    for (const plan of demoPlans(shopFiles(folder))) analyses.push(await analyzePlan(plan, { folder }));
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('comes to the verdict that is right for each experiment', () => {
    expect(analyses.map(({ plan, decision }) => [plan.name, decision.verdict])).toEqual([
      ['checkout-one-page', 'ship'], ['search-neural-ranking', 'do_not_ship'], ['free-shipping-banner', 'keep_running'], ['guest-checkout-redirect', 'invalid'],
    ]);
  });

  it('for the right reason: the harmed guardrail is latency, the open goal is conversion, the failed check is the sample ratio', () => {
    const [, search, banner, redirect] = analyses;
    expect(search!.decision.clauses.filter((c) => c.kind === 'guardrail' && c.status === 'violated').map((c) => c.metric)).toEqual(['latency_p90']);
    expect(banner!.decision.clauses.filter((c) => c.kind === 'goal').map((c) => [c.metric, c.status])).toEqual([['conversion', 'open']]);
    expect(redirect!.checks.filter((c) => c.blocking && c.status === 'fail').map((c) => c.name)).toEqual(['sample_ratio']);
  });

  it('the truth lies in the 99.9 % interval of each lift of the experiments whose data can be believed', () => {
    const named = { conversion: 'conversion', orders: 'orders', retention: 'retention', errors: 'errors', latency_p90: 'latency' } as const;
    for (const [i, { comparisons }] of analyses.slice(0, 3).entries()) {
      for (const [metric, truth] of Object.entries(named)) {
        const row = comparisons.find((c) => c.metric === metric && c.segment === null);
        if (row?.lift.status !== 'estimated') continue;
        expect(Math.abs(row.lift.estimate - manifest.truth[i]![truth]) / row.lift.standardError).toBeLessThan(3.29);
      }
    }
  });

  it('the broken redirect seems to sell more although its true lift is 0, which is why its effects are not believed', () => {
    const lift = analyses[3]!.comparisons.find((c) => c.metric === 'conversion' && c.segment === null)!.lift;
    expect(lift).toMatchObject({ status: 'estimated' });
    if (lift.status === 'estimated') expect(lift.interval.lower).toBeGreaterThan(0);
    expect(manifest.truth[3]!.conversion).toBe(0);
  });

  it('the checkout, whose effect is alike for all, is not shown to help some more: no rule is drawn', () => {
    expect(analyses.map(({ forest }) => forest?.answer.status)).toEqual(['estimated', undefined, undefined, undefined]);
    expect(analyses[0]!.forest).toMatchObject({ metric: 'conversion', arm: 'one_page', read: 10_000, answer: { tree: null } });
  });

  it('behaviour before exposure narrows the intervals of conversion, revenue and orders', () => {
    const reductions = analyses[0]!.comparisons.filter((c) => c.segment === null && c.adjustment).map((c) => [c.metric, c.adjustment!.varianceReduction > 0.03]);
    expect(reductions).toEqual([['conversion', true], ['revenue', true], ['orders', true]]);
  });

  it('bots, customers in both arms and orders that came twice are counted and left out', () => {
    const [{ summaries }] = analyses as [Analysis];
    expect(summaries.exposures.excluded).toEqual([{ name: 'bots', units: expect.any(Number) }]);
    expect(summaries.exposures.excluded[0]!.units).toBeGreaterThan(50);
    expect(summaries.exposures.multipleArms).toBeGreaterThan(10);
    expect(summaries.facts.find((f) => f.name === 'orders')!.duplicates).toBeGreaterThan(100);
  });

  it('a torn manifest made everything anew, and a second start writes nothing', async () => {
    expect(JSON.parse(readFileSync(file('manifest.json'), 'utf8'))).toEqual(manifest);
    for (const name of shopTables) expect(statSync(file(`${name}.parquet`)).size).toBeGreaterThan(1000);
    const before = writtenAt();
    expect(await prepareDemo(folder)).toEqual(manifest);
    expect(writtenAt()).toEqual(before);
  });

  it('prints one aligned line an experiment, coloured for a terminal alone', () => {
    const lines = analyses.map((analysis) => ({
      experiment: analysis.plan.name, verdict: analysis.decision.verdict, headline: headline(analysis), reportUrl: 'http://127.0.0.1:3000/reports/1.html',
    }));
    const plain = demoLines(lines, false).trimEnd().split('\n');
    expect(plain.map((line) => line.slice(0, 40).trimEnd())).toEqual([
      'ship           checkout-one-page', 'do not ship    search-neural-ranking', 'keep running   free-shipping-banner', 'invalid        guest-checkout-redirect',
    ]);
    expect(new Set(plain.map((line) => line.indexOf('http'))).size).toBe(1);
    expect(plain[0]).toMatch(/conversion \+[\d.]+% \(\+[\d.]+% to \+[\d.]+%\)/);
    expect(plain[1]).toMatch(/latency_p90 \+1\d\.\d+%/);
    expect(plain[3]).toMatch(/sample ratio fails \(p = /);
    expect(demoLines(lines, true)).toContain('\x1b[1;32mship');
    expect(plain.join('')).not.toContain('\x1b');
  });
});
