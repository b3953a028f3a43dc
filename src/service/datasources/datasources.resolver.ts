import { Args, Context, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import type { Datasource } from '../../generated/prisma/client.js';
import { Role } from '../auth/role.decorator.js';
import { PrismaService } from '../database/prisma.service.js';
import { Page, pageComplexity, paginate } from '../graphql/connection.js';
import { callerOf, type RequestContext } from '../graphql/request-context.js';
import { RegisterSourceResult, RemoveSourceResult, Source, SourceConnection, SourceLocation } from './datasource.types.js';
import { DatasourcesService } from './datasources.service.js';

@Resolver(() => Source)
export class DatasourcesResolver {
  constructor(private readonly sources: DatasourcesService, private readonly prisma: PrismaService) {}

  @Query(() => SourceConnection, { name: 'sources', description: 'Registered data sources.', ...pageComplexity })
  @Role('viewer')
  list(@Args() page: Page) {
    return paginate(page, ({ cursorWhere, ...query }) => this.prisma.datasource.findMany({ ...query, where: cursorWhere }), () => this.prisma.datasource.count());
  }

  @Mutation(() => RegisterSourceResult, { description: 'Registers a data source for plans to name.' })
  @Role('admin')
  registerSource(
    @Args('name', { description: 'the name by which plans will know it' }) name: string,
    @Args('location', { description: 'where its tables are' }) location: SourceLocation,
    @Context() context: RequestContext,
  ) {
    return this.sources.register(name, location, callerOf(context).name);
  }

  @Mutation(() => RemoveSourceResult, { description: 'Forgets a data source; the data and all analyses of them stay.' })
  @Role('admin')
  removeSource(@Args('name', { description: 'name of the source' }) name: string) {
    return this.sources.remove(name);
  }

  @ResolveField()
  tables(@Parent() { config }: Datasource) {
    return Object.keys((config as { tables?: object }).tables ?? {}).sort();
  }
}
