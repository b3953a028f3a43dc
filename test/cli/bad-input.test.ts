import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Analysis } from '../../src/experiment/analysis.js';
import { assay } from './capture.js';
import { exampleFolder, examplePlan, exposureLines, folderOf, orderLines, type Folder, type Loose } from './fixture.js';

const analyze = (folder: Folder, ...more: string[]) => assay(['analyze', path.join(folder.path, 'plan.yaml'), ...more], { cwd: folder.path });

interface BadPlan { readonly name: string; readonly change: (plan: Loose) => void; readonly says: RegExp | string }

/** Plans that are wrong in themselves, or name what the data do not have. */
const badPlans: readonly BadPlan[] = [
  { name: 'a data file that is missing', change: (p) => { p.source.tables.orders.path = 'orderz.csv'; }, says: /there is no file or folder .*orderz\.csv/ },
  { name: 'a column that is misspelt', change: (p) => { p.metrics[0].value = 'amont'; }, says: /no column "amont"; the nearest is "amount"/ },
  { name: 'a unit column that is misspelt', change: (p) => { p.exposures.unit = 'usr'; }, says: /no column "usr"; the nearest is "user"/ },
  { name: 'a value that is text', change: (p) => { p.metrics[0].value = 'order_id'; }, says: /"order_id" .* is VARCHAR, and a value must be a number/ },
  { name: 'weights that do not sum to one', change: (p) => { p.arms[1].weight = 0.4; }, says: 'arms: weights of the arms must sum to 1; they sum to 0.9' },
  { name: 'a window that is no window', change: (p) => { p.metrics[0].window = 'a week'; }, says: 'metrics[0].window: must look like 0d..7d' },
  { name: 'a window that ends before it begins', change: (p) => { p.metrics[0].window = '7d..2d'; }, says: 'metrics[0].window: must end after it begins' },
  { name: 'a window without exposure times', change: (p) => { delete p.exposures.time; }, says: 'metrics[0]: metric revenue needs exposure times, and exposures have no time column' },
  { name: 'a kind of metric that is unknown', change: (p) => { p.metrics[0].kind = 'median'; }, says: /metrics\[0\]\.kind: must be one of mean, proportion/ },
  { name: 'a metric without its fact', change: (p) => { delete p.metrics[0].fact; }, says: 'metrics[0].fact: is required' },
  { name: 'a field that no plan has', change: (p) => { p.metrics[0].vindow = '0d..7d'; }, says: 'metrics[0]: does not know "vindow"' },
  { name: 'a goal that is no metric', change: (p) => { p.decision.goals[0].metric = 'revenu'; }, says: 'decision.goals[0].metric: goals name revenu, which is not a metric of the plan (revenue)' },
  { name: 'no control', change: (p) => { p.arms[0].control = false; }, says: 'arms: exactly one arm must be the control; 0 are' },
  { name: 'a time without a zone', change: (p) => { p.asOf = '2026-03-20T00:00:00'; }, says: 'asOf: must be an ISO 8601 time with a zone' },
  { name: 'a path outside the allowed folders', change: (p) => { p.source.tables.orders.path = '/etc/passwd'; p.source.tables.orders.format = 'csv'; }, says: /\/etc\/passwd is outside the allowed folders/ },
  { name: 'a path that climbs out of its folder', change: (p) => { p.source.tables.orders.path = '../../etc/passwd'; p.source.tables.orders.format = 'csv'; }, says: /is outside the allowed folders/ },
  { name: 'SQL injection through the name of a column', change: (p) => { p.metrics[0].value = 'amount"; DROP TABLE orders; --'; }, says: /no column "amount"; DROP TABLE orders; --"/ },
  { name: 'SQL injection through the name of a table', change: (p) => { p.facts[0].table = 'orders; DROP TABLE orders'; }, says: 'facts[0].table: must begin with a letter' },
  { name: 'SQL that writes', change: (p) => { p.facts[0].sql = "COPY orders TO 'stolen.csv'"; }, says: /facts\.0|SELECT/ },
  { name: 'SQL that reads a file beside the tables', change: (p) => { p.facts[0].sql = "SELECT * FROM read_text('/etc/passwd')"; }, says: /may read only the tables|disabled/ },
  { name: '50 MB of SQL', change: (p) => { p.facts[0].sql = `SELECT ${'1,'.repeat(25 * 2 ** 20)}1`; }, says: /the plan .* has \d+ MB; the most is 8 MB/ },
  { name: '200 kB of SQL', change: (p) => { p.facts[0].sql = `SELECT ${'1,'.repeat(100_000)}1`; }, says: /facts\[0\]\.sql: must have <=100000 characters/ },
  { name: 'a data source that only a service knows', change: (p) => { p.source = { kind: 'datasource', name: 'shop' }; }, says: /data ?source/ },
];

describe('a plan that cannot be used ends with 2 and a sentence that says what to mend', () => {
  it.each(badPlans)('$name', async ({ change, says }) => {
    using folder = exampleFolder(change);
    const { code, out, err } = await analyze(folder);
    if (typeof says === 'string') expect(err).toContain(says); else expect(err).toMatch(says);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).not.toMatch(/\n\s+at /);
    expect(readFileSync(path.join(folder.path, 'orders.csv'), 'utf8')).toBe(`${orderLines().join('\n')}\n`);
    expect(existsSync(path.join(folder.path, 'stolen.csv'))).toBe(false);
  });

  it('a plan that is missing', async () => {
    const { code, err } = await assay(['analyze', '/nowhere/plan.yaml']);
    expect({ code, err }).toEqual({ code: 2, err: 'assay: there is no plan at /nowhere/plan.yaml\n' });
  });

  it('broken YAML: line and column', async () => {
    using folder = folderOf({ 'plan.yaml': 'name: example\nmetrics:\n  - { name: a, kind: mean\nsource: x\n' });
    const { code, err } = await analyze(folder);
    expect(err).toMatch(/plan\.yaml line 4, column \d+: /);
    expect(code).toBe(2);
  });

  it('a billion laughs in YAML', async () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]', ...Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array.from({ length: 9 }, () => `*a${i}`).join(', ')}]`)];
    using folder = folderOf({ 'plan.yaml': lines });
    const { code, err } = await analyze(folder);
    expect(err).toMatch(/alias/);
    expect(code).toBe(2);
  });

  it('--data for a table that the plan does not have names the nearest', async () => {
    using folder = exampleFolder();
    const { code, err } = await analyze(folder, '--data', 'order=orders.csv');
    expect({ code, err }).toEqual({ code: 2, err: 'assay: --data names "order", which is not a table of the plan; the nearest is "orders" (it has exposures, orders)\n' });
  });

  it.each([
    [['anlyze', 'plan.yaml'], /there is no verb "anlyze"; the nearest is "analyze"/],
    [['analyze'], /missing required argument 'plan'/],
    [['analyze', 'plan.yaml', '--format', 'pdf'], /Allowed choices are text, json, md, html/],
    [['analyze', 'plan.yaml', '--treads', '2'], /unknown option '--treads'/],
    [['analyze', 'plan.yaml', '--threads', '0'], /--threads must be a whole number from 1; got "0"/],
    [['report', 'nowhere.json'], /there is no analysis at .*nowhere\.json/],
    [['estimators', 'wlch'], /there is no estimator "wlch"; the nearest is "welch"/],
  ])('%j', async (args, says) => {
    const { code, err } = await assay(args);
    expect(err).toMatch(says);
    expect(code).toBe(2);
  });
});

interface BadData { readonly name: string; readonly exposures?: readonly string[]; readonly orders?: readonly string[]; readonly says: RegExp }
const replaced = (lines: readonly string[], at: number, line: string): string[] => lines.map((old, i) => (i === at ? line : old));

/** Data that cannot be read as the plan says. */
const badData: readonly BadData[] = [
  { name: 'a line with too few values, by its number', orders: replaced(orderLines(), 7, 'o1,u1'), says: /line 8 of .*orders\.csv/ },
  { name: 'a line with too many values, by its number', orders: replaced(orderLines(), 9, 'o1,u1,2026-03-02T00:00:00Z,1,2'), says: /line 10 of .*orders\.csv/ },
  { name: 'times of which some carry a zone and some do not', orders: replaced(orderLines(), 5, 'o1,u1,2026-03-04 10:00:00,12'), says: /zone/ },
  { name: 'a time that is none', orders: replaced(orderLines(), 5, 'o1,u1,yesterday,12'), says: /"?at"?.*(time|timestamp)/i },
  { name: 'a number that is text', orders: replaced(orderLines(), 5, 'o1,u1,2026-03-04T10:00:00Z,twelve'), says: /"amount" .* is VARCHAR, and a value must be a number|line 6/ },
];

describe('data that cannot be read end with 2 and a sentence', () => {
  it.each(badData)('$name', async ({ exposures, orders, says }) => {
    using folder = folderOf({ 'plan.yaml': examplePlan(), 'exposures.csv': exposures ?? exposureLines(), 'orders.csv': orders ?? orderLines() });
    const { code, out, err } = await analyze(folder);
    expect(err).toMatch(says);
    expect({ code, out }).toEqual({ code: 2, out: '' });
  });
});

describe('data that can be read but not believed are counted and said', () => {
  const analysisOf = async (files: { exposures?: readonly string[]; orders?: readonly string[]; change?: (plan: Loose) => void }): Promise<{ code: number; analysis: Analysis }> => {
    const plan = examplePlan();
    files.change?.(plan);
    using folder = folderOf({ 'plan.yaml': plan, 'exposures.csv': files.exposures ?? exposureLines(), 'orders.csv': files.orders ?? orderLines() });
    const { code, out, err } = await analyze(folder, '--format', 'json');
    expect(err).toBe('');
    return { code, analysis: JSON.parse(out) as Analysis };
  };
  const check = (analysis: Analysis, name: string) => analysis.checks.find((c) => c.name === name);

  it('clean data make no check fail', async () => {
    const { analysis } = await analysisOf({});
    expect(analysis.checks.filter((c) => c.status === 'fail')).toEqual([]);
    expect(analysis.summaries.exposures.units).toBe(400);
  });

  it('unit ids that are null', async () => {
    const { analysis } = await analysisOf({ exposures: [...exposureLines(), ...Array.from({ length: 30 }, () => ',control,2026-03-05T00:00:00Z')] });
    expect(analysis.summaries.exposures).toMatchObject({ nullUnits: 30, units: 400 });
    expect(check(analysis, 'missing_data')).toMatchObject({ status: 'warn', sentence: expect.stringContaining('30 rows without a unit') });
  });

  it('an arm that is not in the plan', async () => {
    const { analysis } = await analysisOf({ exposures: [...exposureLines(), ...Array.from({ length: 30 }, (_, i) => `x${i},purple,2026-03-05T00:00:00Z`)] });
    expect(analysis.summaries.exposures).toMatchObject({ unplannedArms: [{ arm: 'purple', units: 30 }], units: 400 });
    expect(check(analysis, 'unplanned_arms')).toMatchObject({ status: expect.not.stringMatching('pass'), sentence: expect.stringContaining('purple') });
  });

  it('values that are NaN or infinite', async () => {
    const { analysis } = await analysisOf({ orders: [...orderLines(), 'n1,u1,2026-03-05T00:00:00Z,NaN', 'n2,u2,2026-03-05T00:00:00Z,Infinity'] });
    expect(analysis.summaries.facts[0]!.notFinite).toBe(2);
    expect(check(analysis, 'not_finite')!.status).not.toBe('pass');
    const { difference } = analysis.comparisons[0]!;
    expect(difference.status === 'estimated' && Number.isFinite(difference.estimate)).toBe(true);
  });

  it('event rows that were delivered twice count once', async () => {
    const [header, ...rows] = orderLines();
    const once = await analysisOf({});
    const twice = await analysisOf({ orders: [header!, ...rows, ...rows.slice(0, 25)] });
    expect(twice.analysis.summaries.facts[0]!.duplicates).toBe(25);
    expect(twice.analysis.comparisons[0]!.difference).toEqual(once.analysis.comparisons[0]!.difference);
  });

  it('one unit in an arm is no verdict to ship', async () => {
    const one = exposureLines().filter((line, i) => i === 0 || line.includes('control') || line.startsWith('u1,'));
    const { code, analysis } = await analysisOf({ exposures: one, change: (plan) => { plan.decision.minimumUnits = 2; } });
    expect(analysis.comparisons[0]!.difference).toMatchObject({ status: 'refused', reason: 'too_few_units' });
    expect([20, 30]).toContain(code);
  });

  it('an arm without units is invalid', async () => {
    const { code, analysis } = await analysisOf({ exposures: exposureLines().filter((line) => !line.includes('treatment')) });
    expect(check(analysis, 'empty_arm')!.status).toBe('fail');
    expect({ code, verdict: analysis.decision.verdict }).toEqual({ code: 30, verdict: 'invalid' });
  });

  it('a plan that was edited after the start is exploratory, and the differences are shown', async () => {
    using folder = exampleFolder();
    folder.write('edited.yaml', { ...examplePlan(), metrics: [{ ...examplePlan().metrics[0], window: '0d..3d' }] });
    const { out } = await assay(['analyze', path.join(folder.path, 'edited.yaml'), '--frozen', path.join(folder.path, 'plan.yaml'), '--format', 'json'], { cwd: folder.path });
    const analysis = JSON.parse(out) as Analysis;
    expect(analysis.exploratory).toBe(true);
    expect(analysis.differences).toEqual([{ path: 'metrics.revenue.window', planned: '"0d..7d"', ran: '"0d..3d"' }]);
    const report = await assay(['analyze', path.join(folder.path, 'edited.yaml'), '--frozen', path.join(folder.path, 'plan.yaml')], { cwd: folder.path });
    expect(report.out).toMatch(/exploratory/i);
    expect(report.out).toContain('metrics.revenue.window');
  });

  it('the same plan as the frozen one is not exploratory', async () => {
    using folder = exampleFolder();
    const { out } = await analyze(folder, '--frozen', path.join(folder.path, 'plan.yaml'), '--format', 'json');
    expect(JSON.parse(out)).toMatchObject({ exploratory: false, differences: [] });
  });
});
