import { Args, Context, Int, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import type { Flag } from '../../generated/prisma/client.js';
import { flagSchema } from '../../experiment/flag.js';
import { assignedSchema } from '../../stats/design/assignment/assignment-config.js';
import { Role } from '../auth/role.decorator.js';
import { PrismaService } from '../database/prisma.service.js';
import { ExperimentType } from '../experiments/experiment.types.js';
import { ExposureFileService } from '../exposures/exposure-file.service.js';
import { Page, pageComplexity, paginate } from '../graphql/connection.js';
import { callerOf, type RequestContext } from '../graphql/request-context.js';
import { Json } from '../graphql/scalars.js';
import { outputType } from '../graphql/zod-types.js';
import { EvaluationService } from '../ofrep/evaluation.service.js';
import { FlagTableService } from './flag-table.service.js';
import { ArchiveFlagResult, CreateFlagResult, ExposureCount, FlagConnection, FlagRevisionType, FlagType, ReviseFlagResult, SaveExposuresResult } from './flag.types.js';
import { FlagsService } from './flags.service.js';

const KEY = { description: 'key of the flag' };
const DEFINITION = { type: () => Json, description: '{ assignment, values, off, sticky, exposures, attributes, fallbackAttribute }; for an experiment the variations of the assignment may be left out' };
const AssignedType = outputType(assignedSchema, 'Assigned', 'Which variation a unit gets, and why.');

@Resolver(() => FlagType)
export class FlagsResolver {
  constructor(
    private readonly flagsService: FlagsService, private readonly prisma: PrismaService, private readonly table: FlagTableService,
    private readonly evaluation: EvaluationService, private readonly files: ExposureFileService,
  ) {}

  @Query(() => FlagConnection, { description: 'Flags, archived ones too.', ...pageComplexity })
  @Role('viewer')
  flags(@Args() page: Page) {
    return paginate(page, ({ cursorWhere, ...query }) => this.prisma.flag.findMany({ ...query, where: cursorWhere }), () => this.prisma.flag.count());
  }

  @Query(() => FlagType, { nullable: true, description: 'A flag; null when there is none of this key.' })
  @Role('viewer')
  flag(@Args('key', KEY) key: string) {
    return this.prisma.flag.findUnique({ where: { key } });
  }

  @Query(() => AssignedType, { nullable: true, description: 'Which variation a unit would get now; nothing is recorded. Null when no such flag is evaluated.' })
  @Role('viewer')
  async assignment(@Args('flag', KEY) key: string, @Args('unit', { description: 'identifier of the unit' }) unit: string) {
    const live = (await this.table.read()).get(key);
    return live ? this.evaluation.assignmentOf(live, { targetingKey: unit }) : null;
  }

  @Mutation(() => CreateFlagResult, { description: 'Writes the first revision of a flag.' })
  @Role('analyst')
  createFlag(
    @Args('definition', DEFINITION) definition: unknown,
    @Args('experiment', { type: () => String, nullable: true, description: 'experiment that it assigns for: its arms are the variations, and only while it runs anybody is assigned' }) experiment: string | null,
    @Context() context: RequestContext,
  ) {
    return this.flagsService.create(definition, experiment ?? null, callerOf(context).name);
  }

  @Mutation(() => ReviseFlagResult, { description: 'Writes a new revision of a flag, which is evaluated from now on.' })
  @Role('analyst')
  reviseFlag(
    @Args('key', KEY) key: string,
    @Args('base', { type: () => Int, description: 'the revision that was edited; refused when there is a newer one' }) base: number,
    @Args('definition', DEFINITION) definition: unknown,
    @Context() context: RequestContext,
  ) {
    return this.flagsService.revise(key, base, definition, callerOf(context).name);
  }

  @Mutation(() => ArchiveFlagResult, { description: 'Evaluates a flag no more, and frees what it holds of a layer. Its exposures stay.' })
  @Role('analyst')
  archiveFlag(@Args('key', KEY) key: string) {
    return this.flagsService.archive(key);
  }

  @Mutation(() => SaveExposuresResult, { description: 'Writes the exposures of a flag to a file that plans of this service may read.' })
  @Role('analyst')
  saveExposures(@Args('flag', KEY) key: string) {
    return this.files.save(key);
  }

  @ResolveField('revisions', () => [FlagRevisionType], { description: 'all revisions, newest first' })
  revisions(@Parent() { id }: Flag, @Context() { loaders }: RequestContext) {
    return loaders.revisionsOfFlag.load(id);
  }

  @ResolveField('latest', () => FlagRevisionType, { description: 'the newest revision' })
  async latest(@Parent() { id }: Flag, @Context() { loaders }: RequestContext) {
    return (await loaders.revisionsOfFlag.load(id))[0];
  }

  @ResolveField('experiment', () => ExperimentType, { nullable: true, description: 'the experiment that it assigns for; null: none' })
  experiment(@Parent() { experimentId }: Flag, @Context() { loaders }: RequestContext) {
    return experimentId && loaders.experiments.load(experimentId);
  }

  @ResolveField('exposures', () => [ExposureCount], { description: 'units by variation, under the present bucket version', complexity: 100 })
  async exposures(@Parent() { id, key }: Flag, @Context() { loaders }: RequestContext) {
    const { assignment: { bucketVersion } } = flagSchema.parse((await loaders.revisionsOfFlag.load(id))[0]!.definition);
    const rows = await this.prisma.exposure.groupBy({ by: ['variation'], where: { flag: key, bucketVersion }, _count: true, orderBy: { variation: 'asc' } });
    return rows.map(({ variation, _count: units }) => ({ variation, units }));
  }
}
