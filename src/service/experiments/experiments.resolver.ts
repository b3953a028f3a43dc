import { Args, ArgsType, Context, Field, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import type { Experiment } from '../../generated/prisma/client.js';
import { ExperimentStatus } from '../../generated/prisma/enums.js';
import { AnalysisType } from '../analyses/analysis.types.js';
import { Role } from '../auth/role.decorator.js';
import { PrismaService } from '../database/prisma.service.js';
import { DecisionType } from '../decisions/decision.types.js';
import { Page, pageComplexity, paginate } from '../graphql/connection.js';
import { callerOf, type RequestContext } from '../graphql/request-context.js';
import { Json } from '../graphql/scalars.js';
import {
  ArchiveExperimentResult, CreateExperimentResult, EditExperimentResult, ExperimentConnection, ExperimentType, MetricReference, StartExperimentResult, StopExperimentResult,
} from './experiment.types.js';
import { ExperimentsService } from './experiments.service.js';

@ArgsType()
class ExperimentPage extends Page {
  @Field(() => ExperimentStatus, { nullable: true, description: 'only these; absent: all' }) status?: ExperimentStatus;
}
const KEY = { description: 'name of the plan' };
const PLAN = { type: () => Json, description: 'a plan; see the JSON Schema of plans' };
const METRICS = { type: () => [MetricReference], defaultValue: [], description: 'shared metrics that are added to those of the plan, in the revision of this moment' };

@Resolver(() => ExperimentType)
export class ExperimentsResolver {
  constructor(private readonly experimentsService: ExperimentsService, private readonly prisma: PrismaService) {}

  @Query(() => ExperimentConnection, { description: 'Experiments.', ...pageComplexity })
  @Role('viewer')
  experiments(@Args() { status, ...page }: ExperimentPage) {
    const where = status ? { status } : {};
    return paginate(page, ({ cursorWhere, ...query }) => this.prisma.experiment.findMany({ ...query, where: { ...where, ...cursorWhere } }), () => this.prisma.experiment.count({ where }));
  }

  @Query(() => ExperimentType, { nullable: true, description: 'An experiment; null when there is none of this name.' })
  @Role('viewer')
  experiment(@Args('key', KEY) key: string) {
    return this.prisma.experiment.findUnique({ where: { key } });
  }

  @Mutation(() => CreateExperimentResult, { description: 'Writes a draft.' })
  @Role('analyst')
  createExperiment(@Args('plan', PLAN) plan: unknown, @Args('metrics', METRICS) metrics: MetricReference[], @Context() context: RequestContext) {
    return this.experimentsService.create(plan, metrics, callerOf(context).name);
  }

  @Mutation(() => EditExperimentResult, { description: 'Replaces the plan of a draft.' })
  @Role('analyst')
  editExperiment(@Args('key', KEY) key: string, @Args('plan', PLAN) plan: unknown, @Args('metrics', METRICS) metrics: MetricReference[]) {
    return this.experimentsService.edit(key, plan, metrics);
  }

  @Mutation(() => StartExperimentResult, { description: 'Freezes and hashes the plan of a draft; from now on every departure from it is shown.' })
  @Role('analyst')
  startExperiment(@Args('key', KEY) key: string) {
    return this.experimentsService.start(key);
  }

  @Mutation(() => StopExperimentResult, { description: 'Ends a running experiment.' })
  @Role('analyst')
  stopExperiment(@Args('key', KEY) key: string) {
    return this.experimentsService.stop(key);
  }

  @Mutation(() => ArchiveExperimentResult, { description: 'Puts a draft or a stopped experiment away.' })
  @Role('analyst')
  archiveExperiment(@Args('key', KEY) key: string) {
    return this.experimentsService.archive(key);
  }

  @ResolveField('latestAnalysis', () => AnalysisType, { nullable: true, description: 'the analysis that was asked for last; null when none was' })
  async latestAnalysis(@Parent() { id }: Experiment, @Context() { loaders }: RequestContext) {
    return (await loaders.latestAnalysisOfExperiment.load(id))[0] ?? null;
  }

  @ResolveField('decisions', () => [DecisionType], { description: 'decisions on its analyses, oldest first' })
  decisions(@Parent() { id }: Experiment, @Context() { loaders }: RequestContext) {
    return loaders.decisionsOfExperiment.load(id);
  }
}
