import { Args, ArgsType, Context, Field, GraphQLISODateTime, ID, Mutation, Parent, Query, ResolveField, Resolver, Subscription } from '@nestjs/graphql';
import type { Comparison } from '../../experiment/analysis.js';
import { AnalysisStatus } from '../../generated/prisma/enums.js';
import { Role } from '../auth/role.decorator.js';
import { PrismaService } from '../database/prisma.service.js';
import { DecisionType } from '../decisions/decision.types.js';
import { ExperimentType } from '../experiments/experiment.types.js';
import { Page, pageComplexity, paginate } from '../graphql/connection.js';
import { isId } from '../graphql/ids.js';
import { callerOf, type RequestContext } from '../graphql/request-context.js';
import { Json } from '../graphql/scalars.js';
import { AnalysesService } from './analyses.service.js';
import { AnalysisConnection, AnalysisProgress, AnalysisType, AnalyzeResult, CancelAnalysisResult, CheckType, EffectFilter, EffectType, resultFields, RetryAnalysisResult, TimelineType } from './analysis.types.js';
import { type AnalysisRow, LIGHT } from './analysis-row.js';
import { ProgressService } from './progress.service.js';
import { StoredResultsService } from './stored-results.service.js';

@ArgsType()
class AnalysisPage extends Page {
  @Field(() => String, { nullable: true, description: 'only of the experiment of this name' }) experiment?: string;
  @Field(() => AnalysisStatus, { nullable: true, description: 'only these; absent: all' }) status?: AnalysisStatus;
}
const ID_ARGUMENT = { type: () => ID, description: 'id of the analysis' };
/** Lists inside an analysis are as long as its plan made them. */
const perRow = (rows: number) => ({ complexity: ({ childComplexity }: { childComplexity: number }) => 1 + rows * childComplexity });

@Resolver(() => AnalysisType)
export class AnalysesResolver {
  constructor(
    private readonly analysesService: AnalysesService, readonly results: StoredResultsService,
    private readonly progress: ProgressService, private readonly prisma: PrismaService,
  ) {}

  @Query(() => AnalysisConnection, { description: 'Analyses.', ...pageComplexity })
  @Role('viewer')
  analyses(@Args() { experiment, status, ...page }: AnalysisPage) {
    const where = { ...(experiment && { experiment: { key: experiment } }), ...(status && { status }) };
    return paginate(page, ({ cursorWhere, ...query }) => this.prisma.analysis.findMany({ ...query, where: { ...where, ...cursorWhere }, ...LIGHT }), () => this.prisma.analysis.count({ where }));
  }

  @Query(() => AnalysisType, { nullable: true, description: 'An analysis; null when there is none.' })
  @Role('viewer')
  async analysis(@Args('id', ID_ARGUMENT) id: string, @Context() { settling }: RequestContext) {
    const row = isId(id) ? await this.analysesService.row(id) : null;
    if (settling && row?.status !== 'completed') settling.settled = false;
    return row;
  }

  @Mutation(() => AnalyzeResult, { description: 'Queues an analysis of an experiment, or of a plan, or of an experiment by another plan (which makes it exploratory). The same question about the same data finds the analysis that exists.' })
  @Role('analyst')
  analyze(
    @Args('experiment', { type: () => String, nullable: true, description: 'name of the experiment' }) experiment: string | null,
    @Args('plan', { type: () => Json, nullable: true, description: 'a plan; absent: the plan of the experiment' }) plan: unknown,
    @Args('asOf', { type: () => GraphQLISODateTime, nullable: true, description: 'see nothing later; absent: as the plan says' }) asOf: Date | null,
    @Context() context: RequestContext,
  ) {
    return this.analysesService.request({ experiment, plan, asOf: asOf?.toISOString() ?? null }, callerOf(context).name);
  }

  @Mutation(() => CancelAnalysisResult, { description: 'Calls an analysis off.' })
  @Role('analyst')
  cancelAnalysis(@Args('id', ID_ARGUMENT) id: string) {
    return this.analysesService.cancel(id);
  }

  @Mutation(() => RetryAnalysisResult, { description: 'Queues a failed or cancelled analysis again.' })
  @Role('analyst')
  retryAnalysis(@Args('id', ID_ARGUMENT) id: string) {
    return this.analysesService.retry(id);
  }

  @Subscription(() => AnalysisProgress, { resolve: (progress: AnalysisProgress) => progress, description: 'How far an analysis is: now, at every step, and a last time when it is done.' })
  @Role('viewer')
  analysisProgress(@Args('id', ID_ARGUMENT) id: string) {
    return this.progress.of(id);
  }

  @ResolveField('checks', () => [CheckType], { nullable: true, description: 'whether the data can be trusted; null until completed', ...perRow(20) })
  async checks(@Parent() { id }: AnalysisRow) {
    return (await this.results.read(id))?.checks ?? null;
  }

  @ResolveField('effects', () => [EffectType], { nullable: true, description: 'treatment against control by metric, arm and segment; null until completed', ...perRow(100) })
  async effects(@Parent() { id }: AnalysisRow, @Args() filter: EffectFilter) {
    return (await this.results.read(id))?.comparisons.filter((row) => passes(row, filter)) ?? null;
  }

  @ResolveField('timelines', () => [TimelineType], { nullable: true, description: 'what the analysis would have said at the end of each day; null until completed', ...perRow(100) })
  async timelines(@Parent() { id }: AnalysisRow, @Args() { metrics, arms }: EffectFilter) {
    return (await this.results.read(id))?.timelines.filter((line) => isAmong(metrics, line.metric) && isAmong(arms, line.arm)) ?? null;
  }

  @ResolveField('plan', () => Json)
  async plan(@Parent() { id }: AnalysisRow) {
    return (await this.prisma.analysis.findUniqueOrThrow({ where: { id }, select: { plan: true } })).plan;
  }

  @ResolveField('experiment', () => ExperimentType, { nullable: true, description: 'the experiment; null when the analysis belongs to none' })
  experiment(@Parent() { experimentId }: AnalysisRow, @Context() { loaders }: RequestContext) {
    return experimentId ? loaders.experiments.load(experimentId) : null;
  }

  @ResolveField('decisions', () => [DecisionType], { description: 'decisions on this analysis' })
  decisions(@Parent() { id }: AnalysisRow, @Context() { loaders }: RequestContext) {
    return loaders.decisionsOfAnalysis.load(id);
  }
}

/** One resolver for each field that is read off the stored result as it is. */
for (const field of resultFields) {
  const resolve = { async value(this: AnalysesResolver, { id }: AnalysisRow) { return (await this.results.read(id))?.[field] ?? null; } };
  Object.defineProperty(AnalysesResolver.prototype, field, resolve);
  Parent()(AnalysesResolver.prototype, field, 0);
  ResolveField(field)(AnalysesResolver.prototype, field, resolve);
}

const isAmong = (list: readonly string[] | null | undefined, value: string): boolean => !list || list.includes(value);

const passes = ({ metric, treatment, segment }: Comparison, { metrics, arms, segments }: EffectFilter): boolean =>
  isAmong(metrics, metric) && isAmong(arms, treatment.arm) && (segment === null || isAmong(segments, segment.name));
