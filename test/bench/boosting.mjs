// node test/bench/boosting.mjs [rows=200000] [columns=28] [trees=100] [rounds=3]: boosting beside LightGBM: the same rows, bins, settings and cores.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createBoostingEngine } from '../../dist/compute/boosting-engine.js';
import { boostingLearner } from '../../dist/stats/learners/boosting/boosting.js';
import { predictionQuality } from '../../dist/stats/learners/nuisance-report.js';
import { stream } from '../../dist/stats/numeric/random.js';

/** Our time over LightGBM's, and the difference of the areas under the curve. */
export const TIME_LIMIT = 1.5;
export const AUC_LIMIT = 0.001;
const WORKERS = 2;
const TEST_ROWS = 50_000;
/** Values of a column: both give each a bin of its own. */
const VALUES = 250;
const INSTALL_MS = 300_000;
const SETTINGS = { learningRate: 0.1, maxLeaves: 31, minRows: 20, minHessian: 1e-3 };

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

/** Columns of 250 values, and a label that depends on ten of them, with interactions. */
function design(n, p, seed) {
  const random = stream(seed);
  const columns = Array.from({ length: p }, () => Float64Array.from({ length: n }, () => random.integer(VALUES)));
  const at = (j, i) => (2 * columns[j % p][i]) / VALUES - 1;
  const y = Float64Array.from({ length: n }, (_, i) => {
    const score = 2 * Math.sin(3 * at(0, i)) + 2 * at(1, i) * at(2, i) + (at(3, i) > 0.2 ? 1 : -1) * at(4, i) + at(5, i) ** 2 + 0.5 * at(6, i) - 0.5 * at(7, i) + at(8, i) * at(9, i) * at(0, i);
    return random.bernoulli(1 / (1 + Math.exp(-1.5 * score))) ? 1 : 0;
  });
  return { x: { n, names: columns.map((_, j) => `x${j}`), columns }, y };
}

async function ours(train, test, trees) {
  const engine = await createBoostingEngine({ workers: WORKERS });
  const [cpu, start] = [process.cpuUsage(), performance.now()];
  const fitted = await boostingLearner('classification', { ...SETTINGS, trees }).fit(train, { seed: 1, boosting: engine });
  const wall = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  await engine.close();
  if (fitted.status === 'refused') throw new Error(fitted.detail);
  return { wall, cpu: (user + system) / 1e6, auc: predictionQuality('classification', test.y, fitted.predict(test.x)).auc };
}

/** A Python that has LightGBM, in the temp folder; or why there is none. */
function python() {
  const folder = path.join(tmpdir(), 'assay-bench-peers', 'lightgbm');
  const binary = path.join(folder, 'bin', 'python');
  const run = (command, args) => spawnSync(command, args, { encoding: 'utf8', timeout: INSTALL_MS });
  if (!existsSync(binary) && run('python3', ['-m', 'venv', folder]).status !== 0) return { absent: 'Python with venv is absent' };
  const pip = run(binary, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', 'lightgbm']);
  return pip.status === 0 ? { binary } : { absent: 'LightGBM cannot be installed' };
}

function lightgbm(binary, train, test, trees) {
  const folder = mkdtempSync(path.join(tmpdir(), 'boosting-bench-'));
  const write = (name, { x, y }) => writeFileSync(path.join(folder, name), Buffer.concat([...x.columns, y].map((column) => Buffer.from(column.buffer))));
  write('train', train);
  write('test', test);
  writeFileSync(path.join(folder, 'settings.json'), JSON.stringify({ ...SETTINGS, trees, workers: WORKERS, columns: train.x.columns.length, rows: train.x.n, testRows: test.x.n }));
  const { status, stdout, stderr } = spawnSync(binary, [path.join(import.meta.dirname, 'peers', 'boosting_peer.py'), folder], { encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  if (status !== 0) throw new Error(`LightGBM did not answer: ${stderr.trim().split('\n').at(-1)}`);
  return JSON.parse(stdout);
}

/** Alternating rounds, other rows in each: medians of seconds, means of AUC: after some 50 trees ties of rounding part the models, and AUC by chance. */
export async function boosting({ rows = 200_000, columns = 28, trees = 100, rounds = 3 } = {}) {
  const { binary, absent } = python();
  await ours(design(20_000, columns, 0), design(1000, columns, 1), 10); // compiled
  const mine = [];
  const theirs = [];
  for (let round = 1; round <= rounds; round++) {
    const [train, test] = [design(rows, columns, 2 * round), design(TEST_ROWS, columns, 2 * round + 1)];
    mine.push(await ours(train, test, trees));
    if (binary) theirs.push(lightgbm(binary, train, test, trees));
  }
  const of = (runs) => ({ wall: median(runs.map(({ wall }) => wall)), cpu: median(runs.map(({ cpu }) => cpu)), auc: runs.reduce((sum, { auc }) => sum + auc / rounds, 0) });
  return { rows, columns, trees, ...of(mine), peer: binary ? { version: theirs[0].version, ...of(theirs) } : null, skipped: absent };
}

if (process.argv[1] === import.meta.filename) {
  const [rows, columns, trees, rounds] = process.argv.slice(2).map(Number);
  console.log(await boosting({ rows, columns, trees, rounds }));
}
