import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Analysis } from '../../src/experiment/analysis.js';
import { runChecks } from '../../src/experiment/checks.js';
import { decide } from '../../src/experiment/decide.js';
import { planHash } from '../../src/experiment/lock.js';
import { analysisDigest, decisionRecord, differsFromRecord, verifyChain, type DecisionRecord } from '../../src/experiment/record.js';
import { comparison, effect, shopPlan, shopSummaries } from './fixtures.js';

const model = { registry: 'https://mlflow.example', name: 'ranker', version: '7', digest: 'sha256:ab' };
const feature = { store: 'feast', view: 'user_orders', version: 'v3' };

function analysis(seed = 1): Analysis {
  const plan = shopPlan({ seed, arms: [{ name: 'control', weight: 0.5, control: true }, { name: 'treatment', weight: 0.5, models: [model], features: [feature] }] });
  const summaries = shopSummaries();
  const comparisons = [comparison('revenue', effect(0.05, 0.01)), comparison('errors', effect(0, 0.004)), comparison('latency', effect(0, 0.004))];
  const checks = runChecks(plan, summaries);
  return {
    formatVersion: 1, plan, planHash: planHash(plan), frozenPlanHash: planHash(plan), exploratory: false, differences: [],
    fingerprint: { engine: 'duckdb 1.5.6', tables: [], digest: 'f'.repeat(64) }, summaries, queries: [], seed, codeVersion: '0.1.0', device: 'cpu',
    checks, comparisons, timelines: [], decision: decide(plan, summaries, checks, comparisons),
  };
}

const act = { experiment: 'checkout', approver: { name: 'Ada', role: 'analyst' }, comment: 'agreed in the weekly review', decidedAt: '2026-03-16T09:00:00Z' };

function chain(length: number): DecisionRecord[] {
  const records: DecisionRecord[] = [];
  for (let i = 0; i < length; i++) records.push(decisionRecord(analysis(i), act, records.at(-1) ?? null));
  return records;
}

describe('decisionRecord', () => {
  it('ties the verdict to models, features, plan, data, seed and code', () => {
    const evidence = analysis();
    expect(decisionRecord(evidence, act, null)).toMatchObject({
      content: {
        sequence: 1, verdict: 'ship', arm: 'treatment', planHash: planHash(evidence.plan), fingerprintDigest: 'f'.repeat(64), seed: 1, codeVersion: '0.1.0',
        analysisDigest: analysisDigest(evidence), approver: act.approver, decidedAt: act.decidedAt,
        arms: [{ arm: 'control', models: [], features: [] }, { arm: 'treatment', models: [model], features: [feature] }],
      },
      previousHash: null,
    });
  });
  it('hashes the same act on the same evidence to the same record', () =>
    expect(decisionRecord(analysis(), act, null)).toEqual(decisionRecord(analysis(), act, null)));
  it('says what of an analysis differs from the record', () => {
    const record = decisionRecord(analysis(), act, null);
    expect(differsFromRecord(record, analysis())).toEqual([]);
    expect(differsFromRecord(record, { ...analysis(), seed: 9 })).toEqual(['analysisDigest', 'seed']);
  });
  it('covers the hash of the record before it, so that one act after two pasts is two records', () => {
    const after = (comment: string) => decisionRecord(analysis(), act, decisionRecord(analysis(), { ...act, comment }, null));
    expect(after('one past').content).toEqual(after('another').content);
    expect(after('one past').hash).not.toBe(after('another').hash);
  });
  it('refuses a time without a zone', () => expect(() => decisionRecord(analysis(), { ...act, decidedAt: '2026-03-16T09:00:00' }, null)).toThrow());
});

describe('verifyChain', () => {
  it('finds an untouched chain whole, and none too', () => {
    expect(verifyChain(chain(4))).toEqual({ status: 'intact', length: 4 });
    expect(verifyChain([])).toEqual({ status: 'intact', length: 0 });
  });
  it('survives a round trip through JSON', () => expect(verifyChain(JSON.parse(JSON.stringify(chain(3))) as DecisionRecord[])).toEqual({ status: 'intact', length: 3 }));
  it('finds a record whose content was edited', () => {
    const records = chain(3);
    records[1] = { ...records[1]!, content: { ...records[1]!.content, comment: 'never mind' } };
    expect(verifyChain(records)).toMatchObject({ status: 'broken', index: 1, sentence: expect.stringContaining('The content of record 2 was changed') });
  });
  it('finds an edited record that was hashed again, at the link after it', () => {
    const records = chain(3);
    const first = records[0]!;
    records[1] = decisionRecord(analysis(1), { ...act, comment: 'never mind' }, first);
    expect(verifyChain(records)).toMatchObject({ status: 'broken', index: 2, sentence: expect.stringContaining('as the one before it') });
  });
  it('finds a record that was taken out', () => expect(verifyChain(chain(4).toSpliced(1, 1))).toMatchObject({ status: 'broken', index: 1, sentence: expect.stringContaining('missing') }));
  it('finds two records that changed places', () => {
    const [a, b, c] = chain(3) as [DecisionRecord, DecisionRecord, DecisionRecord];
    expect(verifyChain([a, c, b])).toMatchObject({ status: 'broken', index: 1 });
  });
  it('finds any change of any one field', () => fc.assert(fc.property(
    fc.integer({ min: 0, max: 2 }), fc.constantFrom('experiment', 'verdict', 'arm', 'seed', 'codeVersion', 'decidedAt', 'planHash', 'exploratory', 'rollback', 'arms', 'approver'),
    (index, field) => {
      const records = chain(3);
      records[index] = { ...records[index]!, content: { ...records[index]!.content, [field]: 'tampered' } };
      expect(verifyChain(records)).toMatchObject({ status: 'broken', index });
    }), { seed: 5, numRuns: 40 }));
});
