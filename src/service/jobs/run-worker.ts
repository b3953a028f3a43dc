import { PrismaPg } from '@prisma/adapter-pg';
import { type Job, Worker } from 'bullmq';
import type { Logger } from 'pino';
import { PrismaClient } from '../../generated/prisma/client.js';
import type { Config } from '../config.js';
import { processAnalysis } from './analysis-processor.js';
import { processModelJob } from './model-job-processor.js';
import { type AnalysisJob, type ModelWork, QUEUE, queueConnection, type QueueJob } from './queue.js';
import type { ProcessorContext } from './claimed-job.js';

/** How long a running analysis may go on after the worker was asked to stop, in milliseconds. */
const GRACE_MS = 5000;
/** An analysis uses all cores of the warehouse engine, a forest those of the machine; several at once would only share them. */
const CONCURRENCY = 1;

export interface RunningWorker { close(): Promise<void> }

/** Takes analyses and work on models from the queue, on this or any other machine, until it is closed. */
export async function runWorker(config: Config, log: Logger): Promise<RunningWorker> {
  const shutdown = new AbortController();
  const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: config.databaseUrl, max: 3 }) });
  const worker = new Worker<QueueJob, void>(QUEUE, (job) => process(job, { prisma, config, log, shutdown: shutdown.signal }), {
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

const process = (job: Job<QueueJob>, context: ProcessorContext): Promise<void> =>
  ('modelJobId' in job.data ? processModelJob(job as Job<ModelWork>, context) : processAnalysis(job as Job<AnalysisJob>, context));
