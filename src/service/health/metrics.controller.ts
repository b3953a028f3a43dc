import { InjectQueue } from '@nestjs/bullmq';
import { Controller, Get, Header } from '@nestjs/common';
import type { Queue } from 'bullmq';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { Role } from '../auth/role.decorator.js';
import { PrismaService } from '../database/prisma.service.js';
import { QUEUE } from '../jobs/queue.js';

/** Figures for Prometheus, which authenticates by a viewer's key. */
@Controller('metrics')
export class PrometheusController {
  private readonly registry = new Registry();

  constructor(@InjectQueue(QUEUE) queue: Queue, prisma: PrismaService) {
    collectDefaultMetrics({ register: this.registry });
    new Gauge({
      name: 'assay_jobs', help: 'Jobs of the queue by state.', labelNames: ['state'], registers: [this.registry],
      async collect() {
        for (const [state, count] of Object.entries(await queue.getJobCounts('waiting', 'active', 'delayed'))) this.set({ state }, count);
      },
    });
    new Gauge({
      name: 'assay_analyses', help: 'Analyses by status.', labelNames: ['status'], registers: [this.registry],
      async collect() {
        for (const { status, _count } of await prisma.analysis.groupBy({ by: ['status'], _count: true })) this.set({ status }, _count);
      },
    });
  }

  @Get()
  @Role('viewer')
  @Header('Content-Type', 'text/plain; version=0.0.4; charset=utf-8')
  read(): Promise<string> {
    return this.registry.metrics();
  }
}
