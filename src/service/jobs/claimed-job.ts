import { randomUUID } from 'node:crypto';
import { type Job, UnrecoverableError } from 'bullmq';
import type { Logger } from 'pino';
import type { PrismaClient } from '../../generated/prisma/client.js';
import { DataError } from '../../warehouse/warehouse.js';
import { JOB_ATTEMPTS, type QueueJob } from './queue.js';
import { watchClaim } from './watch-claim.js';
import type { WarehouseConfig } from './with-warehouse.js';

/** Begun more often than the queue would retry: each time its worker died, so this work kills workers. */
const MAX_ATTEMPTS = JOB_ATTEMPTS + 3;
const PROGRESS_EVERY_MS = 250;

export interface ProcessorContext {
  readonly prisma: PrismaClient;
  readonly config: WarehouseConfig;
  readonly log: Logger;
  /** aborted when the worker shuts down */
  readonly shutdown: AbortSignal;
}

/** What a worker writes into a row while and when it works on it. */
interface JobColumns {
  status: 'queued' | 'running' | 'failed' | 'cancelled';
  claim: string; attempts: { increment: 1 }; progress: number; message: string; startedAt: Date; finishedAt: Date; error: string; errorPath: string | null;
}
interface JobFilter { readonly id: string; readonly claim?: string; readonly status?: 'running' | { in: ('queued' | 'running')[] }; readonly cancelRequested?: boolean }

/** A table whose rows are brought to an end by jobs. */
export interface JobTable {
  updateMany(query: { where: JobFilter; data: Partial<JobColumns> }): PromiseLike<{ count: number }>;
  findUnique(query: { where: { id: string }; select: { claim: true; cancelRequested: true; attempts: true } }): PromiseLike<{ claim: string | null; cancelRequested: boolean; attempts: number } | null>;
}

/** A row of a table of jobs; `noun` is what the log calls it. */
export interface JobRow { readonly table: JobTable; readonly id: string; readonly noun: string }

/** What is known to who does the work: every write must be conditional on the claim. */
export interface Claimed {
  readonly claim: string;
  /** aborted when the work was cancelled, taken over by another worker, or the worker shuts down */
  readonly signal: AbortSignal;
  /** @param share in [0, 1] */
  tell(share: number, message: string): void;
}

/**
 * Runs one job: claims the row and lets `work` bring it to an end.
 *
 * A job may be run twice (its worker was taken for dead), but only the last claim may write, and only once. Returns quietly when there is
 * nothing left to do.
 * @param work  saves what it came to, and returns false when it could not: the row was cancelled, or claimed by another worker
 */
export async function runClaimed(job: Job<QueueJob>, row: JobRow, context: ProcessorContext, work: (claimed: Claimed) => Promise<boolean>): Promise<void> {
  const { table, id, noun } = row;
  const claim = randomUUID();
  const { count } = await table.updateMany({
    where: { id, status: { in: ['queued', 'running'] } },
    data: { status: 'running', claim, attempts: { increment: 1 }, progress: 0, message: 'reading', startedAt: new Date() },
  });
  if (count === 0) return;
  const look = () => table.findUnique({ where: { id }, select: { claim: true, cancelRequested: true, attempts: true } });
  const watch = watchClaim(look, claim, context.shutdown);
  try {
    if ((await look())!.attempts > MAX_ATTEMPTS) throw new UnrecoverableError(`was begun ${MAX_ATTEMPTS} times, and each time its worker died`);
    if (!await work({ claim, signal: watch.signal, tell: teller(job, row, claim) })) await cancelled(table, { id, claim });
  } catch (error) {
    await settle(job, row, claim, error, watch.signal, context);
  } finally {
    watch.stop();
    context.log.debug({ [noun]: id }, 'left');
  }
}

function teller(job: Job<QueueJob>, { table, id }: JobRow, claim: string): Claimed['tell'] {
  let shownAt = 0;
  return (share, message) => {
    if (Date.now() - shownAt < PROGRESS_EVERY_MS) return;
    shownAt = Date.now();
    void Promise.resolve(table.updateMany({ where: { id, claim, status: 'running' }, data: { progress: Math.min(Math.max(share, 0), 1), message } }))
      .then(() => job.updateProgress(share)).catch(() => undefined); // the next step tells more
  };
}

/** Writes down that it was cancelled, if somebody asked for that. */
async function cancelled(table: JobTable, mine: { readonly id: string; readonly claim: string }): Promise<boolean> {
  const { count } = await table.updateMany({ where: { ...mine, status: 'running', cancelRequested: true }, data: { status: 'cancelled', message: 'cancelled', finishedAt: new Date() } });
  return count > 0;
}

/** What becomes of a row whose run did not end with a result. Throws what the queue needs to know. */
async function settle(job: Job<QueueJob>, { table, id, noun }: JobRow, claim: string, error: unknown, signal: AbortSignal, { log, shutdown }: ProcessorContext): Promise<void> {
  const mine = { id, claim, status: 'running' as const };
  if (await cancelled(table, mine)) return;
  if (signal.aborted && !shutdown.aborted) return; // another worker has taken over
  const sentence = error instanceof Error ? error.message : String(error);
  const hopeless = error instanceof DataError || error instanceof UnrecoverableError;
  if (hopeless || (!shutdown.aborted && job.attemptsMade + 1 >= JOB_ATTEMPTS)) {
    await table.updateMany({ where: mine, data: { status: 'failed', message: 'failed', error: sentence, errorPath: (error as DataError).path ?? null, finishedAt: new Date() } });
    log.warn({ [noun]: id, error: sentence }, `${noun} failed`);
    throw hopeless ? new UnrecoverableError(sentence) : error;
  }
  await table.updateMany({ where: mine, data: { status: 'queued', progress: 0, message: shutdown.aborted ? 'queued: its worker was shut down' : `queued again: ${sentence}` } });
  log.warn({ [noun]: id, err: error }, `${noun} is tried again`);
  throw error;
}
