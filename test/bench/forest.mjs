// node test/bench/forest.mjs [rows=10000] [columns=10] [trees=500] [rounds=3]
import { availableParallelism } from 'node:os';
import { createForestEngine } from '../../dist/compute/forest-engine.js';
import { growCausalForest } from '../../dist/stats/forest/causal-forest.js';
import { predictEffects } from '../../dist/stats/forest/effect-prediction.js';
import { rowScorer } from '../../dist/stats/forest/row-scorer.js';
import { stream } from '../../dist/stats/numeric/random.js';
import { grfPeer } from './peers/grf.mjs';

/** CPU seconds of the R package grf 2.6.1 (two cores of an EPYC Zen 3, Debian 12, R 4.2), as recorded: used where there is no grf, and at a million rows, which take it most of an hour. */
const RECORDED = {
  '10000x10x500': { fit: 22.9, predict: 4.61, mse: 0.0235 },
  '100000x10x500': { fit: 371.5, predict: 7.77, mse: 0.0064 },
  '100000x20x200': { fit: 291, predict: 2.57, mse: 0.0095 },
  '1000000x10x500': { fit: 4789, predict: 28.0, mse: 0.002491, covered: 0.9988 },
};
/** How many times less CPU than grf is the goal, by rows. */
const GOALS = [[1_000_000, 60], [100_000, 40], [0, 25]];
const PREDICT_GOAL = 15;
const NEW_ROWS = 10_000;
const ROW_TREES = 2000;

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const zeta = (x) => 1 + 1 / (1 + Math.exp(-20 * (x - 1 / 3)));

/** Confounding and heterogeneity: the design of section 6.2 of Athey, Tibshirani, Wager (2019). */
export function design(n, p, seed) {
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

/** CPU seconds to fit and to predict 10,000 rows with variances, alternating with grf, or beside what was recorded of it. */
export async function forest({ rows: n = 10_000, columns: p = 10, trees = 500, rounds = 3, isRecorded = false } = {}) {
  const grf = isRecorded ? { absent: 'it takes most of an hour' } : grfPeer();
  const mine = [];
  const theirs = [];
  for (let round = 0; round < rounds; round++) {
    const train = design(n, p, 2 * round + 1);
    const test = design(NEW_ROWS, p, 2 * round + 2);
    mine.push(await ours(train, test, trees, round));
    if (grf.run) theirs.push(grf.run(train, test, { trees, nuisanceTrees: Math.max(50, trees >> 2), seed: round, threads: availableParallelism() }));
  }
  const medians = (runs) => Object.fromEntries(['fit', 'predict', 'mse', 'covered'].map((key) => [key, median(runs.map((run) => run[key]))]));
  const recorded = RECORDED[`${n}x${p}x${trees}`];
  return {
    rows: n, columns: p, trees, ...medians(mine), fitGoal: GOALS.find(([least]) => n >= least)[1], predictGoal: PREDICT_GOAL,
    peer: theirs.length > 0 ? { source: grf.name, ...medians(theirs) } : recorded ? { source: `grf 2.6.1 as recorded (${grf.absent})`, ...recorded } : null,
  };
}

/** Milliseconds of processor time for one row, of 2,000 trees on 10,000 rows, compiled. */
export async function oneRow() {
  const engine = await createForestEngine();
  const grown = await growCausalForest(engine, design(10_000, 10, 1), { trees: ROW_TREES, seed: 1 });
  await engine.close();
  const scorer = rowScorer(grown);
  const score = (i) => scorer.effect(grown.features.map((_, j) => ((i * (j + 7)) % 101) / 101));
  for (let i = 0; i < 200; i++) score(i);
  const { seconds } = await cpuSeconds(() => { for (let i = 0; i < 500; i++) score(i); });
  return { trees: ROW_TREES, milliseconds: (seconds * 1000) / 500 };
}

if (process.argv[1] === import.meta.filename) {
  const [rows, columns, trees, rounds] = process.argv.slice(2).map(Number);
  const { peer, ...own } = await forest({ rows, columns, trees, rounds });
  console.log(own, peer, peer && { fitRatio: peer.fit / own.fit, predictRatio: peer.predict / own.predict }, await oneRow());
}
