import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';

/** Counts go beyond the 32 bits of GraphQL's Int: rows of a table do. */
export const SafeInt = new GraphQLScalarType<number, number>({
  name: 'SafeInt',
  description: 'A whole number between -(2^53 - 1) and 2^53 - 1, written as a JSON number.',
  serialize: wholeNumber,
  parseValue: wholeNumber,
  parseLiteral: (node) => {
    if (node.kind !== Kind.INT) throw new GraphQLError(`SafeInt must be a whole number; got ${node.kind}`);
    return wholeNumber(Number(node.value));
  },
});

function wholeNumber(value: unknown): number {
  if (!Number.isSafeInteger(value)) throw new GraphQLError(`SafeInt must be a whole number below 2^53; got ${String(value)}`);
  return value as number;
}

export const Json = new GraphQLScalarType<unknown, unknown>({
  name: 'JSON',
  description: 'Any JSON value: an object, a list, a string, a number, true, false or null.',
  serialize: (value) => value,
  parseValue: (value) => value,
  parseLiteral: (node, variables) => literal(node, variables ?? {}),
});

function literal(node: ValueNode, variables: Readonly<Record<string, unknown>>): unknown {
  switch (node.kind) {
    case Kind.STRING: case Kind.BOOLEAN: case Kind.ENUM: return node.value;
    case Kind.INT: case Kind.FLOAT: return Number(node.value);
    case Kind.LIST: return node.values.map((value) => literal(value, variables));
    case Kind.OBJECT: return Object.fromEntries(node.fields.map((field) => [field.name.value, literal(field.value, variables)]));
    case Kind.NULL: return null;
    case Kind.VARIABLE: return variables[node.name.value];
  }
}
