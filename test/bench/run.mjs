// npm run bench [-- --scale 0.05] [-- --write]: all figures, one row each, against the limit measured or stated in the same run.
// --scale is the share of 10M exposures and 50M events; --write puts the table into the README with machine and date.
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import assignment from './assignment.mjs';
import { AUC_LIMIT, boosting, TIME_LIMIT } from './boosting.mjs';
import { evaluation } from './evaluation.mjs';
import { forest, oneRow } from './forest.mjs';
import { forestMemory, LIMIT as MEMORY_LIMIT } from './forest-memory.mjs';
import { graphqlBench, LIMIT_MS } from './graphql.mjs';
import { illConditioned, LIMIT as PRECISION_LIMIT } from './ill-conditioned.mjs';
import { ADDED_LIMIT, LIMIT as BOUNDARY_LIMIT, planning } from './planning.mjs';
import { LEVELS_LIMIT, policy, RATIO_GOAL } from './policy.mjs';
import { LIMIT as PUSHDOWN_LIMIT, pushdown } from './pushdown.mjs';
import { peers, TOLERANCE } from './peers/peers.mjs';
import { LIMIT as UPLIFT_LIMIT, upliftForest } from './uplift.mjs';
import { LARGE_LIMIT, LIMIT as STATISTIC_LIMIT, statistics } from './statistics.mjs';

const { values: { scale, write } } = parseArgs({ options: { scale: { type: 'string', default: '1' }, write: { type: 'boolean', default: false } } });
const rows = [];
const row = (what, measured, limit, remark = '') => { rows.push({ what, measured, limit, remark }); console.log(`${what}: ${measured} (limit ${limit}) ${remark}`); };

for (const [method, { microseconds, sharesMicroseconds, largeSeconds }] of Object.entries(await statistics())) {
  const name = method === 'fixed' ? 'fixed horizon' : 'confidence sequence';
  row(`One comparison from summaries, ${name}`, `${microseconds.toFixed(1)} µs`, `${STATISTIC_LIMIT} µs`, 'difference and lift: effect, interval, p; processor time');
  row(`One comparison of shares, ${name}`, `${sharesMicroseconds.toFixed(1)} µs`, `${STATISTIC_LIMIT} µs`, method === 'fixed' ? 'score test and its inversion' : '');
  row(`250,000 comparisons as corrected records, ${name}`, `${largeSeconds.toFixed(1)} s`, `${LARGE_LIMIT} s`, `the statistics alone: ${(microseconds / 4).toFixed(1)} s`);
}
for (const { name, median, limit } of assignment()) row(`Assignment: ${name.replace('assign, ', '')}`, `${median.toFixed(2)} µs`, `${limit} µs`);
const { whole, added } = await planning();
row('Lan-DeMets boundary of 172 looks', `${whole.toFixed(0)} ms`, `${BOUNDARY_LIMIT} ms`, 'processor time');
row('the same, one added look', `${added.toFixed(1)} ms`, `${ADDED_LIMIT} ms`, 'processor time');
const graphql = await graphqlBench();
row('GraphQL read of a stored analysis, 100 metrics, 50 in flight, p99', `${graphql.memory.p99} ms`, `${LIMIT_MS} ms`, `p50 ${graphql.memory.p50} ms, ${graphql.memory.perSecond} a second`);
row('the same, never answered from memory, p99', `${graphql.resolved.p99} ms`, '—', `${graphql.resolved.cpuMsPerRequest} ms of processor time each`);
const { perSecond, acknowledged, lost } = await evaluation();
row('Exposures lost when the service is killed', `${lost}`, '0', `of ${acknowledged} acknowledged evaluations, ${perSecond} a second with their client on this machine`);
const { units, relativeError } = await illConditioned();
row(`Standard error of ${units} units about 1e9 of deviation 1, from Parquet, relative error`, relativeError.toExponential(1), `${PRECISION_LIMIT}`);
const push = await pushdown({ scale: Number(scale), rounds: 5 });
const size = `${10 * scale}M exposures and ${50 * scale}M events, 20 metrics, CUPED, 5 segments, 3 arms`;
row(`Parquet to verdict, ${size}`, `${push.bareRatio.toFixed(2)} x`, `${PUSHDOWN_LIMIT} x`, `${push.assaySeconds.toFixed(1)} s against ${push.bareSeconds.toFixed(1)} s for a bare scan-and-group of the raw columns by unit`);
row('the same, against a scan-and-group into the columns that metrics need', `${push.ratio.toFixed(2)} x`, '—', `${push.plainSeconds.toFixed(1)} s`);

for (const { name, skipped, version, milliseconds, ratio, gap, agrees } of peers()) {
  if (skipped) row(`The same comparison in ${name}`, 'skipped', '—', skipped);
  else row(`The same comparison in ${name} ${version}`, `${milliseconds.toFixed(2)} ms`, '—', `${Math.round(ratio)} x ours; ${agrees ? `answers agree to ${TOLERANCE} standard errors` : `ANSWERS DIFFER by ${gap.toExponential(1)} standard errors`}`);
}

const boosted = await boosting();
const boostedSize = `${boosted.trees} boosted trees on ${boosted.rows} x ${boosted.columns}, two workers`;
if (boosted.peer) {
  const { version, wall, cpu, auc } = boosted.peer;
  row(`${boostedSize}, against LightGBM ${version}`, `${(boosted.wall / wall).toFixed(2)} x`, `${TIME_LIMIT} x`, `${boosted.wall.toFixed(1)} s against ${wall.toFixed(1)} s; processor time ${boosted.cpu.toFixed(1)} s against ${cpu.toFixed(1)} s`);
  row('the same, area under the curve on new rows, LightGBM less ours', (auc - boosted.auc).toFixed(5), `${AUC_LIMIT}`, `ours ${boosted.auc.toFixed(4)}`);
} else row(boostedSize, `${boosted.wall.toFixed(1)} s`, '—', `not compared: ${boosted.skipped}`);

const sizes = [
  { rows: 10_000, columns: 10 }, { rows: 10_000, columns: 20 }, ...[10, 20].map((columns) => ({ rows: 100_000, columns, rounds: 1 })),
  { rows: 1_000_000, columns: 10, rounds: 1, isRecorded: true },
];
for (const size of sizes) {
  const { trees, fit, predict, mse, covered, peer, fitGoal, predictGoal } = await forest(size);
  const what = `Causal forest, ${trees} trees on ${size.rows} x ${size.columns}`;
  if (peer) row(`${what}, fit: processor time of ${peer.source} over ours`, `${(peer.fit / fit).toFixed(1)} x`, `${fitGoal} x`, `${peer.fit.toFixed(1)} s against ${fit.toFixed(2)} s, squared error ${peer.mse.toFixed(4)} against ${mse.toFixed(4)}`);
  else row(`${what}, fit`, `${fit.toFixed(2)} s`, '—', 'not compared: there is no grf here');
  if (peer) row('the same, 10,000 predictions with variance', `${(peer.predict / predict).toFixed(1)} x`, `${predictGoal} x`, `${peer.predict.toFixed(2)} s against ${predict.toFixed(2)} s; coverage ${peer.covered?.toFixed(3) ?? '—'} against ${covered.toFixed(3)}`);
}
const single = await oneRow();
row(`One row by a causal forest of ${single.trees} trees`, `${single.milliseconds.toFixed(2)} ms`, '1 ms', 'processor time');
// some minutes: with all rows of the pushdown, or never
if (Number(scale) >= 1) {
  const { rows: many, columns, trees, gigabytes, seconds } = forestMemory();
  row(`Causal forest, ${trees} trees on ${many} x ${columns}, most memory`, `${gigabytes.toFixed(1)} GB`, `${MEMORY_LIMIT} GB`, `of the process; processor time ${seconds.toFixed(0)} s`);
}
const exact = await policy();
row(`Exact policy tree of depth two, ${exact.rows} x ${exact.columns} continuous, ${exact.actions} actions: processor time of ${exact.peer.source} over ours`, `${(exact.peer.seconds / exact.seconds).toFixed(0)} x`, `${RATIO_GOAL} x`, `${exact.peer.seconds.toFixed(1)} s against ${exact.seconds.toFixed(2)} s${exact.peer.agrees === null ? '' : exact.peer.agrees ? '; trees of the same reward' : '; REWARDS DIFFER'}`);
row(`the same, ${exact.leveledRows} x ${exact.columns} of ${exact.levels} levels`, `${exact.leveledSeconds.toFixed(2)} s`, `${LEVELS_LIMIT} s`, 'processor time');
const grown = await upliftForest();
row(`Uplift forest, ${grown.trees} trees on ${grown.rows} x ${grown.columns}`, `${grown.seconds.toFixed(1)} s`, `${UPLIFT_LIMIT} s`, `processor time ${grown.processorSeconds.toFixed(1)} s; root mean squared error of uplifts of −0.02 and 0.1: ${grown.error.toFixed(4)}`);

if (write) {
  const file = new URL('../../README.md', import.meta.url);
  const machine = `${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, ${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GB`;
  const table = ['<!-- bench -->', `Measured ${machine}.`, '', '| | measured | limit | |', '|---|---|---|---|',
    ...rows.map(({ what, measured, limit, remark }) => `| ${what} | ${measured} | ${limit} | ${remark} |`), '<!-- /bench -->'].join('\n');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/<!-- bench -->[\s\S]*<!-- \/bench -->/, table));
}
