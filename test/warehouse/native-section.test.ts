import { expect, it } from '@jest/globals';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { mayEnd, newGate } from '../../src/warehouse/native-section.js';

const BUILT = new URL('../../dist/warehouse/native-section.js', import.meta.url).href;

/** Asks DuckDB, then again when it is told to. */
const SCRIPT = `
import { parentPort, workerData } from 'node:worker_threads';
import { DuckDBInstance } from '@duckdb/node-api';
import { guardNative, whileNative } from '${BUILT}';
guardNative(workerData);
const connection = await (await DuckDBInstance.create(':memory:')).connect();
const ask = () => connection.run('SELECT sum(i * 3 % 7) FROM range(60000000) t(i)');
const first = whileNative(ask);
parentPort.postMessage('began');
await first;
parentPort.once('message', () => whileNative(ask).catch((error) => parentPort.postMessage(error.message)));
parentPort.postMessage('done');
`;

it('a thread is not ended while native code works for it, and lets none begin once it is to be ended', async () => {
  const gate = newGate();
  const thread = new Worker(new URL(`data:text/javascript,${encodeURIComponent(SCRIPT.replace("'@duckdb/node-api'", JSON.stringify(import.meta.resolve('@duckdb/node-api'))))}`), { workerData: gate });
  const [began] = await once(thread, 'message');
  expect([began, mayEnd(gate)]).toEqual(['began', false]);
  const [done] = await once(thread, 'message');
  await sleep(10);
  expect([done, mayEnd(gate)]).toEqual(['done', true]);
  thread.postMessage('again');
  const [refusal] = await once(thread, 'message');
  expect(refusal).toBe('this thread is being ended');
  await thread.terminate();
});
