// node test/bench/forest.mjs [rows=10000] [columns=10] [trees=500] [rounds=3]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createForestEngine } from '../../dist/compute/forest-engine.js';
import { growCausalForest } from '../../dist/stats/forest/causal-forest.js';
import { predictEffects } from '../../dist/stats/forest/effect-prediction.js';
import { rowScorer } from '../../dist/stats/forest/row-scorer.js';
import { stream } from '../../dist/stats/numeric/random.js';

/** CPU seconds of grf 2.6.1 (two cores of an EPYC Zen 3, Debian 12, R 4.2), as recorded: used where R has no grf. */
const RECORDED = {
  '10000x10x500': { fit: 22.9, predict: 4.61, mse: 0.0235 },
  '100000x10x500': { fit: 371.5, predict: 7.77, mse: 0.0064 },
  '100000x20x200': { fit: 291, predict: 2.57, mse: 0.0095 },
};
/** How many times less CPU than grf is the goal, by rows. */
const GOALS = [[1_000_000, 60], [100_000, 40], [0, 25]];
const PREDICT_GOAL = 15;
const NEW_ROWS = 10_000;

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const zeta = (x) => 1 + 1 / (1 + Math.exp(-20 * (x - 1 / 3)));

/** Confounding and heterogeneity: the design of section 6.2 of Athey, Tibshirani, Wager (2019). */
function design(n, p, seed) {
  const random = stream(seed);
  const x = Array.from({ length: p }, () => random.fillUniform(new Float64Array(n)));
  const tau = x[0].map((value, i) => zeta(value) * zeta(x[1][i]));
  const e = x[2].map((value) => 0.25 * (1 + 20 * value * (1 - value) ** 3));
  const w = e.map((share) => (random.bernoulli(share) ? 1 : 0));
  const y = w.map((treated, i) => 2 * x[2][i] - 1 + treated * tau[i] + random.normal());
  return { features: x.map((_, j) => `x${j}`), x, y, w, tau };
}

async function cpuSeconds(work) {
  const before = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  return { result, seconds: (user + system) / 1e6 };
}

async function ours(train, test, trees, seed) {
  const fit = await cpuSeconds(async () => {
    const engine = await createForestEngine();
    return { engine, forest: await growCausalForest(engine, train, { trees, seed }) };
  });
  const { engine, forest } = fit.result;
  if (forest.status === 'refused') throw new Error(forest.detail);
  const predict = await cpuSeconds(() => predictEffects(engine, forest, Object.fromEntries(test.features.map((name, j) => [name, test.x[j]]))));
  await engine.close();
  const { estimates, variances } = predict.result;
  const mse = estimates.reduce((sum, value, i) => sum + (value - test.tau[i]) ** 2, 0) / NEW_ROWS;
  const covered = test.tau.filter((tau, i) => Math.abs(tau - estimates[i]) <= 1.959964 * Math.sqrt(variances[i])).length / NEW_ROWS;
  return { forest, fit: fit.seconds, predict: predict.seconds, mse, covered };
}

/** grf on the same rows, or null where R or grf is absent. */
function grf(train, test, trees, seed) {
  if (spawnSync('Rscript', ['-e', 'library(grf)']).status !== 0) return null;
  const folder = mkdtempSync(path.join(tmpdir(), 'forest-bench-'));
  const write = (name, columns) => writeFileSync(path.join(folder, name), Buffer.concat(columns.map((column) => Buffer.from(column.buffer))));
  write('train', [...train.x, train.y, train.w]);
  write('test', [...test.x, test.tau]);
  const [n, p] = [train.y.length, train.x.length];
  const script = `library(grf); read <- function(f, k) matrix(readBin(file.path("${folder}", f), "double", 1e9), ncol = k)
    a <- read("train", ${p + 2}); b <- read("test", ${p + 1}); cpu <- function() sum(proc.time()[c(1, 2)]); t0 <- cpu()
    f <- causal_forest(a[, 1:${p}], a[, ${p + 1}], a[, ${p + 2}], num.trees = ${trees}, seed = ${seed}); t1 <- cpu()
    q <- predict(f, b[, 1:${p}], estimate.variance = TRUE); t2 <- cpu()
    cat(t1 - t0, t2 - t1, mean((q$predictions - b[, ${p + 1}])^2), mean(abs(q$predictions - b[, ${p + 1}]) <= 1.959964 * sqrt(q$variance.estimates)))`;
  const { stdout } = spawnSync('Rscript', ['-e', script], { encoding: 'utf8', maxBuffer: 1e8 });
  rmSync(folder, { recursive: true });
  const [fit, predict, mse, covered] = stdout.trim().split(/\s+/).map(Number);
  if (!Number.isFinite(fit)) throw new Error(`grf did not answer for n ${n}: ${stdout}`);
  return { fit, predict, mse, covered };
}

/** CPU seconds to fit and to predict 10,000 rows with variances, against grf; and milliseconds a single row. */
export default async function bench(n = 10_000, p = 10, trees = 500, rounds = 3) {
  const mine = [];
  const theirs = [];
  for (let round = 0; round < rounds; round++) {
    const train = design(n, p, 2 * round + 1);
    const test = design(NEW_ROWS, p, 2 * round + 2);
    mine.push(await ours(train, test, trees, round));
    const peer = grf(train, test, trees, round);
    if (peer) theirs.push(peer);
  }
  const of = (runs, key) => median(runs.map((run) => run[key]));
  const recorded = RECORDED[`${n}x${p}x${trees}`];
  const peer = theirs.length > 0 ? { fit: of(theirs, 'fit'), predict: of(theirs, 'predict'), mse: of(theirs, 'mse') } : recorded;
  const source = theirs.length > 0 ? 'grf here' : recorded ? 'grf as recorded' : 'no peer';
  const row = (name, key, goal) => ({
    name: `${name}, ${n} x ${p}, ${trees} trees`, unit: 'CPU seconds', median: of(mine, key), peer: peer?.[key] ?? null, source,
    timesFaster: peer ? peer[key] / of(mine, key) : null, goal, mse: of(mine, 'mse'), peerMse: peer?.mse ?? null, coverage: of(mine, 'covered'),
  });
  const scorer = rowScorer(mine[0].forest);
  const values = mine[0].forest.features.map(() => 0.5);
  for (let i = 0; i < 200; i++) scorer.effect(values);
  const single = await cpuSeconds(async () => { for (let i = 0; i < 500; i++) scorer.effect(values.map((_, j) => ((i * (j + 7)) % 101) / 101)); });
  return [
    row('causal forest, fit', 'fit', GOALS.find(([rows]) => n >= rows)[1]),
    row('causal forest, predict with variance', 'predict', PREDICT_GOAL),
    { name: `causal forest, one row, ${trees} trees`, unit: 'milliseconds', median: (single.seconds * 1000) / 500, limit: 1 },
  ];
}

if (process.argv[1] === import.meta.filename) console.table(await bench(...process.argv.slice(2).map(Number)));
