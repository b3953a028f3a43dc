import { Args, Context, ID, Int, Mutation, Parent, Query, ResolveField, Resolver, Subscription } from '@nestjs/graphql';
import type { ModelJob, UpliftModel } from '../../generated/prisma/client.js';
import { ProgressService } from '../analyses/progress.service.js';
import { Role } from '../auth/role.decorator.js';
import { PrismaService } from '../database/prisma.service.js';
import { NotFound } from '../graphql/failures.js';
import { Page, pageComplexity, paginate } from '../graphql/connection.js';
import { callerOf, type RequestContext } from '../graphql/request-context.js';
import { Json } from '../graphql/scalars.js';
import {
  CancelModelJobResult, CompareUpliftModelsResult, JudgeUpliftModelsResult, ModelJobConnection, ModelJobPage, ModelJobProgress, ModelJobType, RetryModelJobResult, ScoreUpliftModelResult, ScoreUpliftModelTableResult,
  TrainUpliftModelInput, TrainUpliftModelResult, UpliftModelConnection, UpliftModelReference, UpliftModelType, UpliftModelVersionConnection, UpliftModelVersionType,
} from './model.types.js';
import { ModelJobsService } from './model-jobs.service.js';
import { UpliftModelsService } from './uplift-models.service.js';
import { versionView } from './version-view.js';

const NAME = { description: 'name of the model' };
const VERSION = { type: () => Int, nullable: true, description: 'its version; absent: the newest' };
const SOURCE = { description: 'name of a registered source of files' };
const TABLE = { description: 'table of the source' };
const JOB = { type: () => ID, description: 'id of the work' };

@Resolver(() => UpliftModelType)
export class UpliftModelsResolver {
  constructor(private readonly models: UpliftModelsService, private readonly jobs: ModelJobsService, private readonly progress: ProgressService, private readonly prisma: PrismaService) {}

  @Query(() => UpliftModelConnection, { description: 'Models of effects, and of outcomes.', ...pageComplexity })
  @Role('viewer')
  upliftModels(@Args() page: Page) {
    return paginate(page, ({ cursorWhere, ...query }) => this.prisma.upliftModel.findMany({ ...query, where: cursorWhere }), () => this.prisma.upliftModel.count());
  }

  @Query(() => UpliftModelType, { nullable: true, description: 'A model; null when there is none of this name.' })
  @Role('viewer')
  upliftModel(@Args('name', NAME) name: string) {
    return this.prisma.upliftModel.findUnique({ where: { name } });
  }

  @Query(() => UpliftModelVersionType, { nullable: true, description: 'A version of a model; null when there is none.' })
  @Role('viewer')
  async upliftModelVersion(@Args('name', NAME) name: string, @Args('version', VERSION) version: number | null) {
    const row = await this.models.version({ name, version });
    return row instanceof NotFound ? null : versionView(row);
  }

  @Query(() => ScoreUpliftModelResult, { description: 'The effect of one unit by a model, or its predicted outcome.' })
  @Role('viewer')
  scoreUpliftModel(
    @Args('name', NAME) name: string, @Args('version', VERSION) version: number | null,
    @Args('row', { type: () => Json, description: 'a value for each feature of the model by its name, null where it is missing; others are not read' }) row: unknown,
  ) {
    return this.models.score({ name, version }, row);
  }

  @Query(() => CompareUpliftModelsResult, { description: 'Two versions, as their cards tell of them.' })
  @Role('viewer')
  compareUpliftModels(
    @Args('first', { description: 'a version' }) first: UpliftModelReference, @Args('second', { description: 'another one' }) second: UpliftModelReference,
  ) {
    return this.models.compare(first, second);
  }

  @Query(() => JudgeUpliftModelsResult, { description: 'Two versions on the rows of one table, within a minute. Where the table has outcome and treatment, it says which is nearer to the truth: give rows that neither learned from.', complexity: 2000 })
  @Role('analyst')
  judgeUpliftModels(
    @Args('first', { description: 'a version' }) first: UpliftModelReference, @Args('second', { description: 'another one' }) second: UpliftModelReference,
    @Args('source', SOURCE) source: string, @Args('table', TABLE) table: string,
  ) {
    return this.models.judge(first, second, source, table);
  }

  @Query(() => ModelJobConnection, { description: 'Trainings and scorings.', ...pageComplexity })
  @Role('viewer')
  modelJobs(@Args() { model, status, ...page }: ModelJobPage) {
    const where = { ...(model && { model }), ...(status && { status }) };
    return paginate(page, ({ cursorWhere, ...query }) => this.prisma.modelJob.findMany({ ...query, where: { ...where, ...cursorWhere } }), () => this.prisma.modelJob.count({ where }));
  }

  @Query(() => ModelJobType, { nullable: true, description: 'A training or scoring; null when there is none.' })
  @Role('viewer')
  modelJob(@Args('id', JOB) id: string) {
    return this.jobs.row(id);
  }

  @Mutation(() => TrainUpliftModelResult, { description: 'Queues the training of the next version of a model. The same spec on the same data finds the training that exists.' })
  @Role('analyst')
  trainUpliftModel(@Args('input', { type: () => TrainUpliftModelInput, description: 'what to learn' }) input: object, @Context() context: RequestContext) {
    return this.jobs.train(input, callerOf(context).name);
  }

  @Mutation(() => ScoreUpliftModelTableResult, { description: 'Queues the scores of all rows of a table, to a Parquet file in the order of the rows.' })
  @Role('analyst')
  async scoreUpliftModelTable(
    @Args('name', NAME) name: string, @Args('version', VERSION) version: number | null,
    @Args('source', SOURCE) source: string, @Args('table', TABLE) table: string,
    @Args('keep', { type: () => [String], defaultValue: [], description: 'columns that identify units, kept as text' }) keep: string[],
    @Context() context: RequestContext,
  ) {
    const row = await this.models.version({ name, version });
    return row instanceof NotFound ? row : this.jobs.score(name, row.id, { source, table, keep }, callerOf(context).name);
  }

  @Mutation(() => CancelModelJobResult, { description: 'Calls a training or scoring off.' })
  @Role('analyst')
  cancelModelJob(@Args('id', JOB) id: string) {
    return this.jobs.cancel(id);
  }

  @Mutation(() => RetryModelJobResult, { description: 'Queues a failed or cancelled training or scoring again.' })
  @Role('analyst')
  retryModelJob(@Args('id', JOB) id: string) {
    return this.jobs.retry(id);
  }

  @Subscription(() => ModelJobProgress, { resolve: (progress: ModelJobProgress) => progress, description: 'How far a training or scoring is: now, at every step, and a last time when it is done.' })
  @Role('viewer')
  modelJobProgress(@Args('id', JOB) id: string) {
    return this.progress.ofModelJob(id);
  }

  @ResolveField('versions', () => UpliftModelVersionConnection, { description: 'its versions', ...pageComplexity })
  versions(@Parent() { id: modelId }: UpliftModel, @Args() page: Page) {
    return paginate(page, async ({ cursorWhere, ...query }) => (await this.prisma.upliftModelVersion.findMany({ ...query, where: { modelId, ...cursorWhere } })).map(versionView), () => this.prisma.upliftModelVersion.count({ where: { modelId } }));
  }

  @ResolveField('latest', () => UpliftModelVersionType, { description: 'the newest version' })
  async latest(@Parent() { id }: UpliftModel, @Context() { loaders }: RequestContext) {
    return versionView((await loaders.latestVersionOfModel.load(id))[0]!);
  }
}

@Resolver(() => ModelJobType)
export class ModelJobsResolver {
  @ResolveField('version', () => UpliftModelVersionType, { nullable: true, description: 'what was trained, or what scores; null before a training is completed' })
  async version(@Parent() { versionId }: ModelJob, @Context() { loaders }: RequestContext) {
    const row = versionId ? await loaders.upliftModelVersions.load(versionId) : null;
    return row && versionView(row);
  }

  @ResolveField('scoresPath', () => String, { nullable: true, description: 'where this service serves the scores to analysts; null until they are there, and of a training' })
  scoresPath(@Parent() { id, kind, status }: ModelJob) {
    return kind === 'score' && status === 'completed' ? `/models/scores/${id}.parquet` : null;
  }
}
