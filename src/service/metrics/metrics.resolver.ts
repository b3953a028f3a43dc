import { Args, Context, Int, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import type { Metric } from '../../generated/prisma/client.js';
import { Role } from '../auth/role.decorator.js';
import { PrismaService } from '../database/prisma.service.js';
import { Page, pageComplexity, paginate } from '../graphql/connection.js';
import { callerOf, type RequestContext } from '../graphql/request-context.js';
import { Json } from '../graphql/scalars.js';
import { CreateMetricResult, MetricConnection, MetricType, ReviseMetricResult } from './metric.types.js';
import { MetricsService } from './metrics.service.js';

@Resolver(() => MetricType)
export class MetricsResolver {
  constructor(private readonly metrics: MetricsService, private readonly prisma: PrismaService) {}

  @Query(() => MetricConnection, { name: 'metrics', description: 'Shared metrics.', ...pageComplexity })
  @Role('viewer')
  list(@Args() page: Page) {
    return paginate(page, ({ cursorWhere, ...query }) => this.prisma.metric.findMany({ ...query, where: cursorWhere }), () => this.prisma.metric.count());
  }

  @Query(() => MetricType, { nullable: true, description: 'A shared metric; null when there is none of this name.' })
  @Role('viewer')
  metric(@Args('name', { description: 'name of the metric' }) name: string) {
    return this.prisma.metric.findUnique({ where: { name } });
  }

  @Mutation(() => CreateMetricResult, { description: 'Writes the first revision of a shared metric.' })
  @Role('analyst')
  createMetric(
    @Args('definition', { type: () => Json, description: 'the metric as it stands in a plan' }) definition: unknown,
    @Context() context: RequestContext,
  ) {
    return this.metrics.create(definition, callerOf(context).name);
  }

  @Mutation(() => ReviseMetricResult, { description: 'Writes a new revision of a shared metric; experiments keep the revision they have.' })
  @Role('analyst')
  reviseMetric(
    @Args('name', { description: 'name of the metric' }) name: string,
    @Args('base', { type: () => Int, description: 'the revision that was edited; refused when there is a newer one' }) base: number,
    @Args('definition', { type: () => Json, description: 'the whole metric as it shall stand in plans' }) definition: unknown,
    @Context() context: RequestContext,
  ) {
    return this.metrics.revise(name, base, definition, callerOf(context).name);
  }

  @ResolveField()
  revisions(@Parent() { id }: Metric, @Context() { loaders }: RequestContext) {
    return loaders.revisionsOfMetric.load(id);
  }

  @ResolveField()
  async latest(@Parent() { id }: Metric, @Context() { loaders }: RequestContext) {
    return (await loaders.revisionsOfMetric.load(id))[0];
  }
}
