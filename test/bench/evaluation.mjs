// Flags over OpenFeature's remote evaluation: evaluations with an exposure each, then the service is killed, and what it had
// acknowledged is looked for in the database by a second one.
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';

const PORT = 3979;
const KEY = `ak_${'b'.repeat(40)}`;
const CALLERS = 32;
const SECONDS = 4;
const COMMAND = fileURLToPath(new URL('../../bin/assay.mjs', import.meta.url));
const address = `http://127.0.0.1:${PORT}`;

async function started(data) {
  const env = { ...process.env, PORT: String(PORT), HOST: '127.0.0.1', ASSAY_DATA: data, ASSAY_ADMIN_KEY: KEY, ASSAY_WORKERS: '0', LOG_LEVEL: 'fatal' };
  const service = spawn(process.execPath, [COMMAND, 'serve'], { env, stdio: 'ignore' });
  for (let i = 0; i < 300; i++) {
    if (service.exitCode !== null) throw new Error(`the service ended with ${service.exitCode}`);
    if ((await fetch(`${address}/health`).catch(() => undefined))?.ok) return service;
    await sleep(200);
  }
  service.kill('SIGKILL');
  throw new Error('the service did not start within a minute');
}

const post = (where, body) => fetch(`${address}${where}`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${KEY}` }, body: JSON.stringify(body) });
const ended = (service, signal) => new Promise((resolve) => { service.once('exit', resolve); service.kill(signal); });

export async function evaluation() {
  const data = mkdtempSync(path.join(tmpdir(), 'assay-evaluation-'));
  chmodSync(data, 0o755); // the account of the database server must be able to enter it
  let service = await started(data);
  try {
    const assignment = { key: 'bench', variations: [{ key: 'a', weight: 0.5 }, { key: 'b', weight: 0.5 }] };
    await post('/graphql', { query: 'mutation ($d: JSON!) { createFlag(definition: $d) { __typename } }', variables: { d: { assignment } } });
    const acknowledged = new Map();
    let isOver = false;
    const caller = async (name) => {
      for (let i = 0; !isOver; i++) {
        const unit = `${name}-${i}`;
        const answer = await post('/ofrep/v1/evaluate/flags/bench', { context: { targetingKey: unit } }).then((response) => (response.ok ? response.json() : undefined)).catch(() => undefined);
        if (answer) acknowledged.set(unit, answer.variant);
      }
    };
    const callers = Array.from({ length: CALLERS }, (_, name) => caller(name));
    await sleep(SECONDS * 1000);
    await ended(service, 'SIGKILL');
    isOver = true;
    await Promise.all(callers);
    service = await started(data);
    const csv = await (await fetch(`${address}/exposures/bench.csv`, { headers: { authorization: `Bearer ${KEY}` } })).text();
    const stored = new Map(csv.trim().split('\n').slice(1).map((line) => line.split(',').slice(0, 2)));
    const lost = [...acknowledged].filter(([unit, variant]) => stored.get(unit) !== variant).length;
    return { perSecond: Math.round(acknowledged.size / SECONDS), acknowledged: acknowledged.size, lost };
  } finally {
    if (service.exitCode === null && service.signalCode === null) await ended(service, 'SIGTERM');
    await stopDatabase(data);
    rmSync(data, { recursive: true, force: true });
  }
}

/** The database outlives a killed service on purpose, and the next service joins it without owning it. */
async function stopDatabase(data) {
  const file = path.join(data, 'pg', 'postmaster.pid');
  const pid = Number((() => { try { return readFileSync(file, 'utf8').split('\n')[0]; } catch { return 0; } })());
  if (!pid) return;
  process.kill(pid, 'SIGINT');
  for (let i = 0; i < 100; i++) {
    try { process.kill(pid, 0); } catch { return; }
    await sleep(100);
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { perSecond, acknowledged, lost } = await evaluation();
  console.log(`${perSecond} evaluations with an exposure a second; killed after ${acknowledged}, of which ${lost} are lost`);
}
