import { PrismaPg } from '@prisma/adapter-pg';
import { Worker } from 'bullmq';
import type { Logger } from 'pino';
import { PrismaClient } from '../../generated/prisma/client.js';
import type { Config } from '../config.js';
import { processAnalysis } from './analysis-processor.js';
import { type AnalysisJob, QUEUE, queueConnection } from './queue.js';

/** How long a running analysis may go on after the worker was asked to stop, in milliseconds. */
const GRACE_MS = 5000;
/** An analysis uses all cores of the warehouse engine; several at once would only share them. */
const CONCURRENCY = 1;

export interface RunningWorker { close(): Promise<void> }

/** Takes analyses from the queue, on this or any other machine, until it is closed. */
export async function runWorker(config: Config, log: Logger): Promise<RunningWorker> {
  const shutdown = new AbortController();
  const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: config.databaseUrl, max: 3 }) });
  const worker = new Worker<AnalysisJob, void>(QUEUE, (job) => processAnalysis(job, { prisma, config, log, shutdown: shutdown.signal }), {
    connection: queueConnection(config),
    concurrency: CONCURRENCY,
    lockDuration: config.lockMs,
    stalledInterval: config.lockMs / 2,
    maxStalledCount: 1_000_000, // the row counts attempts; PostgreSQL keeps this one in 32 bits
  });
  worker.on('error', (error) => log.warn({ err: error }, 'queue'));
  await worker.waitUntilReady();
  return {
    async close() {
      const timer = setTimeout(() => shutdown.abort(new Error('the worker was shut down')), GRACE_MS);
      await worker.close();
      clearTimeout(timer);
      await prisma.$disconnect();
    },
  };
}
