import { afterAll, expect, it, jest } from '@jest/globals';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { planSchema } from '../../src/experiment/plan.js';
import { openWarehouse } from '../../src/warehouse/open.js';
import { newFolder, planOver } from '../warehouse/small-plan.js';

const fail = () => Promise.reject(new Error('compute worker ended with 134 before it answered'));
jest.unstable_mockModule('../../src/compute/shared-forest-engine.js', () => ({ sharedForestEngine: { name: 'broken', grow: fail, moments: fail, outOfBagMoments: fail } }));
const { analyze } = await import('../../src/analyze.js');
const { reportModel } = await import('../../src/report/model.js');

const folder = newFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('an analysis whose forest fails has its checks and its verdict, as without a forest, and a sentence in place of the forest', async () => {
  const units = Array.from({ length: 2400 }, (_, i) => ({ id: `u${i}`, arm: i % 2, age: 18 + (i * 7) % 50 }));
  writeFileSync(path.join(folder, 'exposures.csv'), ['unit,arm,ts,age', ...units.map(({ id, arm, age }) => `${id},${arm === 1 ? 'b' : 'a'},2026-03-10T00:00:00Z,${age}`)].join('\n'));
  writeFileSync(path.join(folder, 'orders.csv'), ['unit,ts,revenue', ...units.map(({ id, arm }, i) => `${id},2026-03-10T01:00:00Z,${5 + (i % 11) + 2 * arm}`)].join('\n'));
  const plan = (heterogeneity?: object) => planSchema.parse({
    ...planOver({ exposures: path.join(folder, 'exposures.csv'), orders: path.join(folder, 'orders.csv') }),
    exposures: { unit: 'unit', arm: 'arm', time: 'ts', attributes: ['age'] }, segments: [], heterogeneity,
  });
  const [found, without] = await Promise.all([plan({ forest: {} }), plan()].map(async (asked) => {
    const warehouse = await openWarehouse(asked.source, { threads: 1 });
    return analyze(asked, warehouse).finally(() => warehouse.close());
  }));
  expect(found!.forest!.answer).toMatchObject({ status: 'refused', reason: 'computation_failed' });
  expect(found!.decision).toEqual(without!.decision);
  expect(found!.checks).toEqual(without!.checks);
  expect(reportModel(found!).targeting!.sentence).toBe('Whom b helps most cannot be said: the causal forest could not be grown (compute worker ended with 134 before it answered). Analyse again; if it fails again, read fewer units (heterogeneity.forest.units) or grow fewer trees (heterogeneity.forest.trees).');
});
