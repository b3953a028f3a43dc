import { randomUUID } from 'node:crypto';
import { type Job, UnrecoverableError } from 'bullmq';
import type { Logger } from 'pino';
import { analyze } from '../../analyze.js';
import { type Analysis as AnalysisResult, analysisSchema } from '../../experiment/analysis.js';
import { planSchema } from '../../experiment/plan.js';
import { analysisDigest } from '../../experiment/record.js';
import type { Analysis, PrismaClient } from '../../generated/prisma/client.js';
import { DataError } from '../../warehouse/warehouse.js';
import { identityOf } from '../analyses/identity.js';
import { isDuplicate } from '../database/database-errors.js';
import { resolveSource } from '../datasources/resolve-source.js';
import { type AnalysisJob, JOB_ATTEMPTS } from './queue.js';
import { watchClaim } from './watch-claim.js';
import { type WarehouseConfig, withWarehouse } from './with-warehouse.js';

/** Begun more often than the queue would retry: each time its worker died, so this analysis kills workers. */
const MAX_ATTEMPTS = JOB_ATTEMPTS + 3;
const PROGRESS_EVERY_MS = 250;

export interface ProcessorContext {
  readonly prisma: PrismaClient;
  readonly config: WarehouseConfig;
  readonly log: Logger;
  /** aborted when the worker shuts down */
  readonly shutdown: AbortSignal;
}

/**
 * Runs one job: claims the row, analyses, saves.
 *
 * A job may be run twice (its worker was taken for dead), but only the last claim may write, and only once: every write
 * is conditional on the claim. Returns quietly when there is nothing left to do.
 */
export async function processAnalysis(job: Job<AnalysisJob>, context: ProcessorContext): Promise<void> {
  const { prisma, log } = context;
  const id = job.data.analysisId;
  const claim = randomUUID();
  const { count } = await prisma.analysis.updateMany({
    where: { id, status: { in: ['queued', 'running'] } },
    data: { status: 'running', claim, attempts: { increment: 1 }, progress: 0, message: 'reading', startedAt: new Date() },
  });
  if (count === 0) return;
  const row = await prisma.analysis.findUniqueOrThrow({ where: { id }, omit: { result: true } });
  const watch = watchClaim(prisma, id, claim, context.shutdown);
  try {
    if (row.attempts > MAX_ATTEMPTS) throw new UnrecoverableError(`was begun ${MAX_ATTEMPTS} times, and each time its worker died`);
    const result = await run(job, row, claim, watch.signal, context);
    if (!await save(prisma, row, claim, result)) await cancelled(prisma, { id, claim });
  } catch (error) {
    await settle(job, claim, error, watch.signal, context);
  } finally {
    watch.stop();
    log.debug({ analysis: id }, 'left');
  }
}

async function run(job: Job<AnalysisJob>, row: Omit<Analysis, 'result'>, claim: string, signal: AbortSignal, { prisma, config }: ProcessorContext): Promise<AnalysisResult> {
  const plan = planSchema.parse(row.plan);
  const frozen = row.frozenPlan === null ? undefined : planSchema.parse(row.frozenPlan);
  const source = await resolveSource(prisma, plan.source);
  let shownAt = 0;
  const onProgress = (share: number, message: string): void => {
    if (Date.now() - shownAt < PROGRESS_EVERY_MS) return;
    shownAt = Date.now();
    void prisma.analysis.updateMany({ where: { id: row.id, claim, status: 'running' }, data: { progress: Math.min(Math.max(share, 0), 1), message } })
      .then(() => job.updateProgress(share)).catch(() => undefined); // the next step tells more
  };
  const result = await withWarehouse(source, config, (warehouse) => analyze(plan, warehouse, { ...(frozen && { frozen }), signal, onProgress }));
  signal.throwIfAborted();
  return analysisSchema.parse(result); // an answer is finite or a refusal: what is not does not get into the database
}

/** Result and status in one statement, once. @returns false when it was cancelled meanwhile or another worker has claimed it */
async function save(prisma: PrismaClient, row: Omit<Analysis, 'result'>, claim: string, result: AnalysisResult): Promise<boolean> {
  const dataDigest = result.fingerprint.digest;
  const identity = identityOf({ experimentId: row.experimentId, planHash: row.planHash, frozenPlanHash: row.frozenPlanHash, asOf: result.plan.asOf ?? null, dataDigest });
  try {
    const { count } = await prisma.analysis.updateMany({
      where: { id: row.id, claim, status: 'running', cancelRequested: false },
      data: {
        status: 'completed', progress: 1, message: 'completed', finishedAt: new Date(), error: null, errorPath: null,
        result: JSON.stringify(result), resultHash: analysisDigest(result), verdict: result.decision.verdict, dataDigest, identity,
      },
    });
    return count > 0;
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    throw new UnrecoverableError('the data changed while it was queued, and there is an analysis of them as they are now; ask again to find it');
  }
}

/** Writes down that it was cancelled, if somebody asked for that. */
async function cancelled(prisma: PrismaClient, mine: { readonly id: string; readonly claim: string }): Promise<boolean> {
  const { count } = await prisma.analysis.updateMany({ where: { ...mine, status: 'running', cancelRequested: true }, data: { status: 'cancelled', message: 'cancelled', finishedAt: new Date() } });
  return count > 0;
}

/** What becomes of a row whose run did not end with a result. Throws what the queue needs to know. */
async function settle(job: Job<AnalysisJob>, claim: string, error: unknown, signal: AbortSignal, { prisma, log, shutdown }: ProcessorContext): Promise<void> {
  const mine = { id: job.data.analysisId, claim, status: 'running' as const };
  if (await cancelled(prisma, mine)) return;
  if (signal.aborted && !shutdown.aborted) return; // another worker has taken over
  const sentence = error instanceof Error ? error.message : String(error);
  const hopeless = error instanceof DataError || error instanceof UnrecoverableError;
  if (hopeless || (!shutdown.aborted && job.attemptsMade + 1 >= JOB_ATTEMPTS)) {
    await prisma.analysis.updateMany({ where: mine, data: { status: 'failed', message: 'failed', error: sentence, errorPath: (error as DataError).path ?? null, finishedAt: new Date() } });
    log.warn({ analysis: mine.id, error: sentence }, 'analysis failed');
    throw hopeless ? new UnrecoverableError(sentence) : error;
  }
  await prisma.analysis.updateMany({ where: mine, data: { status: 'queued', progress: 0, message: shutdown.aborted ? 'queued: its worker was shut down' : `queued again: ${sentence}` } });
  log.warn({ analysis: mine.id, err: error }, 'analysis is tried again');
  throw error;
}
