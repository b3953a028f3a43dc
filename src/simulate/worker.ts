import { parentPort } from 'node:worker_threads';
import { rows } from './rows.js';
import { runBlock } from './run-row.js';
import type { Prepared } from './row.js';

/** Some blocks of one row. */
export interface SimulationTask {
  readonly row: string;
  readonly seed: number;
  readonly replicates: number;
  readonly blocks: readonly number[];
}

let last: { readonly name: string; readonly prepared: Prepared } | undefined;

async function answer({ row: name, seed, replicates, blocks }: SimulationTask): Promise<number[][]> {
  const row = rows.find((candidate) => candidate.name === name);
  if (!row) throw new Error(`simulate has no row ${name}`);
  if (last?.name !== name) last = { name, prepared: await row.prepare() };
  const { prepared } = last;
  const sums: number[][] = [];
  for (const block of blocks) sums.push(await runBlock(name, prepared, seed, block, replicates));
  return sums;
}

parentPort!.on('message', (task: SimulationTask) => {
  answer(task).then((result) => parentPort!.postMessage({ result }), (error: unknown) => parentPort!.postMessage({ error: error instanceof Error ? error.message : String(error) }));
});
