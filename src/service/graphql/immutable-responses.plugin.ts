import type { ApolloServerPlugin, GraphQLRequestListener } from '@apollo/server';
import { Plugin } from '@nestjs/apollo';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import { asksOnlyForFixed } from './fixed-documents.js';
import type { RequestContext } from './request-context.js';

/** Tells which responses may be kept: those of documents that ask for nothing but what completed analyses fix. */
@Plugin()
export class ImmutableResponsesPlugin implements ApolloServerPlugin<RequestContext> {
  constructor(private readonly host: GraphQLSchemaHost) {}

  async requestDidStart(): Promise<GraphQLRequestListener<RequestContext>> {
    return {
      willSendResponse: async ({ document, operation, response, contextValue: { settling } }) => {
        if (!settling || !document || operation?.operation !== 'query') return;
        if (response.body.kind !== 'single' || response.body.singleResult.errors) return;
        settling.immutable = asksOnlyForFixed(this.host.schema, document);
      },
    };
  }
}
