import { InjectQueue } from '@nestjs/bullmq';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Queue } from 'bullmq';
import { PrismaService } from '../database/prisma.service.js';
import { LOGGER, type Logger } from '../logger.js';
import { jobOptions, QUEUE, type QueueJob } from './queue.js';

const EVERY_MS = 15_000;

/**
 * Rows are the truth, jobs are how they get done: a row that waits without a job gets a new one.
 *
 * It happens when the service dies between writing the row and queueing the job, and when the queue has lost its memory.
 */
@Injectable()
export class ReconcilerService implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly prisma: PrismaService, @InjectQueue(QUEUE) private readonly queue: Queue<QueueJob>, @Inject(LOGGER) private readonly log: Logger) {}

  async onApplicationBootstrap(): Promise<void> {
    this.queue.on('error', (error) => this.log.warn({ err: error }, 'queue'));
    await this.reconcile();
    this.timer = setInterval(() => {
      this.reconcile().catch((error: unknown) => this.log.warn({ err: error }, 'reconciling'));
    }, EVERY_MS);
    this.timer.unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** @returns how many rows got a new job */
  async reconcile(): Promise<number> {
    const waiting = { where: { status: { in: ['queued', 'running'] as ('queued' | 'running')[] } }, select: { id: true } };
    let lost = 0;
    for (const { id } of await this.prisma.analysis.findMany(waiting)) lost += await this.requeue(id, 'analyze', { analysisId: id });
    for (const { id } of await this.prisma.modelJob.findMany(waiting)) lost += await this.requeue(id, 'model', { modelJobId: id });
    if (lost > 0) this.log.info({ lost }, 'rows without a job were queued again');
    return lost;
  }

  private async requeue(id: string, name: string, data: QueueJob): Promise<number> {
    if (await this.queue.getJob(id)) return 0;
    await this.queue.add(name, data, jobOptions(id));
    return 1;
  }
}
