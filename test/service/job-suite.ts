import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { getQueueToken } from '@nestjs/bullmq';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DuckDBInstance } from '@duckdb/node-api';
import type { Queue } from 'bullmq';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import type { PlanInput } from '../../src/experiment/plan.js';
import type { Config } from '../../src/service/config.js';
import { QUEUE } from '../../src/service/jobs/queue.js';
import { ReconcilerService } from '../../src/service/jobs/reconciler.service.js';
import { shopPlan, writeShop } from './shop.js';
import { startService, type TestService } from './start-service.js';

const WORKER = fileURLToPath(new URL('../../dist/worker.js', import.meta.url));
/** Large enough that an analysis on one thread takes a second or so: workers are killed in the middle of it. */
const UNITS = 500_000;
const EVENTS = 2_000_000;
/** Silence after which a worker is taken for dead: long against what a busy machine may hold one up. */
const LOCK_MS = 2000;
const ANALYZE = 'mutation ($plan: JSON!) { analyze(plan: $plan) { __typename ... on Analysis { id status } ... on ValidationFailure { message } } }';

export interface Store { readonly options: Partial<Config>; forget?(): Promise<void>; end(): Promise<void> }

/** What must hold of jobs wherever they are kept. */
export function jobSuite(title: string, start: () => Promise<Store>): void {
  describe(`jobs on ${title}`, () => {
    let store: Store;
    let service: TestService;
    /** Those that live: one after most tests, which the next one goes on with. */
    const workers: ChildProcess[] = [];

    beforeAll(async () => {
      if (!existsSync(WORKER)) throw new Error('dist/worker.js is missing: run npm run build');
      store = await start();
      service = await startService({ lockMs: LOCK_MS, ...store.options });
      writeShop(service.folder);
      await writeLargeShop(service.folder);
    });
    afterAll(async () => {
      for (const worker of workers) worker.kill('SIGKILL');
      await service.end();
      await store.end();
    });

    const forkWorker = (): ChildProcess => {
      const { config } = service;
      const worker = fork(WORKER, {
        env: { ...process.env, DATABASE_URL: config.databaseUrl, REDIS_URL: config.redisUrl ?? '', ASSAY_DATA: config.data, ASSAY_ALLOWED_FOLDERS: service.folder, ASSAY_LOCK_MS: String(config.lockMs), ASSAY_THREADS: '1', LOG_LEVEL: 'silent' },
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      workers.push(worker);
      worker.once('exit', () => workers.splice(workers.indexOf(worker), 1));
      return worker;
    };
    const aWorker = (): ChildProcess => workers.find(({ killed }) => !killed) ?? forkWorker();
    const queue = () => service.app.get<Queue>(getQueueToken(QUEUE));
    const analyze = async (plan: PlanInput): Promise<string> => (await service.gql(ANALYZE, { variables: { plan } })).data.analyze.id;
    const row = (id: string) => service.prisma.analysis.findUniqueOrThrow({ where: { id } });
    const until = async (id: string, holds: (now: Awaited<ReturnType<typeof row>>) => boolean) => {
      for (;;) {
        const now = await row(id);
        if (holds(now)) return now;
        await sleep(20);
      }
    };
    const large = (name: string) => largePlan(service.folder, name);
    const jobsLeft = async () => {
      await sleep(200); // the queue hears of the end after the row does
      return queue().getJobCounts('waiting', 'active', 'delayed', 'failed');
    };
    const NONE = { waiting: 0, active: 0, delayed: 0, failed: 0 };

    it('a worker that is killed in the middle of a job loses nothing and doubles nothing', async () => {
      const first = aWorker();
      const id = await analyze(large('killed'));
      const bystander = await analyze(shopPlan(service.folder, { name: 'bystander' }));
      await until(id, ({ status }) => status === 'running');
      first.kill('SIGKILL');
      expect((await row(id)).status).toBe('running');

      forkWorker();
      const after = await until(id, ({ status }) => status === 'completed');
      expect(after).toMatchObject({ attempts: 2, error: null });
      const { summaries } = JSON.parse(after.result!);
      expect(summaries.exposures.units).toBe(UNITS);
      expect(summaries.facts[0].rows).toBe(EVENTS);
      expect(await service.ended(bystander)).toMatchObject({ status: 'completed' });
      expect(await row(bystander)).toMatchObject({ attempts: 1 });
      expect(await service.prisma.analysis.count({ where: { planHash: after.planHash } })).toBe(1);
      expect(await jobsLeft()).toEqual(NONE);
    }, 120_000);

    it('a worker that was taken for dead and wakes up does not write over the one that took its place', async () => {
      const first = aWorker();
      const id = await analyze(large('frozen'));
      const before = await until(id, ({ status }) => status === 'running');
      first.kill('SIGSTOP');
      forkWorker();
      const done = await until(id, ({ status }) => status === 'completed');
      expect(done.claim).not.toBe(before.claim);
      const gone = new Promise((resolve) => first.once('exit', resolve));
      first.kill('SIGCONT');
      first.kill('SIGTERM'); // it ends what it does first
      expect(await gone).toBe(0);
      expect(await row(id)).toEqual(done);
    }, 120_000);

    it('an analysis is cancelled in the middle and can be retried to the end', async () => {
      aWorker();
      const id = await analyze(large('cancelled'));
      await until(id, ({ status }) => status === 'running');
      const { data } = await service.gql('mutation ($id: ID!) { cancelAnalysis(id: $id) { __typename } }', { variables: { id } });
      expect(data.cancelAnalysis.__typename).toBe('Analysis');
      expect(await service.ended(id)).toMatchObject({ status: 'cancelled', decision: null });
      expect((await row(id)).result).toBeNull();
      expect(await jobsLeft()).toEqual(NONE);
      await service.gql('mutation ($id: ID!) { retryAnalysis(id: $id) { __typename } }', { variables: { id } });
      expect(await service.ended(id)).toMatchObject({ status: 'completed' });
    }, 120_000);

    it('an analysis that waits is cancelled at once, and its job does nothing', async () => {
      await queue().pause();
      const id = await analyze(shopPlan(service.folder, { name: 'waiting' }));
      await service.gql('mutation ($id: ID!) { cancelAnalysis(id: $id) { __typename } }', { variables: { id } });
      expect((await row(id)).status).toBe('cancelled');
      await queue().resume();
      aWorker();
      const next = await analyze(shopPlan(service.folder, { name: 'after_waiting' }));
      expect(await service.ended(next)).toMatchObject({ status: 'completed' });
      expect(await row(id)).toMatchObject({ status: 'cancelled', attempts: 0 });
    });

    it('data that the plan misdescribes fail at the first attempt, with the sentence', async () => {
      aWorker();
      const plan = shopPlan(service.folder, { name: 'wrong_value', metrics: [{ name: 'revenue', kind: 'mean', fact: 'orders', value: 'amounts' }] });
      const id = await analyze(plan);
      expect(await service.ended(id)).toMatchObject({ status: 'failed', error: expect.stringContaining('amounts') });
      expect((await row(id)).attempts).toBe(1);
      expect(await jobsLeft()).toEqual(NONE);
    });

    it('a worker that is told to stop gives its job back, and another finishes it', async () => {
      const first = aWorker();
      const id = await analyze(large('stopped'));
      await until(id, ({ status }) => status === 'running');
      const gone = new Promise((resolve) => first.once('exit', resolve));
      first.kill('SIGTERM');
      expect(await gone).toBe(0);
      forkWorker();
      expect(await service.ended(id)).toMatchObject({ status: 'completed' });
    }, 120_000);

    it('a row whose job was lost gets a new one', async () => {
      await queue().pause();
      const id = await analyze(shopPlan(service.folder, { name: 'lost' }));
      if (store.forget) await store.forget();
      else await queue().remove(id);
      expect(await service.app.get(ReconcilerService).reconcile()).toBe(1);
      expect(await service.app.get(ReconcilerService).reconcile()).toBe(0);
      await queue().resume();
      aWorker();
      expect(await service.ended(id)).toMatchObject({ status: 'completed' });
    });

    it('a subscription tells of queued, running with growing shares, and completed', async () => {
      const socket = createClient({
        url: `${service.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, connectionParams: { authorization: `Bearer ${service.keys.viewer}` }, retryAttempts: 0,
      });
      await queue().pause();
      const id = await analyze(large('watched'));
      const seen: { status: string; progress: number }[] = [];
      const ended = (async () => {
        for await (const { data } of socket.iterate<{ analysisProgress: { status: string; progress: number } }>({ query: 'subscription ($id: ID!) { analysisProgress(id: $id) { id status progress message } }', variables: { id } })) seen.push(data!.analysisProgress);
      })();
      await sleep(300);
      await queue().resume();
      aWorker();
      await ended;
      const statuses = seen.map(({ status }) => status);
      expect([statuses[0], statuses.at(-1)]).toEqual(['queued', 'completed']);
      expect(statuses).toContain('running');
      const shares = seen.filter(({ status }) => status === 'running').map(({ progress }) => progress);
      expect(shares).toEqual([...shares].sort((a, b) => a - b));
      expect(new Set(shares).size).toBeGreaterThan(1);
      await socket.dispose();
    }, 120_000);

    it('a socket without a key is closed, and one with a key carries subscriptions only', async () => {
      const ask = (query: string, connectionParams?: Record<string, unknown>) => new Promise((resolve) => {
        const socket = createClient({ url: `${service.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0, ...(connectionParams && { connectionParams }) });
        socket.subscribe({ query }, { next: resolve, error: (error) => resolve(error), complete: () => undefined });
      });
      expect(await ask('{ me { name } }')).toMatchObject({ code: 4403 });
      expect(await ask('{ me { name } }', { authorization: `Bearer ${service.keys.admin}` })).toMatchObject([{ message: expect.stringContaining('subscriptions only') }]);
    });
  });
}

async function writeLargeShop(folder: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const arm = `CASE WHEN i % 2 = 0 THEN 'control' ELSE 'treatment' END`;
  await connection.run(`COPY (SELECT i AS user_id, ${arm} AS variant, TIMESTAMP '2026-03-01' + INTERVAL 1 SECOND * (i % 1000000) AS seen_at FROM range(${UNITS}) t(i)) TO '${path.join(folder, 'large_exposures.parquet')}' (FORMAT parquet)`);
  await connection.run(`COPY (SELECT i % ${UNITS} AS user_id, TIMESTAMP '2026-03-14' + INTERVAL 1 SECOND * (i % 600000) AS ordered_at, (hash(i) % 1000)::DOUBLE AS amount FROM range(${EVENTS}) t(i)) TO '${path.join(folder, 'large_orders.parquet')}' (FORMAT parquet)`);
  connection.closeSync();
  instance.closeSync();
}

function largePlan(folder: string, name: string): PlanInput {
  const tables = { exposures: { path: path.join(folder, 'large_exposures.parquet') }, orders: { path: path.join(folder, 'large_orders.parquet') } };
  return shopPlan(folder, { name, source: { kind: 'files', tables }, exposures: { unit: 'user_id', arm: 'variant', time: 'seen_at' }, segments: [] });
}
