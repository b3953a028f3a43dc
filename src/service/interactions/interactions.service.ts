import { Inject, Injectable } from '@nestjs/common';
import type { InteractionScreen } from '../../experiment/interactions/screen.js';
import { type Plan, planSchema } from '../../experiment/plan.js';
import { screenPairs } from '../../sdk/screen-plans.js';
import { DataError } from '../../warehouse/warehouse.js';
import { CONFIG, type Config } from '../config.js';
import { PrismaService } from '../database/prisma.service.js';
import { resolveSource } from '../datasources/resolve-source.js';
import { type Conflict, conflict, invalid, notFound, type NotFound, type ValidationFailure } from '../graphql/failures.js';
import { withWarehouse } from '../jobs/with-warehouse.js';

/** Each pair reads the tables of both: beyond this many experiments the command does it better. */
const MOST_EXPERIMENTS = 10;
const LIMIT_MS = 60_000;

@Injectable()
export class InteractionsService {
  private isRunning = false;

  constructor(private readonly prisma: PrismaService, @Inject(CONFIG) private readonly config: Config) {}

  async screen(keys: readonly string[], rate: number): Promise<InteractionScreen | ValidationFailure | Conflict | NotFound> {
    if (!(rate > 0 && rate < 0.5)) return invalid('rate', `must be between 0 and 0.5; got ${rate}`);
    if (new Set(keys).size < keys.length) return invalid('experiments', 'must name each experiment once');
    if (keys.length < 2 || keys.length > MOST_EXPERIMENTS) return invalid('experiments', `must be 2 to ${MOST_EXPERIMENTS}; got ${keys.length}. assay interactions screens more`);
    const rows = await this.prisma.experiment.findMany({ where: { key: { in: [...keys] } } });
    const missing = keys.find((key) => !rows.some((row) => row.key === key));
    if (missing !== undefined) return notFound('experiment', missing);
    if (this.isRunning) return conflict('experiments are being screened already; ask again in a moment');
    this.isRunning = true;
    try {
      return await this.read(keys.map((key) => rows.find((row) => row.key === key)!).map(({ plan, frozenPlan }) => planSchema.parse(frozenPlan ?? plan)), rate);
    } finally {
      this.isRunning = false;
    }
  }

  private async read(plans: readonly Plan[], rate: number): Promise<InteractionScreen | ValidationFailure> {
    const signal = AbortSignal.timeout(LIMIT_MS);
    try {
      const placed = [];
      for (const plan of plans) placed.push({ ...plan, source: await resolveSource(this.prisma, plan.source) });
      return await screenPairs(placed, (plan) => withWarehouse(plan.source, this.config, async (warehouse) => (await warehouse.collect(plan, { signal })).summaries), { rate, signal });
    } catch (error) {
      if (signal.aborted) return invalid('experiments', `take longer than ${LIMIT_MS / 1000} s to read; screen fewer, or run assay interactions`);
      if (error instanceof DataError) return invalid('experiments', `cannot be read: ${error.message}`);
      throw error;
    }
  }
}
