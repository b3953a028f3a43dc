import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { PlanInput } from '../../src/experiment/plan.js';

const DAY_MS = 86_400_000;
const BEGIN = Date.parse('2026-03-01T00:00:00Z');

/**
 * A small shop in two CSV files: `units` people in two equal arms, each with an order of 10; every tenth of the
 * treatment orders twice as much. Deterministic.
 */
export function writeShop(folder: string, units = 600): void {
  const exposures = ['user_id,variant,seen_at,country'];
  const orders = ['user_id,ordered_at,amount'];
  for (let i = 0; i < units; i++) {
    const arm = i % 2 === 0 ? 'control' : 'treatment';
    const seen = BEGIN + Math.floor(i / 50) * DAY_MS + i * 1000;
    exposures.push(`u${i},${arm},${new Date(seen).toISOString()},${i % 3 === 0 ? 'DE' : 'FR'}`);
    const amount = 10 + (i % 7) + (arm === 'treatment' ? 4 : 0);
    orders.push(`u${i},${new Date(seen + 3_600_000).toISOString()},${amount}`);
  }
  writeFileSync(path.join(folder, 'exposures.csv'), `${exposures.join('\n')}\n`);
  writeFileSync(path.join(folder, 'orders.csv'), `${orders.join('\n')}\n`);
}

/** A plan over the shop; what is given takes the place of its parts. */
export const shopPlan = (folder: string, parts: Partial<PlanInput> = {}): PlanInput => ({
  name: 'checkout',
  title: 'One-page checkout',
  source: { kind: 'files', tables: { exposures: { path: path.join(folder, 'exposures.csv') }, orders: { path: path.join(folder, 'orders.csv') } } },
  exposures: { unit: 'user_id', arm: 'variant', time: 'seen_at', attributes: ['country'] },
  facts: [{ name: 'orders', unit: 'user_id', time: 'ordered_at' }],
  metrics: [{ name: 'revenue', kind: 'mean', fact: 'orders', value: 'amount', unit: 'EUR' }, { name: 'ordered', kind: 'proportion', fact: 'orders' }],
  segments: [{ name: 'country', column: 'country' }],
  arms: [
    { name: 'control', weight: 0.5, control: true, models: [{ registry: 'mlflow', name: 'ranker', version: '6' }] },
    {
      name: 'treatment', weight: 0.5,
      models: [{ registry: 'mlflow', name: 'ranker', version: '7', runId: 'abc', digest: 'sha256:00' }],
      features: [{ store: 'feast', view: 'basket', version: '3', schemaHash: 'ff' }],
    },
  ],
  decision: { goals: [{ metric: 'revenue', claim: 'superiority' }], minimumUnits: 100 },
  ...parts,
});
