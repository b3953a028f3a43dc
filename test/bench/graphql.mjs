/**
 * Reads of a stored analysis with 100 metrics, 50 requests in flight: milliseconds at the median and the 99th percentile.
 * Limit: p99 below 50 ms on 2 cores. `memory` repeats one query, `resolved` asks another one each time.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';

export const LIMIT_MS = 50;
const METRICS = 100;
const IN_FLIGHT = 50;
const SECONDS = 6;
const QUERY = `query ($id: ID!) { analysis(id: $id) {
  checks { name status blocking sentence pValue }
  effects(segments: []) { metric role control { arm n value standardError } treatment { arm n value standardError }
    difference { ...estimate } lift { ...estimate } method } } }
fragment estimate on EstimateOrRefusal { __typename
  ... on EffectEstimate { estimate standardError pValue adjustedPValue interval { shape lower upper } simultaneous { shape lower upper } }
  ... on Refusal { reason detail remedy } }`;

/** @returns milliseconds at the median and the 99th percentile, and processor time of the service */
export async function graphqlBench({ seconds = SECONDS } = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), 'assay-bench-'));
  chmodSync(folder, 0o755);
  const tables = path.join(folder, 'tables');
  mkdirSync(tables);
  const secret = `ak_${randomBytes(32).toString('base64url')}`;
  const service = await startService({ PORT: '0', ASSAY_DATA: path.join(folder, 'data'), ASSAY_ALLOWED_FOLDERS: tables, ASSAY_ADMIN_KEY: secret, DATABASE_URL: '', REDIS_URL: '', LOG_LEVEL: 'silent' });
  try {
    const ask = async (query, variables) => {
      const response = await fetch(`${service.url}/graphql`, { method: 'POST', headers: headers(secret), body: JSON.stringify({ query, variables }) });
      const { data, errors } = await response.json();
      if (errors) throw new Error(errors[0].message);
      return data;
    };
    const id = await storedAnalysis(ask, tables);
    const bytes = JSON.stringify(await ask(QUERY, { id })).length;
    const load = async (bodyOf) => {
      let n = 0;
      const run = (duration) => autocannon({
        url: `${service.url}/graphql`, connections: IN_FLIGHT, duration,
        requests: [{ method: 'POST', headers: headers(secret), setupRequest: (request) => ({ ...request, body: bodyOf(n++) }) }],
      });
      await run(2); // warm
      const before = cpuSeconds(service.pid);
      const { latency, requests, non2xx, errors } = await run(seconds);
      if (non2xx + errors > 0) throw new Error(`${non2xx + errors} requests failed`);
      return { p50: latency.p50, p99: latency.p99, perSecond: Math.round(requests.average), cpuMsPerRequest: Number(((cpuSeconds(service.pid) - before) * 1000 / requests.total).toFixed(2)) };
    };
    const memory = await load(() => JSON.stringify({ query: QUERY, variables: { id } }));
    const resolved = await load((n) => JSON.stringify({ query: QUERY, variables: { id, n } })); // a variable of its own: never answered from memory
    return { bytes, memory, resolved };
  } finally {
    await service.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The service in a process of its own: the load is made in this one. */
async function startService(settings) {
  const child = spawn(process.execPath, [fileURLToPath(new URL('../../dist/main.js', import.meta.url))], { env: { ...process.env, ...settings }, stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await new Promise((resolve, reject) => {
    child.stdout.on('data', (text) => { const ready = /ready at (\S+)/.exec(String(text)); if (ready) resolve(ready[1]); });
    child.once('exit', (code) => reject(new Error(`the service ended with ${code}`)));
  });
  return { url, pid: child.pid, stop: () => new Promise((resolve) => { child.once('exit', resolve); child.kill('SIGTERM'); }) };
}

/** Processor seconds that a process has used. */
function cpuSeconds(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return NaN; // no /proc here
  }
}

const headers = (secret) => ({ 'content-type': 'application/json', authorization: `Bearer ${secret}` });

async function storedAnalysis(ask, tables) {
  const rows = Array.from({ length: 2000 }, (_, i) => [`u${i}`, i % 2 ? 'treatment' : 'control', ...Array.from({ length: METRICS }, (__, m) => ((i * 7 + m * 13) % 97) + (i % 2))]);
  const columns = ['user', 'arm', ...Array.from({ length: METRICS }, (_, m) => `v${m}`)];
  writeFileSync(path.join(tables, 'rows.csv'), [columns, ...rows].map((row) => row.join(',')).join('\n'));
  const plan = {
    name: 'wide', source: { kind: 'files', tables: { rows: { path: path.join(tables, 'rows.csv') } } },
    exposures: { table: 'rows', unit: 'user', arm: 'arm' }, facts: [{ name: 'rows', unit: 'user' }],
    metrics: Array.from({ length: METRICS }, (_, m) => ({ name: `m${m}`, kind: 'mean', fact: 'rows', value: `v${m}` })),
    arms: [{ name: 'control', weight: 0.5, control: true }, { name: 'treatment', weight: 0.5 }],
    decision: { goals: [{ metric: 'm0', claim: 'superiority' }] },
  };
  const { analyze } = await ask('mutation ($plan: JSON!) { analyze(plan: $plan) { __typename ... on Analysis { id } ... on ValidationFailure { message } } }', { plan });
  if (!analyze.id) throw new Error(analyze.message);
  for (;;) {
    const { analysis } = await ask('query ($id: ID!) { analysis(id: $id) { status error } }', { id: analyze.id });
    if (analysis.status === 'completed') return analyze.id;
    if (analysis.status === 'failed') throw new Error(analysis.error);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(JSON.stringify(await graphqlBench(), null, 2));
