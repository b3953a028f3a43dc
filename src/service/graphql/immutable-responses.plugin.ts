import type { ApolloServerPlugin, GraphQLRequestListener } from '@apollo/server';
import { Plugin } from '@nestjs/apollo';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import { type DocumentNode, type GraphQLSchema, TypeInfo, visit, visitWithTypeInfo } from 'graphql';
import { resultFields } from '../analyses/analysis.types.js';
import type { RequestContext } from './request-context.js';

/** All that a query may ask for on its way to the results of analyses. Below these nothing but results can be reached. */
const FIXED: Readonly<Record<string, ReadonlySet<string>>> = {
  Query: new Set(['analysis', '__typename']),
  Analysis: new Set([
    '__typename', 'id', 'status', 'progress', 'message', 'error', 'errorPath', 'plan', 'planHash', 'frozenPlanHash', 'dataDigest', 'resultHash',
    'createdAt', 'createdBy', 'startedAt', 'finishedAt', 'checks', 'effects', 'timelines', ...resultFields,
  ]),
};

/** Tells which responses may be kept: those of documents that ask for nothing but what completed analyses fix. */
@Plugin()
export class ImmutableResponsesPlugin implements ApolloServerPlugin<RequestContext> {
  private readonly known = new WeakMap<DocumentNode, boolean>();

  constructor(private readonly host: GraphQLSchemaHost) {}

  async requestDidStart(): Promise<GraphQLRequestListener<RequestContext>> {
    return {
      willSendResponse: async ({ document, operation, response, contextValue: { settling } }) => {
        if (!settling || !document || operation?.operation !== 'query') return;
        if (response.body.kind !== 'single' || response.body.singleResult.errors) return;
        const known = this.known.get(document) ?? asksOnlyForFixed(this.host.schema, document);
        this.known.set(document, known);
        settling.immutable = known;
      },
    };
  }
}

function asksOnlyForFixed(schema: GraphQLSchema, document: DocumentNode): boolean {
  const types = new TypeInfo(schema);
  let isFixed = true;
  visit(document, visitWithTypeInfo(types, {
    Field(node) {
      const allowed = FIXED[types.getParentType()?.name ?? ''];
      if (allowed && !allowed.has(node.name.value)) isFixed = false;
    },
  }));
  return isFixed;
}
