import type { IncomingMessage } from 'node:http';
import { ApolloServerPluginCacheControlDisabled } from '@apollo/server/plugin/disabled';
import type { ApolloDriverConfig } from '@nestjs/apollo';
import { ApolloDriver } from '@nestjs/apollo';
import type { GraphQLSchemaHost } from '@nestjs/graphql';
import { getOperationAST, GraphQLError, parse, validate } from 'graphql';
import type { Context } from 'graphql-ws';
import type { ApiKeysService } from '../auth/api-keys.service.js';
import { principalOf } from '../auth/authenticate.js';
import type { Config } from '../config.js';
import type { PrismaService } from '../database/prisma.service.js';
import type { Logger } from '../logger.js';
import { formatError } from './format-error.js';
import type { SettlingRequest } from './immutable-responses.js';
import { assertWithinLimits, MAX_TOKENS } from './limits.js';
import { Loaders } from './loaders.js';
import type { RequestContext } from './request-context.js';
import { Json, SafeInt } from './scalars.js';

interface SocketExtra { readonly request: IncomingMessage }
type Incoming = { readonly req: SettlingRequest } | Context<Record<string, unknown>, SocketExtra>;

export interface GraphqlDependencies { readonly prisma: PrismaService; readonly keys: ApiKeysService; readonly config: Config; readonly log: Logger }

export const graphqlOptions = ({ prisma, keys, config, log }: GraphqlDependencies, schemaHost: GraphQLSchemaHost): ApolloDriverConfig => {
  const principalOfSocket = ({ extra, connectionParams }: Context<Record<string, unknown>, SocketExtra>) => {
    const given = connectionParams?.authorization ?? connectionParams?.Authorization;
    return principalOf(keys, config.demo, extra.request, typeof given === 'string' ? given : extra.request.headers.authorization);
  };
  return {
    driver: ApolloDriver,
    autoSchemaFile: true,
    sortSchema: true,
    graphiql: false,
    introspection: true,
    includeStacktraceInErrorResponses: false,
    autoTransformHttpErrors: false,
    stopOnTerminationSignals: false,
    plugins: [ApolloServerPluginCacheControlDisabled()], // it watches every field to say what http.ts says of all responses
    parseOptions: { maxTokens: MAX_TOKENS },
    resolvers: { JSON: Json, SafeInt },
    formatError: formatError(log),
    context: async (incoming: Incoming): Promise<RequestContext> => ({
      principal: 'req' in incoming ? incoming.req.principal : await principalOfSocket(incoming),
      loaders: new Loaders(prisma),
      ...('req' in incoming && incoming.req.settling && { settling: incoming.req.settling }),
    }),
    subscriptions: {
      'graphql-ws': {
        path: '/graphql',
        onConnect: async (context: Context<Record<string, unknown>, unknown>) => (await principalOfSocket(context as Context<Record<string, unknown>, SocketExtra>)) !== undefined,
        onSubscribe: (_context: unknown, _id: string, payload: { query: string; operationName?: string | null; variables?: Record<string, unknown> | null }) => refusalOverSocket(schemaHost, payload),
      },
    },
  };
};

/** Sockets do not pass through Apollo and its limits: they carry subscriptions alone, within the same limits. */
function refusalOverSocket({ schema }: GraphQLSchemaHost, { query, operationName, variables }: { query: string; operationName?: string | null; variables?: Record<string, unknown> | null }): readonly GraphQLError[] | void {
  try {
    const document = parse(query, { maxTokens: MAX_TOKENS });
    const faults = validate(schema, document);
    if (faults.length > 0) return faults;
    const operation = getOperationAST(document, operationName);
    if (!operation) return [new GraphQLError('no operation of this name')];
    if (operation.operation !== 'subscription') return [new GraphQLError('a socket carries subscriptions only; send queries and mutations by POST')];
    assertWithinLimits(schema, document, operation, variables ?? {});
  } catch (error) {
    if (error instanceof GraphQLError) return [error];
    throw error;
  }
}
