import { type DocumentNode, type FragmentDefinitionNode, GraphQLError, type GraphQLSchema, Kind, type OperationDefinitionNode, type SelectionSetNode } from 'graphql';
import { fieldExtensionsEstimator, getComplexity, simpleEstimator } from 'graphql-query-complexity';
import { RequestError } from './request-error.js';

export const MAX_DEPTH = 14;
export const MAX_COMPLEXITY = 20_000;
/** Tokens of one document: parsing costs before anything else is known about it. */
export const MAX_TOKENS = 5000;

const tooMuch = (message: string, code: string) => new RequestError(message, code, { status: 400 });

/** Refuses an operation that is deeper or dearer than allowed. */
export function assertWithinLimits(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode, variables: Record<string, unknown>): void {
  const depth = depthOf(document, operation);
  if (depth > MAX_DEPTH) throw tooMuch(`the query is ${depth} levels deep; at most ${MAX_DEPTH} are allowed`, 'QUERY_TOO_DEEP');
  const complexity = complexityOf(schema, document, operation, variables);
  if (complexity > MAX_COMPLEXITY) throw tooMuch(`the query costs ${complexity}; at most ${MAX_COMPLEXITY} is allowed: ask for smaller pages or fewer fields`, 'QUERY_TOO_COMPLEX');
}

function complexityOf(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode, variables: Record<string, unknown>): number {
  try {
    return getComplexity({
      schema, query: document, operationName: operation.name?.value, variables,
      estimators: [fieldExtensionsEstimator(), simpleEstimator({ defaultComplexity: 1 })],
    });
  } catch (error) {
    if (error instanceof GraphQLError) return 0; // variables that do not fit: execution says so, field by field
    throw error;
  }
}

/** Levels of fields below the operation; introspection is as deep as its schema and does not count. */
function depthOf(document: DocumentNode, operation: OperationDefinitionNode): number {
  const fragments = new Map(document.definitions
    .filter((definition): definition is FragmentDefinitionNode => definition.kind === Kind.FRAGMENT_DEFINITION)
    .map((fragment) => [fragment.name.value, fragment]));
  const known = new Map<string, number>();
  const below = (set: SelectionSetNode | undefined): number => Math.max(0, ...(set?.selections ?? []).map((selection) => {
    switch (selection.kind) {
      case Kind.FIELD: return selection.name.value.startsWith('__') ? 0 : 1 + below(selection.selectionSet);
      case Kind.INLINE_FRAGMENT: return below(selection.selectionSet);
      case Kind.FRAGMENT_SPREAD: return ofFragment(selection.name.value);
    }
  }));
  const ofFragment = (name: string): number => {
    const depth = known.get(name) ?? below(fragments.get(name)?.selectionSet); // validation has refused cycles
    known.set(name, depth);
    return depth;
  };
  return below(operation.selectionSet);
}
