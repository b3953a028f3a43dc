import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const USERS = 400;
const at = (day: number, hour: number): string => `2026-03-${String(day).padStart(2, '0')}T${String(hour).padStart(2, '0')}:00:00Z`;

/** 400 customers in two arms, one exposure each, and an order each for three of four. */
export const exposureLines = (): string[] => ['user,arm,at', ...Array.from({ length: USERS }, (_, i) => `u${i},${i % 2 ? 'treatment' : 'control'},${at(1 + (i % 10), i % 24)}`)];
export const orderLines = (): string[] => ['order_id,user,at,amount', ...Array.from({ length: USERS }, (_, i) => i).filter((i) => i % 4 !== 0)
  .map((i) => `o${i},u${i},${at(2 + (i % 10), (i * 7) % 24)},${(10 + ((i * 37) % 50) + (i % 2)).toFixed(2)}`)];

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- cases break the plan on purpose, in ways that no type allows
export type Loose = any;

export const examplePlan = (): Loose => ({
  name: 'example',
  source: { kind: 'files', tables: { exposures: { path: 'exposures.csv' }, orders: { path: 'orders.csv' } } },
  exposures: { unit: 'user', arm: 'arm', time: 'at' },
  facts: [{ name: 'orders', unit: 'user', time: 'at', id: 'order_id' }],
  metrics: [{ name: 'revenue', kind: 'mean', fact: 'orders', value: 'amount', window: '0d..7d' }],
  arms: [{ name: 'control', weight: 0.5, control: true }, { name: 'treatment', weight: 0.5 }],
  asOf: '2026-03-20T00:00:00Z',
  decision: { goals: [{ metric: 'revenue', claim: 'superiority' }] },
});

/** A folder of files that is gone after the test. */
export interface Folder extends Disposable {
  readonly path: string;
  write(name: string, content: string | readonly string[] | object): string;
}

export function folderOf(files: Readonly<Record<string, string | readonly string[] | object>> = {}): Folder {
  const folder = mkdtempSync(path.join(tmpdir(), 'assay-cli-'));
  const write: Folder['write'] = (name, content) => {
    const file = path.join(folder, name);
    writeFileSync(file, typeof content === 'string' ? content : Array.isArray(content) ? `${content.join('\n')}\n` : JSON.stringify(content, null, 2));
    return file;
  };
  for (const [name, content] of Object.entries(files)) write(name, content);
  return { path: folder, write, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

/** The example as files, with a plan that `change` may have broken. */
export function exampleFolder(change: (plan: Loose) => void = () => {}): Folder {
  const plan = examplePlan();
  change(plan);
  return folderOf({ 'plan.yaml': plan, 'exposures.csv': exposureLines(), 'orders.csv': orderLines() });
}
