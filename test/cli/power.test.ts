import { describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { allPlanners } from '../../src/stats/design/planning/run-planner.js';
import { assay } from './capture.js';

/** A folder with one spec, gone after the test. */
function specFolder(spec: object, more: Readonly<Record<string, string>> = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), 'assay-power-'));
  writeFileSync(path.join(folder, 'spec.json'), JSON.stringify(spec));
  for (const [name, text] of Object.entries(more)) writeFileSync(path.join(folder, name), text);
  return { cwd: folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

describe('assay power', () => {
  it('answers from flags alone, with the answer first and every assumption after it', async () => {
    const { code, out } = await assay(['power', '--rate', '0.05', '--effect', '0.04', '--power', '0.8', '--per-day', '8000']);
    expect(code).toBe(0);
    expect(out.split('\n')[1]).toBe('  379,872 units (189,936 and 189,936), 48 days, detect a lift of +4% with power 80%.');
    expect(out).toMatch(/ {4}metric\.proportion\.rate +0\.05 /);
    expect(out).toMatch(/ {2}\* alpha +0\.05 /);
  });

  it('plans what a spec says, with flags in the place of its options, in three formats', async () => {
    using folder = specFolder({ planner: 'group-sequential', options: { metric: { mean: { mean: 10, standardDeviation: 5 } }, effect: 0.05, power: 0.8, alternative: 'greater', futility: {} } });
    const json = JSON.parse((await assay(['power', 'spec.json', '--format', 'json'], folder)).out);
    expect(json).toMatchObject({ planner: 'group_sequential', result: { solvedFor: 'units', lookTimes: [0.2, 0.4, 0.6, 0.8, 1] } });
    expect(json.result.futilityBoundary.at(-1)).toBe(json.result.boundary.at(-1));
    expect((await assay(['power', 'spec.json', '--power', '0.9', '--format', 'json', '--out', 'plan.json'], folder)).out).toBe('');
    expect(JSON.parse(readFileSync(path.join(folder.cwd, 'plan.json'), 'utf8')).result.units).toBeGreaterThan(json.result.units);
    expect((await assay(['power', 'spec.json', '--format', 'md'], folder)).out).toMatch(/^# Group sequential \(Lan-DeMets\)\n\n\*\*[\d,]+ units/);
  });

  it('says what a margin shows, and lists the assumptions of every goal and guardrail', async () => {
    const metric = { mean: { mean: 300, standardDeviation: 200 } };
    using inferior = specFolder({ planner: 'non_inferiority', options: { metric, margin: 0.02, power: 0.8, better: 'decrease' } });
    expect((await assay(['power', 'spec.json'], inferior)).out).toMatch(/ 35,592 units \(.*\) show with power 80% that the treatment is worse by less than 2%\./);
    using rule = specFolder({ planner: 'risk_aware', options: { goals: [{ name: 'orders', metric, effect: 0.05 }], guardrails: [{ name: 'latency', metric, margin: 0.02 }] } });
    const { out } = await assay(['power', 'spec.json'], rule);
    expect(out).toMatch(/ {4}goals\[0\]\.metric\.mean\.mean +300 /);
    expect(out).toMatch(/ {2}\* guardrails\[0\]\.better +increase +which way is better/);
  });

  it('rehearses on a file of history', async () => {
    const rows = Array.from({ length: 400 }, (_, i) => `${(i % 10) + (i % 3)}`);
    using folder = specFolder({ planner: 'history', data: 'past.csv', columns: { value: 'spend' }, options: { effect: 0.3, units: 400, replicates: 200 } }, { 'past.csv': `spend\n${rows.join('\n')}\n` });
    const { code, out } = await assay(['power', 'spec.json'], folder);
    expect(code).toBe(0);
    expect(out).toMatch(/Without an effect [\d.]+% of the rehearsals reject/);
    expect(out).toContain('400 rows of past.csv');
    expect((await assay(['power', '--planner', 'history', '--effect', '0.1', '--power', '0.8'])).err).toMatch(/history rehearses on your own history: name its file in data/);
  });

  it.each([
    [['--rate', '5%', '--effect', '1'], /--rate must be a number; got "5%" \(a fraction: 5 % is 0\.05\)/],
    [['--rate', '0.05', '--effect', '0.04'], /the question has options that fixed_horizon cannot use:\n {2}give two of effect/],
    [['--mean', '3', '--effect', '0.04'], /--mean and --sd go together/],
    [['--planner', 'magic', '--rate', '0.1'], /planner must be one of fixed_horizon, .*; got "magic"/],
    [['--planner', 'equivalence', '--rate', '0.1', '--effect', '0.1', '--power', '0.8'], /does not know "effect"/],
    [[], /power needs a spec or options/],
    [['nowhere.yaml'], /there is no spec at .*nowhere\.yaml/],
  ])('bad input %j ends with 2 and a sentence', async (args, sentence) => {
    const { code, err } = await assay(['power', ...args]);
    expect([code, err]).toEqual([2, expect.stringMatching(sentence)]);
  });

  it('a refusal ends with 30 and says what would help', async () => {
    const { code, out } = await assay(['power', '--rate', '0.5', '--effect', '1.5', '--power', '0.8']);
    expect([code, out]).toEqual([30, expect.stringMatching(/refused \(unsupported_combination\): .*in \(0, 1\); got 1\.25\n {2}remedy: Plan for a smaller effect\./)]);
  });

  it('assay planners describes every planner, with a description for each option', async () => {
    expect((await assay(['planners'])).out.trim().split('\n').length).toBe(allPlanners.length + 2);
    for (const { name } of allPlanners) {
      const { out } = await assay(['planners', name]);
      expect(out).toContain(`${name}: `);
      const options = out.split('\noptions\n')[1]!.split('\n\n')[0]!.split('\n');
      expect([name, options.filter((line) => line.trim().split(/ {2,}/).length < 2)]).toEqual([name, []]);
    }
  });
});
