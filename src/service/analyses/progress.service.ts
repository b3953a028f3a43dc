import { setTimeout as wait } from 'node:timers/promises';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { OnQueueEvent, QueueEventsHost, QueueEventsListener } from '@nestjs/bullmq';
import { PrismaService } from '../database/prisma.service.js';
import { QUEUE } from '../jobs/queue.js';
import { LOGGER, type Logger } from '../logger.js';
import type { AnalysisProgress } from './analysis.types.js';

/** A change that no event told of (a cancelled job has none) is seen after this long. */
const LOOK_EVERY_MS = 1000;
/** A queue that does not answer is not waited for longer when the service ends. */
const CONNECT_LIMIT_MS = 2000;
const SHOWN = { id: true, status: true, progress: true, message: true } as const;
const ENDED: readonly string[] = ['completed', 'failed', 'cancelled'];

/**
 * Progress of analyses and of work on models for those who watch, whichever worker on whichever machine makes it.
 *
 * Events of the queue only wake the watchers: what they are told is read from the row, so that nobody hears of a result
 * that is not there yet.
 */
@Injectable()
@QueueEventsListener(QUEUE)
export class ProgressService extends QueueEventsHost implements OnModuleDestroy {
  private readonly sleepers = new Map<string, Set<() => void>>();
  private closing = false;

  constructor(private readonly prisma: PrismaService, @Inject(LOGGER) private readonly log: Logger) { super(); }

  @OnQueueEvent('active') onActive({ jobId }: { jobId: string }) { this.wake(jobId); }
  @OnQueueEvent('progress') onProgress({ jobId }: { jobId: string }) { this.wake(jobId); }
  @OnQueueEvent('completed') onCompleted({ jobId }: { jobId: string }) { this.wake(jobId); }
  @OnQueueEvent('failed') onFailed({ jobId }: { jobId: string }) { this.wake(jobId); }
  @OnQueueEvent('error') onError(error: Error) { this.log.warn({ err: error }, 'events of the queue'); }

  of(id: string): AsyncGenerator<AnalysisProgress> {
    return this.follow(id, () => this.prisma.analysis.findUnique({ where: { id }, select: SHOWN }));
  }

  ofModelJob(id: string): AsyncGenerator<AnalysisProgress> {
    return this.follow(id, () => this.prisma.modelJob.findUnique({ where: { id }, select: SHOWN }));
  }

  private async *follow(id: string, read: () => PromiseLike<AnalysisProgress | null>): AsyncGenerator<AnalysisProgress> {
    let last: AnalysisProgress | undefined;
    while (!this.closing) {
      const woken = this.sleep(id); // before the row is read: an event in between is not missed
      const now = await read();
      if (!now) return;
      if (last?.status !== now.status || last.progress !== now.progress || last.message !== now.message) yield now;
      if (ENDED.includes(now.status)) return;
      last = now;
      await woken;
    }
  }

  async onModuleDestroy(): Promise<void> {
    this.closing = true;
    for (const id of this.sleepers.keys()) this.wake(id);
    // closed while it connects, it would connect all the same, and keep the process
    await Promise.race([this.queueEvents.waitUntilReady().catch(() => undefined), wait(CONNECT_LIMIT_MS, undefined, { ref: false })]);
    await this.queueEvents.close();
  }

  private sleep(id: string): Promise<void> {
    return new Promise((resolve) => {
      const awake = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.sleepers.get(id)?.delete(awake);
        resolve();
      }, LOOK_EVERY_MS);
      const others = this.sleepers.get(id);
      if (others) others.add(awake);
      else this.sleepers.set(id, new Set([awake]));
    });
  }

  private wake(id: string): void {
    const awake = this.sleepers.get(id);
    this.sleepers.delete(id);
    for (const resolve of awake ?? []) resolve();
  }
}
