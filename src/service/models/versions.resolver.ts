import { Args, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { Role } from '../auth/role.decorator.js';
import { PrismaService } from '../database/prisma.service.js';
import type { FeatureVersion, ModelVersion } from '../../experiment/plan.js';
import { DecisionConnection } from '../decisions/decision.types.js';
import { decisionsPage } from '../decisions/decisions-page.js';
import { Page, pageComplexity } from '../graphql/connection.js';
import { knownType } from '../graphql/zod-types.js';

/** Types that the records of decisions brought along. */
const ModelVersionType = knownType('ModelVersion');
const FeatureVersionType = knownType('FeatureVersion');
const DECISIONS = { description: 'decisions that tested it', ...pageComplexity };

@Resolver(() => ModelVersionType)
export class ModelVersionsResolver {
  constructor(private readonly prisma: PrismaService) {}

  @Query(() => ModelVersionType, { nullable: true, description: 'A model version; null when no decision tested it.' })
  @Role('viewer')
  modelVersion(
    @Args('registry', { description: 'model registry' }) registry: string,
    @Args('name', { description: 'name in the registry' }) name: string,
    @Args('version', { description: 'version number in the registry' }) version: string,
  ) {
    return this.prisma.modelPin.findFirst({ where: { registry, name, version } });
  }

  @ResolveField('decisions', () => DecisionConnection, DECISIONS)
  decisions(@Parent() { registry, name, version }: ModelVersion, @Args() page: Page) {
    return decisionsPage(this.prisma, page, { models: { some: { registry, name, version } } });
  }
}

@Resolver(() => FeatureVersionType)
export class FeatureVersionsResolver {
  constructor(private readonly prisma: PrismaService) {}

  @Query(() => FeatureVersionType, { nullable: true, description: 'A feature version; null when no decision tested it.' })
  @Role('viewer')
  featureVersion(
    @Args('store', { description: 'feature store' }) store: string,
    @Args('view', { description: 'feature view' }) view: string,
    @Args('version', { description: 'version of the view' }) version: string,
  ) {
    return this.prisma.featurePin.findFirst({ where: { store, view, version } });
  }

  @ResolveField('decisions', () => DecisionConnection, DECISIONS)
  decisions(@Parent() { store, view, version }: FeatureVersion, @Args() page: Page) {
    return decisionsPage(this.prisma, page, { features: { some: { store, view, version } } });
  }
}
