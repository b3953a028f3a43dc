import { Args, Context, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { ModelVersion } from '../../experiment/plan.js';
import { PrismaService } from '../database/prisma.service.js';
import { DecisionConnection } from '../decisions/decision.types.js';
import { decisionsPage } from '../decisions/decisions-page.js';
import { ExperimentConnection } from '../experiments/experiment.types.js';
import { NotFound } from '../graphql/failures.js';
import { Page, pageComplexity, paginate } from '../graphql/connection.js';
import type { RequestContext } from '../graphql/request-context.js';
import { knownType } from '../graphql/zod-types.js';
import { UpliftModelType, UpliftModelVersionType } from './model.types.js';
import { numberOf, OWN_REGISTRY, pinOf } from './pins.js';
import { UpliftModelsService } from './uplift-models.service.js';
import { versionView, type VersionView } from './version-view.js';

/** What a version has to do with: its model, and the experiments and decisions that tested it. */
@Resolver(() => UpliftModelVersionType)
export class UpliftVersionsResolver {
  constructor(private readonly prisma: PrismaService) {}

  @ResolveField('model', () => UpliftModelType, { description: 'the model that it is a version of' })
  model(@Parent() { modelId }: VersionView, @Context() { loaders }: RequestContext) {
    return loaders.upliftModels.load(modelId);
  }

  @ResolveField('experiments', () => ExperimentConnection, { description: 'experiments with an arm that pins it', ...pageComplexity })
  experiments(@Parent() view: VersionView, @Args() page: Page) {
    const where = { plan: { path: ['arms'], array_contains: [{ models: [pinOf(view)] }] } };
    return paginate(page, ({ cursorWhere, ...query }) => this.prisma.experiment.findMany({ ...query, where: { ...where, ...cursorWhere } }), () => this.prisma.experiment.count({ where }));
  }

  @ResolveField('decisions', () => DecisionConnection, { description: 'decisions that tested it', ...pageComplexity })
  decisions(@Parent() view: VersionView, @Args() page: Page) {
    return decisionsPage(this.prisma, page, { models: { some: pinOf(view) } });
  }
}

/** From a pinned model version to what this service trained. */
@Resolver(() => knownType('ModelVersion'))
export class PinnedVersionsResolver {
  constructor(private readonly models: UpliftModelsService) {}

  @ResolveField('upliftModelVersion', () => UpliftModelVersionType, { nullable: true, description: `the version that this service trained, where the registry is ${OWN_REGISTRY}; null otherwise` })
  async upliftModelVersion(@Parent() { registry, name, version }: ModelVersion) {
    const number = numberOf(version);
    if (registry !== OWN_REGISTRY || number === null) return null;
    const row = await this.models.version({ name, version: number });
    return row instanceof NotFound ? null : versionView(row);
  }
}
