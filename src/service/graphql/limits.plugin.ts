import type { ApolloServerPlugin, BaseContext, GraphQLRequestListener } from '@apollo/server';
import { Plugin } from '@nestjs/apollo';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import type { OperationDefinitionNode } from 'graphql';
import { fixedRead } from './fixed-read.js';
import { assertWithinLimits } from './limits.js';

@Plugin()
export class LimitsPlugin implements ApolloServerPlugin {
  /** Operations whose cost no variable changes, and which were found to be within the limits. */
  private readonly within = new WeakSet<OperationDefinitionNode>();

  constructor(private readonly host: GraphQLSchemaHost) {}

  async requestDidStart(): Promise<GraphQLRequestListener<BaseContext>> {
    return {
      didResolveOperation: async ({ document, operation, request }) => {
        if (!operation || this.within.has(operation)) return;
        assertWithinLimits(this.host.schema, document, operation, request.variables ?? {});
        if (fixedRead(this.host.schema, document, operation)) this.within.add(operation);
      },
    };
  }
}
