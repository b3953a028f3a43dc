import {
  type DocumentNode, type FieldNode, getArgumentValues, getVariableValues, type GraphQLField, type GraphQLObjectType, type GraphQLResolveInfo, type GraphQLSchema, isObjectType, Kind, type OperationDefinitionNode,
} from 'graphql';
import { asksOnlyForFixed } from './fixed-documents.js';
import { isPlain, NotPlain, PlainProjections, type Projection } from './plain-projection.js';
import type { RequestContext } from './request-context.js';

/** What one answer needs beside its query. */
interface Asked { readonly context: RequestContext; readonly variables: Record<string, unknown> }
type Answer = (source: unknown, asked: Asked, path: GraphQLResolveInfo['path'] | undefined) => Promise<Record<string, unknown>>;
/** @returns undefined where ordinary execution has to answer, which repeats the read and names what is wrong */
export type FixedRead = (context: RequestContext, variables: Readonly<Record<string, unknown>>) => Promise<Record<string, unknown> | undefined>;

const prepared = new WeakMap<OperationDefinitionNode, FixedRead | null>();

/**
 * A query for nothing but what completed analyses fix, prepared: the resolvers of `Query` and `Analysis` are asked as ever, with their
 * guards, and what they return is written without asking any more.
 *
 * @returns null for other operations, and where directives stand
 */
export function fixedRead(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): FixedRead | null {
  const known = prepared.get(operation);
  if (known !== undefined) return known;
  const read = operation.operation === 'query' && asksOnlyForFixed(schema, document) ? prepare(schema, document, operation) : null;
  prepared.set(operation, read);
  return read;
}

function prepare(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): FixedRead | null {
  try {
    const answer = objectAnswer(schema, document, operation, schema.getQueryType()!, [operation]);
    return async (context, given) => {
      const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], given);
      if (!coerced) return undefined;
      return answer(undefined, { context, variables: coerced }, undefined).catch(() => undefined);
    };
  } catch (error) {
    if (error instanceof NotPlain) return null;
    throw error;
  }
}

/** Fields of one object through their resolvers; below them, objects with resolvers or plain data. */
function objectAnswer(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode, type: GraphQLObjectType, holders: readonly Pick<FieldNode, 'selectionSet'>[]): Answer {
  const projections = new PlainProjections(schema, document);
  const fragments = Object.fromEntries(document.definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION).map((fragment) => [fragment.name.value, fragment]));
  const fields = [...projections.fieldsOf(type, holders.map(({ selectionSet }) => selectionSet))].map(([key, nodes]) => {
    const field = type.getFields()[nodes[0]!.name.value] as GraphQLField<unknown, unknown> | undefined;
    if (!field) return { key, read: async () => type.name }; // __typename
    const below: Answer | Projection = isPlain(field.type) ? projections.of(field.type, nodes) : answerBelow(field, nodes);
    const read = async (source: unknown, { context, variables }: Asked, prev: GraphQLResolveInfo['path'] | undefined): Promise<unknown> => {
      const path = { prev, key, typename: type.name };
      const info = { fieldName: field.name, fieldNodes: nodes, returnType: field.type, parentType: type, path, schema, fragments, rootValue: undefined, operation, variableValues: variables };
      const value: unknown = await field.resolve!(source, getArgumentValues(field, nodes[0]!, variables), context, info as unknown as GraphQLResolveInfo);
      return below(value, { context, variables }, path);
    };
    return { key, read };
  });

  function answerBelow({ type: returned }: GraphQLField<unknown, unknown>, nodes: readonly FieldNode[]): Answer {
    if (!isObjectType(returned)) throw new NotPlain(String(returned));
    const answer = objectAnswer(schema, document, operation, returned, nodes);
    return async (source, asked, path) => (source === null || source === undefined ? null as never : answer(source, asked, path));
  }

  return async (source, asked, path) => {
    const values = await Promise.all(fields.map(({ read }) => read(source, asked, path)));
    return Object.fromEntries(fields.map(({ key }, i) => [key, values[i]]));
  };
}
