import { Inject, Injectable } from '@nestjs/common';
import { InjectQueue } from '@nestjs/bullmq';
import type { Queue } from 'bullmq';
import { planHash } from '../../experiment/lock.js';
import { type Plan, planSchema } from '../../experiment/plan.js';
import type { Experiment, Prisma } from '../../generated/prisma/client.js';
import { BoundedCache } from '../bounded-cache.js';
import { CONFIG, type Config } from '../config.js';
import { isDuplicate } from '../database/database-errors.js';
import { PrismaService } from '../database/prisma.service.js';
import { resolveSource } from '../datasources/resolve-source.js';
import { type Conflict, conflict, dataFailure, invalid, type NotFound, notFound, ValidationFailure, validationFailure } from '../graphql/failures.js';
import { isId } from '../graphql/ids.js';
import { type AnalysisJob, jobOptions, QUEUE } from '../jobs/queue.js';
import { withWarehouse } from '../jobs/with-warehouse.js';
import { type AnalysisRow, LIGHT } from './analysis-row.js';
import { identityOf } from './identity.js';

/** Rows of completed analyses that are kept. */
const KEPT_ROWS = 10_000;
/** A fingerprint is asked for while the caller waits. */
const FINGERPRINT_LIMIT_MS = 30_000;

export interface AnalyzeRequest { readonly experiment?: string | null; readonly plan?: unknown; readonly asOf?: string | null }
type Outcome = AnalysisRow | ValidationFailure | Conflict | NotFound;

@Injectable()
export class AnalysesService {
  /** Completed analyses never change. */
  private readonly completed = new BoundedCache<AnalysisRow>(KEPT_ROWS);

  constructor(
    private readonly prisma: PrismaService, @InjectQueue(QUEUE) private readonly queue: Queue<AnalysisJob>, @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Queues an analysis. The same question about the same data finds the analysis that exists; one that failed is queued again. */
  async request(request: AnalyzeRequest, by: string): Promise<Outcome> {
    const experiment = request.experiment ? await this.prisma.experiment.findUnique({ where: { key: request.experiment } }) : null;
    if (request.experiment && !experiment) return notFound('experiment', request.experiment);
    const plan = planOf(request, experiment);
    if (plan instanceof ValidationFailure) return plan;
    const dataDigest = await this.fingerprint(plan);
    if (dataDigest instanceof ValidationFailure) return dataDigest;
    const row = await this.findOrCreate(plan, experiment, dataDigest, by);
    if (row.status === 'failed' || row.status === 'cancelled') return this.retry(row.id);
    if (row.status === 'queued') await this.enqueue(row.id);
    return row;
  }

  /** A waiting analysis is cancelled at once, a running one as soon as its worker notices. */
  async cancel(id: string): Promise<AnalysisRow | Conflict | NotFound> {
    if (!isId(id)) return notFound('analysis', id);
    const waiting = await this.prisma.analysis.updateMany({ where: { id, status: 'queued' }, data: { status: 'cancelled', message: 'cancelled', finishedAt: new Date() } });
    const running = await this.prisma.analysis.updateMany({ where: { id, status: 'running' }, data: { cancelRequested: true } });
    const row = await this.row(id);
    if (!row) return notFound('analysis', id);
    return waiting.count + running.count > 0 ? row : conflict(`analysis ${id} is ${row.status}; only a queued or running one can be cancelled`);
  }

  async retry(id: string): Promise<AnalysisRow | Conflict | NotFound> {
    if (!isId(id)) return notFound('analysis', id);
    const { count } = await this.prisma.analysis.updateMany({
      where: { id, status: { in: ['failed', 'cancelled'] } },
      data: { status: 'queued', progress: 0, message: 'queued', attempts: 0, claim: null, cancelRequested: false, error: null, errorPath: null, startedAt: null, finishedAt: null },
    });
    const row = await this.row(id);
    if (!row) return notFound('analysis', id);
    if (count === 0) return conflict(`analysis ${id} is ${row.status}; only a failed or cancelled one can be retried`);
    await this.enqueue(id);
    return row;
  }

  /** Adding a job that is there already changes nothing. */
  async enqueue(id: string): Promise<void> {
    await this.queue.add('analyze', { analysisId: id }, jobOptions(id));
  }

  async row(id: string): Promise<AnalysisRow | null> {
    const known = this.completed.get(id);
    if (known) return known;
    const row = await this.prisma.analysis.findUnique({ where: { id }, ...LIGHT });
    if (row?.status === 'completed') this.completed.set(id, row, 1);
    return row;
  }

  private async fingerprint(plan: Plan): Promise<string | ValidationFailure> {
    const signal = AbortSignal.timeout(FINGERPRINT_LIMIT_MS);
    try {
      const source = await resolveSource(this.prisma, plan.source);
      return (await withWarehouse(source, this.config, (warehouse) => warehouse.fingerprint(plan, { signal }))).digest;
    } catch (error) {
      return dataFailure(error);
    }
  }

  private async findOrCreate(plan: Plan, experiment: Experiment | null, dataDigest: string, by: string): Promise<AnalysisRow> {
    const hash = planHash(plan);
    const frozenPlanHash = experiment?.frozenPlanHash ?? null;
    const identity = identityOf({ experimentId: experiment?.id ?? null, planHash: hash, frozenPlanHash, asOf: plan.asOf ?? null, dataDigest });
    const frozenPlan = (experiment?.frozenPlan ?? undefined) as Prisma.InputJsonValue | undefined;
    try {
      return await this.prisma.analysis.create({
        data: { identity, planHash: hash, frozenPlanHash, dataDigest, plan, ...(frozenPlan && { frozenPlan }), experimentId: experiment?.id ?? null, createdBy: by, message: 'queued' },
        ...LIGHT,
      });
    } catch (error) {
      if (!isDuplicate(error)) throw error;
      return this.prisma.analysis.findUniqueOrThrow({ where: { identity }, ...LIGHT });
    }
  }
}

function planOf({ plan, asOf }: AnalyzeRequest, experiment: Experiment | null): Plan | ValidationFailure {
  const given = plan ?? experiment?.plan;
  if (given === undefined) return invalid('experiment', 'or a plan must be given');
  const parsed = planSchema.safeParse(asOf ? { ...(given as object), asOf } : given);
  return parsed.success ? parsed.data : validationFailure('plan', parsed.error);
}
