import { InjectQueue } from '@nestjs/bullmq';
import { Injectable } from '@nestjs/common';
import type { Queue } from 'bullmq';
import { digestOf } from '../../experiment/canonical.js';
import type { ModelJob, ModelJobKind, Prisma } from '../../generated/prisma/client.js';
import { fileSha256 } from '../../sdk/read-columns.js';
import { modelColumnFault, specHashOf } from '../../sdk/models/train.js';
import { kinds } from '../../sdk/models/kinds.js';
import { codeVersion } from '../../version.js';
import { DataError } from '../../warehouse/warehouse.js';
import { isDuplicate } from '../database/database-errors.js';
import { PrismaService } from '../database/prisma.service.js';
import { tableFile } from '../datasources/table-file.js';
import { type Conflict, conflict, invalid, type NotFound, notFound, type ValidationFailure, validationFailure } from '../graphql/failures.js';
import { given } from '../graphql/given.js';
import { isId } from '../graphql/ids.js';
import { jobOptions, QUEUE, type QueueJob } from '../jobs/queue.js';
import { type ScoreRequest, scoreRequestSchema, specOf, trainRequestSchema } from './requests.js';

type Outcome = ModelJob | ValidationFailure | Conflict | NotFound;
interface Asked { readonly kind: ModelJobKind; readonly model: string; readonly request: object; readonly versionId: string | null; readonly about: object }

/** Work on models that takes long: rows say how far it is, jobs are how it gets done. */
@Injectable()
export class ModelJobsService {
  constructor(private readonly prisma: PrismaService, @InjectQueue(QUEUE) private readonly queue: Queue<QueueJob>) {}

  /** Queues a training. The same spec on the same data finds the one that exists; one that failed is queued again. */
  async train({ options: asked, ...rest }: { readonly options?: unknown }, by: string): Promise<Outcome> {
    const parsed = trainRequestSchema.safeParse({ ...given(rest) as object, options: asked ?? {} }); // a null among options says something
    if (!parsed.success) return validationFailure('input', parsed.error);
    const request = parsed.data;
    const options = kinds[request.kind].options.safeParse(request.options);
    if (!options.success) return validationFailure('input.options', options.error);
    const fault = modelColumnFault(request.kind, request.columns);
    if (fault) return invalid(`input.columns.${fault.role}`, fault.message);
    return this.ask(request.source, request.table, by, (file) =>
      ({ kind: 'train', model: request.name, request, versionId: null, about: { specHash: specHashOf(specOf(request, file)), codeVersion } }));
  }

  /** Queues the scores of a table. The same version on the same data finds those that exist. */
  async score(name: string, versionId: string, asked: ScoreRequest, by: string): Promise<Outcome> {
    const parsed = scoreRequestSchema.safeParse(asked);
    if (!parsed.success) return validationFailure('input', parsed.error);
    const request = parsed.data;
    return this.ask(request.source, request.table, by, () => ({ kind: 'score', model: name, request, versionId, about: { versionId, keep: request.keep } }));
  }

  /** Work that waits is cancelled at once, work that runs as soon as its worker notices. */
  async cancel(id: string): Promise<ModelJob | Conflict | NotFound> {
    if (!isId(id)) return notFound('model job', id);
    const waiting = await this.prisma.modelJob.updateMany({ where: { id, status: 'queued' }, data: { status: 'cancelled', message: 'cancelled', finishedAt: new Date() } });
    const running = await this.prisma.modelJob.updateMany({ where: { id, status: 'running' }, data: { cancelRequested: true } });
    const row = await this.row(id);
    if (!row) return notFound('model job', id);
    return waiting.count + running.count > 0 ? row : conflict(`model job ${id} is ${row.status}; only a queued or running one can be cancelled`);
  }

  async retry(id: string): Promise<ModelJob | Conflict | NotFound> {
    if (!isId(id)) return notFound('model job', id);
    const { count } = await this.prisma.modelJob.updateMany({
      where: { id, status: { in: ['failed', 'cancelled'] } },
      data: { status: 'queued', progress: 0, message: 'queued', attempts: 0, claim: null, cancelRequested: false, error: null, errorPath: null, startedAt: null, finishedAt: null },
    });
    const row = await this.row(id);
    if (!row) return notFound('model job', id);
    if (count === 0) return conflict(`model job ${id} is ${row.status}; only a failed or cancelled one can be retried`);
    await this.enqueue(id);
    return row;
  }

  async row(id: string): Promise<ModelJob | null> {
    return isId(id) ? this.prisma.modelJob.findUnique({ where: { id } }) : null;
  }

  private async ask(source: string, table: string, by: string, asked: (file: string) => Asked): Promise<Outcome> {
    const file = await tableFile(this.prisma, source, table);
    if (typeof file !== 'string') return file;
    const dataDigest = await fileSha256(file).catch((error: unknown) => {
      if (error instanceof DataError) return null;
      throw error;
    });
    if (dataDigest === null) return invalid('table', `${table} has no file that can be read: a model reads one file`);
    const row = await this.findOrCreate(asked(file), dataDigest, by);
    if (row.status === 'failed' || row.status === 'cancelled') return this.retry(row.id);
    if (row.status === 'queued') await this.enqueue(row.id);
    return row;
  }

  private async findOrCreate({ about, ...asked }: Asked, dataDigest: string, by: string): Promise<ModelJob> {
    const identity = digestOf({ kind: asked.kind, ...about, dataDigest });
    try {
      return await this.prisma.modelJob.create({ data: { ...asked, request: asked.request as Prisma.InputJsonValue, identity, dataDigest, createdBy: by, message: 'queued' } });
    } catch (error) {
      if (!isDuplicate(error)) throw error;
      return this.prisma.modelJob.findUniqueOrThrow({ where: { identity } });
    }
  }

  /** Adding a job that is there already changes nothing. */
  private async enqueue(id: string): Promise<void> {
    await this.queue.add('model', { modelJobId: id }, jobOptions(id));
  }
}
