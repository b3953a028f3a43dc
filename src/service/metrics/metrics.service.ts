import { Injectable } from '@nestjs/common';
import { canonicalJson } from '../../experiment/canonical.js';
import { type Metric as MetricDefinition, metricSchema } from '../../experiment/metric.js';
import type { Metric } from '../../generated/prisma/client.js';
import { isDuplicate } from '../database/database-errors.js';
import { PrismaService } from '../database/prisma.service.js';
import { type Conflict, conflict, invalid, type NotFound, notFound, type ValidationFailure, validationFailure } from '../graphql/failures.js';

@Injectable()
export class MetricsService {
  constructor(private readonly prisma: PrismaService) {}

  async create(definition: unknown, by: string): Promise<Metric | ValidationFailure | Conflict> {
    const parsed = metricSchema.safeParse(definition);
    if (!parsed.success) return validationFailure('definition', parsed.error);
    const { name } = parsed.data;
    try {
      return await this.prisma.metric.create({ data: { name, revisions: { create: { revision: 1, definition: parsed.data, createdBy: by } } } });
    } catch (error) {
      if (!isDuplicate(error)) throw error;
      return conflict(`there is a metric ${name} already; revise it or choose another name`);
    }
  }

  /** @param base the revision that the editor saw: somebody else's edit is not overwritten */
  async revise(name: string, base: number, definition: unknown, by: string): Promise<Metric | ValidationFailure | Conflict | NotFound> {
    const parsed = metricSchema.safeParse(definition);
    if (!parsed.success) return validationFailure('definition', parsed.error);
    if (parsed.data.name !== name) return invalid('definition.name', `must stay ${name}: plans know the metric by it`);
    const metric = await this.prisma.metric.findUnique({ where: { name }, include: { revisions: { orderBy: { revision: 'desc' }, take: 1 } } });
    if (!metric) return notFound('metric', name);
    const latest = metric.revisions[0]!;
    if (latest.revision !== base) return conflict(`metric ${name} is at revision ${latest.revision}, not ${base}; read it again`);
    if (canonicalJson(latest.definition) === canonicalJson(parsed.data)) return metric;
    try {
      await this.prisma.metricRevision.create({ data: { metricId: metric.id, revision: base + 1, definition: parsed.data, createdBy: by } });
      return metric;
    } catch (error) {
      if (!isDuplicate(error)) throw error;
      return conflict(`metric ${name} was revised at the same time; read it again`);
    }
  }

  /** The definitions that a new plan asks for. @param revision absent: the newest */
  async definitionsOf(references: readonly { readonly name: string; readonly revision?: number | null }[]): Promise<MetricDefinition[] | NotFound> {
    const definitions: MetricDefinition[] = [];
    for (const { name, revision } of references) {
      const row = await this.prisma.metricRevision.findFirst({
        where: { metric: { name }, ...(revision && { revision }) }, orderBy: { revision: 'desc' },
      });
      if (!row) return notFound('metric', revision ? `${name} revision ${revision}` : name);
      definitions.push(metricSchema.parse(row.definition));
    }
    return definitions;
  }
}
