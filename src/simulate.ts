import { existsSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { createWorkerPool } from './compute/worker-pool.js';
import { isInside, type Row } from './simulate/row.js';
import { rows } from './simulate/rows.js';
import { lineOf, resultsSchema, tableOf, type Result } from './simulate/results.js';
import { blocksOf, meansOf } from './simulate/run-row.js';
import type { SimulationTask } from './simulate/worker.js';

const RESULTS = new URL('../test/simulation/results.json', import.meta.url);
const TABLE = new URL('../test/simulation/RESULTS.md', import.meta.url);
const USAGE = `npm run simulate -- [--rows REGEX] [--missing] [--replicates N] [--workers N] [--seed N] [--write] [--list]
  --rows     only rows whose group or name matches
  --missing  only rows that the committed results do not have, as after an interruption: every row is written when it is done
  --write    keep the results in test/simulation`;

/** Runs rows, prints each figure with its gate, and ends with 1 when one is outside. Results do not depend on the number of workers. */
async function main(): Promise<number> {
  const { values } = parseArgs({ options: {
    rows: { type: 'string', default: '' }, missing: { type: 'boolean', default: false }, replicates: { type: 'string' },
    workers: { type: 'string', default: String(availableParallelism()) }, seed: { type: 'string', default: '20261125' },
    write: { type: 'boolean', default: false }, list: { type: 'boolean', default: false }, help: { type: 'boolean', default: false },
  } });
  if (values.help) { console.log(USAGE); return 0; }
  const kept = new Map((existsSync(RESULTS) ? resultsSchema.parse(JSON.parse(await readFile(RESULTS, 'utf8'))) : []).map((result) => [result.name, result]));
  const pattern = new RegExp(values.rows, 'i');
  const asked = rows.filter((row) => pattern.test(`${row.group}: ${row.name}`) && !(values.missing && kept.has(row.name)));
  if (values.list) { for (const row of asked) console.log(`${row.group}: ${row.name}`); return 0; }
  if (values.write && values.replicates !== undefined) { console.error('simulate writes full runs only: leave out --replicates or --write'); return 2; }

  const pool = createWorkerPool<SimulationTask>(new URL('./simulate/worker.js', import.meta.url), Number(values.workers), null);
  let outside = 0;
  for (const row of asked) {
    const result = await runRow(row, Number(values.replicates ?? row.replicates), Number(values.seed));
    outside += result.figures.filter((figure) => !figure.isInside).length;
    console.log(`${row.group}: ${row.name} (${result.replicates} replicates, ${result.processorSeconds.toFixed(1)} s)\n${result.figures.map((figure) => `    ${lineOf(figure)}`).join('\n')}`);
    kept.set(row.name, result);
    if (values.write) await writeResults([...kept.values()]);
  }
  await pool.close();
  console.log(`${asked.length} rows, ${outside} figures outside their gate`);
  return outside > 0 ? 1 : 0;

  async function runRow(row: Row, replicates: number, seed: number): Promise<Result> {
    const before = process.cpuUsage();
    const { figures } = await row.prepare();
    const blocks = Array.from({ length: blocksOf(replicates) }, (_, block) => block);
    // dealt in turn, so that no worker waits long for another
    const shares = Array.from({ length: Math.min(pool.size, blocks.length) }, (_, w) => blocks.filter((block) => block % pool.size === w));
    const parts = await pool.run<number[][]>(shares.map((share) => ({ row: row.name, seed, replicates, blocks: share })));
    const means = meansOf(blocks.map((block) => parts[block % pool.size]![Math.floor(block / pool.size)]!), replicates);
    const { user, system } = process.cpuUsage(before);
    return {
      name: row.name, date: new Date().toISOString().slice(0, 10), machine: `${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.versions.node}`,
      seed, replicates, processorSeconds: Math.round((user + system) / 1e5) / 10,
      figures: figures.map((figure, f) => ({ name: figure.name, value: means[f]!, least: figure.least, most: figure.most, isInside: isInside(means[f]!, figure) })),
    };
  }
}

/** In the order of the rows; results of rows that are no more are dropped. */
async function writeResults(results: readonly Result[]): Promise<void> {
  const inOrder = rows.flatMap(({ name }) => results.filter((result) => result.name === name));
  await replaceFile(RESULTS, `[\n${inOrder.map((result) => JSON.stringify(result)).join(',\n')}\n]\n`);
  await replaceFile(TABLE, tableOf(rows, inOrder));
}

/** Whole or not at all: a run may be interrupted at any time. */
async function replaceFile(file: URL, text: string): Promise<void> {
  const beside = new URL(`${file.href}.part`);
  await writeFile(beside, text);
  await rename(beside, file);
}

process.exitCode = await main();
