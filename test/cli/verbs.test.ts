import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { Analysis } from '../../src/experiment/analysis.js';
import { decisionRecord } from '../../src/experiment/record.js';
import { assay } from './capture.js';
import { exampleFolder, examplePlan, type Folder } from './fixture.js';

const plan = (folder: Folder): string => path.join(folder.path, 'plan.yaml');

describe('assay analyze', () => {
  it('exits with the verdict: 0 ship, 10 do not ship, 20 keep running, 30 invalid', async () => {
    const codes = [];
    for (const change of [
      () => {},
      (p: { metrics: object[] }) => { p.metrics[0] = { ...p.metrics[0], direction: 'decrease' }; },
      (p: { decision: { minimumUnits: number } }) => { p.decision.minimumUnits = 100_000; },
      (p: { arms: { weight: number }[] }) => { p.arms[0]!.weight = 0.8; p.arms[1]!.weight = 0.2; },
    ]) {
      using folder = exampleFolder(change);
      codes.push((await assay(['analyze', plan(folder)])).code);
    }
    expect(codes).toEqual([0, 10, 20, 30]);
  });

  it('writes the report to --out and the verdict alone to standard output', async () => {
    using folder = exampleFolder();
    const { out } = await assay(['analyze', 'plan.yaml', '--format', 'html', '--out', 'report.html'], { cwd: folder.path });
    expect(out).toMatch(/^ship: .*\n$/);
    expect(readFileSync(path.join(folder.path, 'report.html'), 'utf8')).toMatch(/^<!doctype html>/i);
  });

  it('resolves paths of a plan against the plan, from any folder', async () => {
    using folder = exampleFolder();
    expect((await assay(['analyze', plan(folder)], { cwd: '/' })).code).toBe(0);
  });

  it('shows progress to a person and is quiet in a pipe', async () => {
    using folder = exampleFolder();
    expect((await assay(['analyze', plan(folder)], { errIsTerminal: false })).err).toBe('');
    const { err } = await assay(['analyze', plan(folder)], { errIsTerminal: true });
    expect(err).toMatch(/ %  /);
    expect(err.endsWith('\r\x1b[2K')).toBe(true);
  });

  it('reads from another folder once it is allowed', async () => {
    using data = exampleFolder();
    using folder = exampleFolder((p) => { p.source.tables.orders.path = path.join(data.path, 'orders.csv'); });
    expect((await assay(['analyze', plan(folder)], { cwd: folder.path })).code).toBe(2);
    expect((await assay(['analyze', plan(folder), '--allow', data.path], { cwd: folder.path })).code).toBe(0);
    expect((await assay(['analyze', plan(folder), '--data', `orders=${data.path}/orders.csv`], { cwd: folder.path })).code).toBe(0);
  });
});

describe('assay verify and report', () => {
  const stored = async (folder: Folder): Promise<string> => {
    const file = path.join(folder.path, 'analysis.json');
    await assay(['analyze', plan(folder), '--format', 'json', '--out', file]);
    return file;
  };

  it('an analysis verifies to the bit after it was written and read', async () => {
    using folder = exampleFolder();
    expect(await assay(['verify', await stored(folder)])).toEqual({ code: 0, out: 'same: checks, effects and decision were recomputed to the bit\n', err: '' });
  });

  it('a number that was changed in its last digit is found and named', async () => {
    using folder = exampleFolder();
    const file = await stored(folder);
    const analysis = JSON.parse(readFileSync(file, 'utf8')) as Analysis;
    const { difference } = analysis.comparisons[0]!;
    if (difference.status !== 'estimated') throw new Error(difference.detail);
    (difference as { estimate: number }).estimate *= 1 + 2 ** -52;
    writeFileSync(file, JSON.stringify(analysis));
    const { code, out } = await assay(['verify', file]);
    expect(code).toBe(1);
    expect(out).toMatch(/^different in 1 place:\n {2}comparisons\[0\]\.difference\.estimate: stored \S+, recomputed \S+\n$/);
  });

  it('a summary that was changed moves what follows from it', async () => {
    using folder = exampleFolder();
    const file = await stored(folder);
    const analysis = JSON.parse(readFileSync(file, 'utf8')) as { summaries: { metrics: { cells: { summary: { mean: number[] } }[] }[] } };
    analysis.summaries.metrics[0]!.cells[0]!.summary.mean[0]! += 1;
    writeFileSync(file, JSON.stringify(analysis));
    const { code, out } = await assay(['verify', file]);
    expect(code).toBe(1);
    expect(out).toContain('comparisons[0].lift.estimate');
  });

  it('a chain of decisions is intact, and broken where a record was changed, at its number', async () => {
    using folder = exampleFolder();
    const analysis = JSON.parse(readFileSync(await stored(folder), 'utf8')) as Analysis;
    const act = { experiment: 'example', approver: null, comment: '', decidedAt: '2026-03-21T09:00:00Z' };
    const first = decisionRecord(analysis, act, null);
    const chain = [first, decisionRecord(analysis, act, first)];
    expect(await assay(['verify', folder.write('chain.json', JSON.stringify(chain))])).toEqual({ code: 0, out: 'intact: 2 records, each with its hash and its predecessor\n', err: '' });
    const forged = [first, { ...chain[1], content: { ...chain[1]!.content, verdict: 'do_not_ship' } }];
    const { code, out } = await assay(['verify', folder.write('chain.json', JSON.stringify(forged))]);
    expect(code).toBe(1);
    expect(out).toMatch(/^broken: The content of record 2 was changed/);
  });

  it.each([['{', /is not JSON/], ['{}', /is not an analysis:\n {2}formatVersion: must be 1/]])('what is no analysis (%s) ends with 2', async (content, says) => {
    using folder = exampleFolder();
    const { code, err } = await assay(['verify', folder.write('broken.json', content)]);
    expect(err).toMatch(says);
    expect(code).toBe(2);
  });

  it.each(['text', 'md', 'html', 'json'])('a stored analysis has the same %s report as a fresh one', async (format) => {
    using folder = exampleFolder();
    const file = await stored(folder);
    const fresh = await assay(['analyze', plan(folder), '--format', format, '--threads', '1']);
    const { code, out } = await assay(['report', file, '--format', format]);
    expect(code).toBe(0);
    expect(out).toBe(fresh.out);
  });
});

describe('assay --help', () => {
  const verbs = ['analyze', 'estimate', 'estimators', 'report', 'verify', 'plan-schema', 'demo', 'serve', 'worker'];

  it('names every verb, examples and exit codes, and ends with 0', async () => {
    const { code, out } = await assay(['--help']);
    expect(code).toBe(0);
    for (const verb of verbs) expect(out).toMatch(new RegExp(`^  ${verb}\\b`, 'm'));
    expect(out).toContain('0 ship   10 do not ship   20 keep running   30 invalid   2 bad input   1 failure');
  });

  it.each(verbs)('%s has a sentence and an example', async (verb) => {
    const { code, out } = await assay([verb, '--help']);
    expect(code).toBe(0);
    expect(out).toMatch(/\.\n/);
    expect(out).toMatch(/Examples?:\n[^]*\$ .*assay/);
  });
});

describe('assay plan-schema', () => {
  it('is a JSON Schema that names the required fields of a plan', async () => {
    const schema = JSON.parse((await assay(['plan-schema'])).out) as { required: string[]; properties: object };
    expect(schema.required).toEqual(expect.arrayContaining(['name', 'source', 'exposures', 'metrics', 'arms', 'decision']));
    expect(Object.keys(schema.properties)).toEqual(expect.arrayContaining(Object.keys(examplePlan())));
    expect(z.fromJSONSchema(schema as never).safeParse(examplePlan()).success).toBe(true);
  });
});

describe('bin/assay.mjs', () => {
  it('runs the built command line, or says that it is not built', async () => {
    const run = await promisify(execFile)(process.execPath, ['bin/assay.mjs', '--version']).then(({ stdout }) => ({ code: 0, text: stdout }), (error: { code: number; stderr: string }) => ({ code: error.code, text: error.stderr }));
    if (existsSync('dist/cli.js')) expect(run).toEqual({ code: 0, text: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
    else expect(run).toEqual({ code: 1, text: 'assay: it is not built yet; run `npm run build` in its folder first\n' });
  });
});
