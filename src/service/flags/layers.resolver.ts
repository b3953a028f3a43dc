import { Args, Context, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import type { Layer } from '../../generated/prisma/client.js';
import { z } from 'zod';
import { identifier } from '../../experiment/vocabulary.js';
import { freeRanges } from '../../stats/design/assignment/mutual-exclusion.js';
import { Role } from '../auth/role.decorator.js';
import { isDuplicate } from '../database/database-errors.js';
import { PrismaService } from '../database/prisma.service.js';
import { Page, pageComplexity, paginate } from '../graphql/connection.js';
import { conflict, validationFailure } from '../graphql/failures.js';
import { callerOf, type RequestContext } from '../graphql/request-context.js';
import { CreateLayerResult, LayerConnection, LayerType } from './flag.types.js';
import { FlagsService } from './flags.service.js';

const layerSchema = z.object({ name: identifier, description: z.string().max(2000) });

@Resolver(() => LayerType)
export class LayersResolver {
  constructor(private readonly prisma: PrismaService, private readonly flags: FlagsService) {}

  @Query(() => LayerConnection, { description: 'Layers of traffic.', ...pageComplexity })
  @Role('viewer')
  layers(@Args() page: Page) {
    return paginate(page, ({ cursorWhere, ...query }) => this.prisma.layer.findMany({ ...query, where: cursorWhere }), () => this.prisma.layer.count());
  }

  @Mutation(() => CreateLayerResult, { description: 'Makes a layer, on which flags may claim ranges.' })
  @Role('analyst')
  async createLayer(
    @Args('name', { description: 'its name in assignments' }) name: string,
    @Args('description', { defaultValue: '', description: 'for people' }) description: string,
    @Context() context: RequestContext,
  ) {
    const parsed = layerSchema.safeParse({ name, description });
    if (!parsed.success) return validationFailure('input', parsed.error);
    try {
      return await this.prisma.layer.create({ data: { ...parsed.data, createdBy: callerOf(context).name } });
    } catch (error) {
      if (!isDuplicate(error)) throw error;
      return conflict(`there is a layer ${name} already`);
    }
  }

  @ResolveField()
  claims(@Parent() { name }: Layer) {
    return this.flags.claimsOf(name);
  }

  @ResolveField()
  async free(@Parent() { name }: Layer) {
    return freeRanges(await this.flags.claimsOf(name));
  }
}
