import { Injectable } from '@nestjs/common';
import { planHash } from '../../experiment/lock.js';
import { type Plan, planSchema } from '../../experiment/plan.js';
import type { Experiment, Prisma } from '../../generated/prisma/client.js';
import type { ExperimentStatus } from '../../generated/prisma/enums.js';
import { isDuplicate } from '../database/database-errors.js';
import { PrismaService } from '../database/prisma.service.js';
import { type Conflict, conflict, invalid, NotFound, notFound, ValidationFailure, validationFailure } from '../graphql/failures.js';
import { MetricsService } from '../metrics/metrics.service.js';
import { checkPins } from '../models/pins.js';

export interface MetricReference { readonly name: string; readonly revision?: number | null }
type Outcome = Experiment | ValidationFailure | Conflict | NotFound;

@Injectable()
export class ExperimentsService {
  constructor(private readonly prisma: PrismaService, private readonly metrics: MetricsService) {}

  async create(plan: unknown, references: readonly MetricReference[], by: string): Promise<Outcome> {
    const parsed = await this.planOf(plan, references);
    if (parsed instanceof ValidationFailure || parsed instanceof NotFound) return parsed;
    try {
      return await this.prisma.experiment.create({ data: { key: parsed.name, createdBy: by, ...columnsOf(parsed) } });
    } catch (error) {
      if (!isDuplicate(error)) throw error;
      return conflict(`there is an experiment ${parsed.name} already; choose another name for the plan`);
    }
  }

  /** A plan may change until the experiment starts. */
  async edit(key: string, plan: unknown, references: readonly MetricReference[]): Promise<Outcome> {
    const parsed = await this.planOf(plan, references);
    if (parsed instanceof ValidationFailure || parsed instanceof NotFound) return parsed;
    if (parsed.name !== key) return invalid('plan.name', `must stay ${key}: the experiment is known by it`);
    return this.change(key, ['draft'], columnsOf(parsed), ({ status, startedAt }) =>
      `the plan of ${key} was frozen when it started${startedAt ? ` at ${startedAt.toISOString()}` : ''} and it is ${status}; analyze it with a plan of your own to explore`);
  }

  /** Freezes the plan. What is analysed from now on is compared with it. */
  async start(key: string): Promise<Outcome> {
    const experiment = await this.prisma.experiment.findUnique({ where: { key } });
    if (!experiment) return notFound('experiment', key);
    const { plan, planHash: hash } = experiment;
    // the hash in the condition: a plan that was edited since it was read is not the plan that is frozen
    return this.change(key, ['draft'], { status: 'running', frozenPlan: plan as Prisma.InputJsonValue, frozenPlanHash: hash, startedAt: new Date() },
      ({ status }) => `experiment ${key} is ${status}; only a draft can be started${status === 'draft' ? ', and its plan was edited at the same time' : ''}`, { planHash: hash });
  }

  stop(key: string): Promise<Outcome> {
    return this.change(key, ['running'], { status: 'stopped', stoppedAt: new Date() }, ({ status }) => `experiment ${key} is ${status}; only a running one can be stopped`);
  }

  archive(key: string): Promise<Outcome> {
    return this.change(key, ['draft', 'stopped'], { status: 'archived', archivedAt: new Date() },
      ({ status }) => (status === 'running' ? `experiment ${key} is running; stop it first` : `experiment ${key} is ${status}`));
  }

  /** One conditional update: of two callers at once, one succeeds. */
  private async change(key: string, from: ExperimentStatus[], data: Prisma.ExperimentUpdateManyMutationInput, refusal: (now: Experiment) => string, more: Prisma.ExperimentWhereInput = {}): Promise<Outcome> {
    const { count } = await this.prisma.experiment.updateMany({ where: { key, status: { in: from }, ...more }, data });
    const now = await this.prisma.experiment.findUnique({ where: { key } });
    if (!now) return notFound('experiment', key);
    return count === 1 ? now : conflict(refusal(now));
  }

  private async planOf(plan: unknown, references: readonly MetricReference[]): Promise<Plan | ValidationFailure | NotFound> {
    const shared = await this.metrics.definitionsOf(references);
    if (shared instanceof NotFound) return shared;
    const own = (plan as { metrics?: unknown } | null)?.metrics ?? [];
    const whole = shared.length > 0 && Array.isArray(own) ? { ...(plan as object), metrics: [...own as unknown[], ...shared] } : plan;
    const parsed = planSchema.safeParse(whole);
    if (!parsed.success) return validationFailure('plan', parsed.error);
    return await checkPins(this.prisma, parsed.data) ?? parsed.data;
  }
}

const columnsOf = (plan: Plan) => ({ title: plan.title ?? plan.name, plan, planHash: planHash(plan) });
