import { Args, Context, ID, Mutation, Query, Resolver } from '@nestjs/graphql';
import { z } from 'zod';
import { PrismaService } from '../database/prisma.service.js';
import { Page, pageComplexity, paginate } from '../graphql/connection.js';
import { notFound, validationFailure } from '../graphql/failures.js';
import { callerOf, type RequestContext } from '../graphql/request-context.js';
import { isId } from '../graphql/ids.js';
import { ApiKeyConnection, CreateApiKeyResult, PrincipalType, RevokeApiKeyResult, RoleEnum } from './api-key.types.js';
import { ApiKeysService } from './api-keys.service.js';
import { Role } from './role.decorator.js';
import type { Role as RoleName } from './roles.js';

const keyName = z.object({ name: z.string().trim().min(1).max(100) });

@Resolver()
export class ApiKeysResolver {
  constructor(private readonly keys: ApiKeysService, private readonly prisma: PrismaService) {}

  @Query(() => PrincipalType, { description: 'Who is asking.' })
  @Role('viewer')
  me(@Context() context: RequestContext) {
    return callerOf(context);
  }

  @Query(() => ApiKeyConnection, { description: 'All keys, revoked ones too.', ...pageComplexity })
  @Role('admin')
  apiKeys(@Args() page: Page) {
    return paginate(page, ({ cursorWhere, ...query }) => this.prisma.apiKey.findMany({ ...query, where: cursorWhere }), () => this.prisma.apiKey.count());
  }

  @Mutation(() => CreateApiKeyResult, { description: 'Makes a key.' })
  @Role('admin')
  async createApiKey(
    @Args('name', { description: 'who or what will use it' }) name: string,
    @Args('role', { type: () => RoleEnum, description: 'what it may do' }) role: RoleName,
  ) {
    const parsed = keyName.safeParse({ name });
    if (!parsed.success) return validationFailure('input', parsed.error);
    return this.keys.create(parsed.data.name, role);
  }

  @Mutation(() => RevokeApiKeyResult, { description: 'Refuses a key from now on.' })
  @Role('admin')
  async revokeApiKey(@Args('id', { type: () => ID, description: 'id of the key' }) id: string) {
    return (isId(id) ? await this.keys.revoke(id) : undefined) ?? notFound('API key', id);
  }
}
