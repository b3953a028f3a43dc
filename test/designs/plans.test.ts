import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { analyze } from '../../src/analyze.js';
import type { Analysis } from '../../src/experiment/analysis.js';
import { planSchema, type PlanInput } from '../../src/experiment/plan.js';
import { htmlReport } from '../../src/report/html.js';
import { markdownReport } from '../../src/report/markdown.js';
import { reportModel } from '../../src/report/model.js';
import { stream } from '../../src/stats/numeric/random.js';
import { verifyAnalysis } from '../../src/verify.js';
import { openWarehouse } from '../../src/warehouse/open.js';
import { resultOf } from './run.js';

const folder = mkdtempSync(path.join(tmpdir(), 'assay-designs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const START = Date.parse('2026-03-01T00:00:00Z');
const HOUR = 3_600_000;
const at = (hours: number): string => new Date(START + hours * HOUR).toISOString();

interface Unit { readonly unit: string; readonly arm: string; readonly at?: number; readonly y: number; readonly [attribute: string]: string | number | undefined }

/** Writes exposures (one row a unit) and events (one row a unit) and analyses them under a design. */
async function run(name: string, units: readonly Unit[], changes: Partial<PlanInput>): Promise<Analysis> {
  const attributes = Object.keys(units[0]!).filter((key) => !['unit', 'arm', 'at', 'y'].includes(key));
  writeFileSync(path.join(folder, `${name}-exposures.csv`), ['unit,arm,ts', ...attributes].join(',') + '\n' + units.map((u) => [u.unit, u.arm, at(u.at ?? 0), ...attributes.map((key) => u[key])].join(',')).join('\n'));
  writeFileSync(path.join(folder, `${name}-orders.csv`), 'unit,ts,value\n' + units.map((u) => [u.unit, at((u.at ?? 0) + 0.5), u.y].join(',')).join('\n'));
  const plan = planSchema.parse({
    name, source: { kind: 'files', tables: { exposures: { path: path.join(folder, `${name}-exposures.csv`) }, orders: { path: path.join(folder, `${name}-orders.csv`) } } },
    exposures: { unit: 'unit', arm: 'arm', time: 'ts', attributes }, facts: [{ name: 'orders', unit: 'unit', time: 'ts' }],
    metrics: [{ name: 'value', kind: 'mean', fact: 'orders', value: 'value' }, { name: 'p90', kind: 'quantile', fact: 'orders', value: 'value', probability: 0.9 }],
    arms: [{ name: 'a', weight: 0.5, control: true }, { name: 'b', weight: 0.5 }],
    decision: { goals: [{ metric: 'value', claim: 'superiority' }], minimumUnits: 2 }, ...changes,
  } satisfies PlanInput);
  const warehouse = await openWarehouse(plan.source, { threads: 1 });
  try { return await analyze(plan, warehouse); } finally { await warehouse.close(); }
}

const rowOf = ({ comparisons }: Analysis, treatment = 'b', metric = 'value') => comparisons.find((row) => row.metric === metric && row.treatment.arm === treatment && row.segment === null)!;
const estimated = <T extends { status: string }>(effect: T): Extract<T, { status: 'estimated' }> => {
  expect(effect).toMatchObject({ status: 'estimated' });
  return effect as Extract<T, { status: 'estimated' }>;
};
const near = (got: number, expected: number) => expect(Math.abs(got - expected)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(expected)));

/** What the estimator of the design says of the same rows must be what the plan says. */
function agrees(got: Analysis['comparisons'][number]['difference'], expected: { estimate: number; standardError: number; degreesOfFreedom: number; pValue: number }): void {
  const effect = estimated(got);
  near(effect.estimate, expected.estimate);
  near(effect.standardError, expected.standardError);
  near(effect.degreesOfFreedom!, expected.degreesOfFreedom);
  near(effect.pValue, expected.pValue);
}

describe('designs in plans', () => {
  const random = stream(20_260_301);
  const levels = Array.from({ length: 24 }, () => random.normal());
  const users: Unit[] = Array.from({ length: 240 }, (_, i) => ({ unit: `u${i}`, arm: i % 2 === 0 ? 'a' : 'b', y: 10 + (i % 2) + random.normal(), stratum: `s${Math.floor(i / 2) % 3}`, x: random.normal() }));
  const clustered: Unit[] = Array.from({ length: 240 }, (_, i) => ({ unit: `u${i}`, arm: i % 24 % 2 === 0 ? 'a' : 'b', y: 10 + levels[i % 24]! + random.normal(), shop: `shop${i % 24}` }));
  const column = (units: readonly Unit[], key: string): never => units.map((u) => u[key]) as never;
  const seen: Analysis[] = [];
  const keep = (analysis: Analysis): Analysis => { seen.push(analysis); return analysis; };

  it('clusters: the numbers of cluster_difference, counts of clusters in the sample ratio, quantiles refused', async () => {
    const analysis = keep(await run('cluster', clustered, { design: { kind: 'cluster', cluster: 'shop' } }));
    const { difference } = await resultOf('cluster_difference', { outcome: column(clustered, 'y'), treatment: column(clustered, 'arm'), cluster: column(clustered, 'shop') });
    agrees(rowOf(analysis).difference, difference);
    expect(rowOf(analysis).control.n).toBe(12);
    expect(analysis.checks.find(({ name }) => name === 'sample_ratio')!.sentence).toMatch(/a 12 .*b 12/);
    expect(rowOf(analysis, 'b', 'p90').difference).toMatchObject({ status: 'refused', reason: 'unsupported_combination' });
    expect(analysis.design!.notes[0]).toMatch(/Clusters: a 12 and b 12/);
  });

  it('strata: the numbers of post_stratified_mean', async () => {
    const analysis = keep(await run('strata', users, { design: { kind: 'stratified', columns: ['stratum'] } }));
    const { difference } = await resultOf('post_stratified_mean', { outcome: column(users, 'y'), treatment: column(users, 'arm'), stratum: column(users, 'stratum') });
    agrees(rowOf(analysis).difference, difference);
  });

  it('switchback: the numbers of the switchback estimator, with carry-over beside them', async () => {
    const tosses = Array.from({ length: 60 }, () => Number(random.bernoulli(0.5)));
    const buckets: Unit[] = ['north', 'south'].flatMap((unit, r) => Array.from({ length: 60 }, (_, t) => ({ unit, arm: tosses[30 * r + Math.floor(t / 2)] === 1 ? 'b' : 'a', at: t, y: 20 + 3 * r + tosses[30 * r + Math.floor(t / 2)]! + random.normal() })));
    const analysis = keep(await run('switchback', buckets, { design: { kind: 'switchback', bucket: '1h', block: '2h', lags: 1 }, asOf: at(61) }));
    const { difference, carryOver, blocks } = await resultOf('switchback', { outcome: column(buckets, 'y'), treatment: column(buckets, 'arm'), time: column(buckets, 'at'), unit: column(buckets, 'unit'), block: buckets.map((b) => `${b.unit}${Math.floor(b.at! / 2)}`) }, { lags: 1 });
    agrees(rowOf(analysis).difference, difference);
    near(estimated(analysis.design!.findings[1]!.effect).estimate, carryOver.estimate);
    expect(rowOf(analysis).control.n).toBe(blocks.control);
    expect(rowOf(analysis).lift).toMatchObject({ status: 'estimated' });
  });

  it('factors: main effects and interactions of the factorial estimator', async () => {
    const units = users.map((u, i): Unit => ({ ...u, colour: i % 2 === 0 ? 'red' : 'blue', size: Math.floor(i / 2) % 2 === 0 ? 'big' : 'small' }));
    const arms = ['red / big', 'red / small', 'blue / big', 'blue / small'].map((name, i) => ({ name, weight: 0.25, control: i === 0 }));
    const analysis = keep(await run('factors', units, { arms, design: { kind: 'factorial', factors: [{ name: 'colour', column: 'colour' }, { name: 'size', column: 'size' }] } }));
    const { mainEffects, interactions } = await resultOf('factorial', { y: column(units, 'y'), colour: column(units, 'colour'), size: column(units, 'size') }, { bases: ['red', 'big'] }, { outcome: 'y', factors: ['colour', 'size'] });
    agrees(rowOf(analysis, 'colour: blue').difference, mainEffects[0]);
    agrees(rowOf(analysis, 'colour: blue x size: small').difference, interactions[0]);
  });

  it('encouragement: two-stage least squares with Anderson and Rubin\'s set, and a refusal when it is weak', async () => {
    const units = users.map((u, i): Unit => ({ ...u, took: Number(random.bernoulli(0.2 + 0.5 * (i % 2))) }));
    const analysis = keep(await run('encouragement', units, { design: { kind: 'encouragement', uptake: { column: 'took' } } }));
    const expected = await resultOf('complier_effect', { outcome: column(units, 'y'), treatment: column(units, 'arm'), uptake: column(units, 'took') });
    const got = estimated(rowOf(analysis).difference);
    near(got.estimate, expected.difference.estimate);
    near(got.interval.lower!, expected.andersonRubin.interval.lower);
    near(got.interval.upper!, expected.andersonRubin.interval.upper);
    near(got.pValue, expected.andersonRubin.pValue);
    const weak = await run('weak', units, { design: { kind: 'encouragement', uptake: { column: 'took' }, leastF: 1e6 } });
    expect(rowOf(weak).difference).toMatchObject({ status: 'refused', reason: 'denominator_near_zero' });
    expect(weak.design!.findings.map(({ effect }) => effect.status)).toEqual(['estimated', 'estimated', 'estimated']);
  });

  it('pairs: the exact p-value and set of paired_geo', async () => {
    const units: Unit[] = Array.from({ length: 20 }, (_, i) => ({ unit: `r${i}`, arm: i % 2 === 0 ? 'a' : 'b', y: 50 + 5 * Math.floor(i / 2) + 2 * (i % 2) + random.normal(), pair: `p${Math.floor(i / 2)}` }));
    const analysis = keep(await run('pairs', units, { design: { kind: 'paired', pair: 'pair' } }));
    const { difference, randomisation } = await resultOf('paired_geo', { outcome: column(units, 'y'), treatment: column(units, 'arm'), pair: column(units, 'pair') });
    const got = estimated(rowOf(analysis).difference);
    near(got.estimate, difference.estimate);
    near(got.pValue, randomisation.pValue);
    near(got.interval.lower!, randomisation.interval.lower);
    near(got.interval.upper!, randomisation.interval.upper);
  });

  it('a holdout against everyone else is Welch\'s test of two arms, and its key is no arm', async () => {
    const units = users.map((u, i): Unit => ({ ...u, arm: i % 2 === 0 ? 'held-2026' : `exp-${i % 3}` }));
    const arms = [{ name: 'held out', weight: 0.5, control: true }, { name: 'everyone else', weight: 0.5 }];
    const analysis = keep(await run('holdout', units, { arms, design: { kind: 'holdout', keys: ['held-2026'] } }));
    const { difference } = await resultOf('welch', { outcome: column(users, 'y'), treatment: column(users, 'arm') });
    agrees(rowOf(analysis, 'everyone else').difference, difference);
    expect(analysis.summaries.exposures.unplannedArms).toEqual([]);
  });

  it('re-randomised units: the numbers of lin where a metric is adjusted for what was balanced, and a word on those that are not', async () => {
    const metric = { kind: 'mean', fact: 'orders', value: 'value' } as const;
    const analysis = keep(await run('rerandomised', users, { metrics: [{ ...metric, name: 'value', covariate: { columns: ['x'] } }, { ...metric, name: 'plain' }], design: { kind: 'rerandomised', covariates: ['x'] } }));
    const { difference } = await resultOf('lin', { outcome: column(users, 'y'), treatment: column(users, 'arm'), x: column(users, 'x') }, {}, { outcome: 'outcome', treatment: 'treatment', covariates: ['x'] });
    agrees(rowOf(analysis).difference, difference);
    expect(rowOf(analysis, 'b', 'plain').difference).toMatchObject({ status: 'estimated' });
    expect(analysis.design!.assumptions[0]).toMatch(/^plain is not adjusted for x/);
  });

  it('a combined arm is the pooled comparison, and the control keeps its value in it', async () => {
    const units = users.map((u, i): Unit => ({ ...u, arm: ['a', 'b', 'c'][i % 3]! }));
    const arms = ['a', 'b', 'c'].map((name) => ({ name, weight: 1 / 3, control: name === 'a' }));
    const analysis = await run('combined', units, { arms, combined: [{ name: 'both', arms: ['b', 'c'] }] });
    const { difference } = await resultOf('welch', { outcome: column(units, 'y'), treatment: column(units, 'arm') }, { control: 'a', pooled: ['b', 'c'] });
    agrees(rowOf(analysis, 'both').difference, difference);
    expect(rowOf(analysis, 'both').control.value).toBe(rowOf(analysis, 'b').control.value);
    expect(analysis.decision.clauses.some(({ arm }) => arm === 'both')).toBe(false);
  });

  it('every design is told in the report with its assumptions, and replays to the same bytes', async () => {
    expect(seen).toHaveLength(8);
    for (const analysis of seen) {
      const model = reportModel(analysis);
      expect(markdownReport(model)).toContain('## The design');
      expect(htmlReport(model)).toContain('What must hold');
      expect(await verifyAnalysis(JSON.parse(JSON.stringify(analysis)) as Analysis)).toMatchObject({ status: 'same', differences: [] });
    }
  });

  it('plans that a design cannot be are refused with what it needs', () => {
    const errors = (changes: Partial<PlanInput>): string => JSON.stringify(planSchema.safeParse({
      name: 'x', source: { kind: 'datasource', name: 'd' }, exposures: { unit: 'unit', arm: 'arm', time: 'ts', attributes: ['g'] }, facts: [{ name: 'orders', unit: 'unit', time: 'ts' }],
      metrics: [{ name: 'value', kind: 'count', fact: 'orders' }], arms: [{ name: 'a', weight: 0.5, control: true }, { name: 'b', weight: 0.5 }], decision: { goals: [{ metric: 'value', claim: 'superiority' }] }, ...changes,
    }).error?.issues);
    expect(errors({ design: { kind: 'cluster', cluster: 'g' }, segments: [{ name: 's', column: 'g' }] })).toMatch(/leave segments out/);
    expect(errors({ design: { kind: 'switchback', bucket: '1h', block: '90m' } })).toMatch(/whole number of buckets/);
    expect(errors({ design: { kind: 'stratified', columns: ['h'] } })).toMatch(/not among exposures.attributes/);
    expect(errors({ design: { kind: 'factorial', factors: [{ name: 'f', column: 'f' }, { name: 'g', column: 'g' }] } })).toMatch(/joined by/);
    expect(errors({ combined: [{ name: 'both', arms: ['a', 'b'] }] })).toMatch(/must not hold the control/);
  });
});
