import type { ApolloServerPlugin, BaseContext, GraphQLRequestListener } from '@apollo/server';
import { Plugin } from '@nestjs/apollo';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import { assertWithinLimits } from './limits.js';

@Plugin()
export class LimitsPlugin implements ApolloServerPlugin {
  constructor(private readonly host: GraphQLSchemaHost) {}

  async requestDidStart(): Promise<GraphQLRequestListener<BaseContext>> {
    return {
      didResolveOperation: async ({ document, operation, request }) => {
        if (operation) assertWithinLimits(this.host.schema, document, operation, request.variables ?? {});
      },
    };
  }
}
