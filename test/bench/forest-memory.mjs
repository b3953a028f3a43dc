// node test/bench/forest-memory.mjs [rows=1000000] [columns=10] [trees=2000]: the most memory that growing a causal forest takes, in a process of its own.
import { spawnSync } from 'node:child_process';
import { createForestEngine } from '../../dist/compute/forest-engine.js';
import { growCausalForest } from '../../dist/stats/forest/causal-forest.js';
import { design } from './forest.mjs';

/** Of the whole process, in GB. */
export const LIMIT = 4;

async function measured([rows = 1_000_000, columns = 10, trees = 2000]) {
  const engine = await createForestEngine();
  const forest = await growCausalForest(engine, design(rows, columns, 1), { trees, seed: 1 });
  await engine.close();
  if (forest.status === 'refused') throw new Error(forest.detail);
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  return { rows, columns, trees, gigabytes: maxRSS / 2 ** 20, seconds: (userCPUTime + systemCPUTime) / 1e6 };
}

/** Peak resident memory and processor seconds, without what this process holds. */
export function forestMemory(...size) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [import.meta.filename, ...size.map(String)], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

if (process.argv[1] === import.meta.filename) console.log(JSON.stringify(await measured(process.argv.slice(2).map(Number))));
