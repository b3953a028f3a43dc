import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Job } from 'bullmq';
import type { ModelJob, PrismaClient } from '../../generated/prisma/client.js';
import { fileSha256 } from '../../sdk/read-columns.js';
import { DataError } from '../../warehouse/warehouse.js';
import { tableFile } from '../datasources/table-file.js';
import { keepVersion } from '../models/keep-version.js';
import type { KnownFailure } from '../models/known-failure.js';
import { modelsRoot, scoresFile, versionFolder } from '../models/places.js';
import { scoreRequestSchema, specOf, trainRequestSchema } from '../models/requests.js';
import type { ScoreAnswer, ScoreTask } from '../models/score-thread.js';
import type { TrainAnswer, TrainTask } from '../models/train-thread.js';
import { answerApart } from '../threads/answer-apart.js';
import { type Claimed, type ProcessorContext, runClaimed } from './claimed-job.js';
import type { ModelWork, QueueJob } from './queue.js';

/** Trains a version, or scores a table, in a thread: this one must go on to tell the queue that it lives. */
export function processModelJob(job: Job<ModelWork>, context: ProcessorContext): Promise<void> {
  const { prisma } = context;
  const id = job.data.modelJobId;
  return runClaimed(job as Job<QueueJob>, { table: prisma.modelJob, id, noun: 'model job' }, context, async (claimed) => {
    const row = await prisma.modelJob.findUniqueOrThrow({ where: { id } });
    return row.kind === 'train' ? train(row, claimed, context) : score(row, claimed, context);
  });
}

async function train(row: ModelJob, { claim, signal, tell }: Claimed, { prisma, config }: ProcessorContext): Promise<boolean> {
  const request = trainRequestSchema.parse(row.request);
  const staged = path.join(modelsRoot(config.data), `.${row.id}-${claim}`);
  const task: TrainTask = { spec: specOf(request, await fileOf(prisma, request, row)), table: request.table, staged };
  await mkdir(staged, { recursive: true });
  try {
    const answer = await answerApart<TrainAnswer>('models/train-thread', task, signal, (share) => tell(share, 'training'));
    if ('failure' in answer) throw failed(answer.failure);
    signal.throwIfAborted();
    return await keepVersion(prisma, config.data, row, claim, staged, answer.card);
  } finally {
    await rm(staged, { recursive: true, force: true });
  }
}

async function score(row: ModelJob, { claim, signal, tell }: Claimed, { prisma, config }: ProcessorContext): Promise<boolean> {
  const request = scoreRequestSchema.parse(row.request);
  const version = await prisma.upliftModelVersion.findUniqueOrThrow({ where: { id: row.versionId! }, include: { model: true } });
  const out = scoresFile(config.data, row.id);
  const staged = path.join(path.dirname(out), `.${row.id}-${claim}.parquet`);
  const task: ScoreTask = { folder: versionFolder(config.data, version.model.name, version.number), file: await fileOf(prisma, request, row), table: request.table, out: staged, keep: request.keep };
  await mkdir(path.dirname(out), { recursive: true });
  try {
    const answer = await answerApart<ScoreAnswer>('models/score-thread', task, signal, (share) => tell(share, 'scoring'));
    if ('failure' in answer) throw failed(answer.failure);
    signal.throwIfAborted();
    await rename(staged, out); // of two workers that have it, both write the same bytes
    const { rows, withoutEffect } = answer.scored;
    const { count } = await prisma.modelJob.updateMany({
      where: { id: row.id, claim, status: 'running', cancelRequested: false },
      data: { status: 'completed', progress: 1, message: 'completed', finishedAt: new Date(), error: null, errorPath: null, rows, withoutEffect },
    });
    return count > 0;
  } finally {
    await rm(staged, { force: true });
  }
}

/** @throws DataError when the source or table is gone, or the table is not the one that was asked about */
async function fileOf(prisma: PrismaClient, { source, table }: { readonly source: string; readonly table: string }, { dataDigest }: ModelJob): Promise<string> {
  const file = await tableFile(prisma, source, table);
  if (typeof file !== 'string') throw new DataError(file.message, 'source');
  if (await fileSha256(file) !== dataDigest) throw new DataError('the table changed while this was queued; ask again for the table as it is now', 'table');
  return file;
}

const failed = ({ message, path: at }: KnownFailure): DataError => new DataError(message, at ?? undefined);
