import type { Type } from '@nestjs/common';
import { createUnionType, Field, type FieldOptions, Float, InputType, Int, ObjectType, registerEnumType, type ReturnTypeFunc } from '@nestjs/graphql';
import type { GraphQLScalarType } from 'graphql';
import { z } from 'zod';
import { Json, SafeInt } from './scalars.js';

/**
 * GraphQL types from zod schemas, so that nothing is declared twice.
 *
 * An object becomes an object or input type named by its `meta({ id })` or by where it stands; a union of objects told
 * apart by a literal becomes a union; a record, tuple or other union becomes JSON.
 */
type Direction = 'input' | 'output';
type TypeReference = Type<unknown> | GraphQLScalarType | object;
const INT32_MAX = 2_147_483_647;

const made = new Map<string, TypeReference>();
const pascal = (text: string): string => text.split(/[^A-Za-z0-9]+/).filter(Boolean).map((word) => word[0]!.toUpperCase() + word.slice(1)).join('');
/** The schema that was given its `meta({ id })`: `describe` and `refine` make copies of it that have none. */
function original(schema: z.core.$ZodType): z.core.$ZodType {
  for (let ancestor: z.core.$ZodType | undefined = schema; ancestor; ancestor = ancestor._zod.parent) {
    if (z.globalRegistry.get(ancestor)?.id) return ancestor;
  }
  return schema;
}
const idOf = (schema: z.ZodType): string | undefined => z.globalRegistry.get(original(schema))?.id;
/** What is said of the type itself, not of the field that uses it. */
const about = (schema: z.ZodType, otherwise?: string): { description?: string } => {
  const description = z.globalRegistry.get(original(schema))?.description ?? otherwise;
  return description ? { description } : {};
};
/** `AnalysisType` is the class of the GraphQL type `Analysis`. */
const graphqlName = (target: Type<unknown>): string => target.name.replace(/Type$/, '');

/** The object type of a result schema. */
export const outputType = (schema: z.ZodObject, name = idOf(schema), description?: string): Type<unknown> => objectType(schema, named(name), 'output', description);

/** The input type of an options schema; defaults of the schema become defaults of the fields. */
export const inputType = (schema: z.ZodObject, name = idOf(schema), description?: string): Type<unknown> => objectType(schema, named(name), 'input', description);

/** A type that was made before, by its name. */
export function knownType(name: string): Type<unknown> {
  const known = made.get(name);
  if (!known) throw new Error(`no GraphQL type ${name} has been made from a zod schema yet`);
  return known as Type<unknown>;
}

function named(name: string | undefined): string {
  if (!name) throw new Error('a zod object needs meta({ id }) or a name to become a GraphQL type');
  return name;
}

/** Adds fields of a result schema to a class that is written by hand. @param pending  they are null until they are known */
export function addFields(target: Type<unknown>, schema: z.ZodObject, { except = [], pending = false }: { readonly except?: readonly string[]; readonly pending?: boolean } = {}): void {
  for (const [key, field] of Object.entries(schema.shape)) {
    if (!except.includes(key)) addField(target, key, field as z.ZodType, graphqlName(target), 'output', pending);
  }
}

function objectType(schema: z.ZodObject, name: string, direction: Direction, description?: string): Type<unknown> {
  const known = made.get(name);
  if (known) return known as Type<unknown>;
  const target = { [name]: class {} }[name] as Type<unknown>;
  made.set(name, target);
  for (const [key, field] of Object.entries(schema.shape)) addField(target, key, field as z.ZodType, name, direction, false);
  const options = about(schema, description);
  (direction === 'input' ? InputType(name, options) : ObjectType(name, options))(target);
  return target;
}

function addField(target: Type<unknown>, key: string, schema: z.ZodType, owner: string, direction: Direction, nullable: boolean): void {
  const shape = unwrap(schema);
  const type = typeOf(shape.inner, { name: `${owner}${pascal(key)}`, description: shape.description }, direction);
  const reference: ReturnTypeFunc = () => listOf(type, shape.lists);
  const options: FieldOptions = { nullable: nullable || shape.nullable, ...(shape.description && { description: shape.description }) };
  if (direction === 'input' && shape.defaultValue !== undefined) {
    // GraphQL cannot write the default of a scalar that holds an object: it is said in words, and zod fills it in
    if (type === Json && typeof shape.defaultValue === 'object') Object.assign(options, { nullable: true, description: `${shape.description ?? ''}; absent: ${JSON.stringify(shape.defaultValue)}` });
    else options.defaultValue = shape.defaultValue;
  }
  Field(reference, options)(target.prototype as object, key);
}

const listOf = (type: TypeReference, depth: number): never => (depth === 0 ? type : [listOf(type, depth - 1)]) as never;

interface Unwrapped { readonly inner: z.ZodType; readonly nullable: boolean; readonly lists: number; readonly description?: string; readonly defaultValue?: unknown }
/** The parts of zod's internal definitions that are read here. */
interface Definition { readonly type: string; readonly innerType: z.ZodType; readonly element: z.ZodType; readonly in: z.ZodType; readonly defaultValue: unknown; readonly options: readonly z.ZodType[]; readonly entries: Readonly<Record<string, string>>; readonly values: readonly unknown[] }
const definitionOf = (schema: z.ZodType): Definition => schema.def as unknown as Definition;

/** Takes optional, nullable, default and list off; the outermost description wins. */
function unwrap(schema: z.ZodType): Unwrapped {
  const definition = definitionOf(schema);
  const description = schema.description;
  switch (definition.type) {
    case 'optional': case 'nullable': return { ...unwrap(definition.innerType), nullable: true, ...(description && { description }) };
    case 'default': case 'prefault': return { ...unwrap(definition.innerType), defaultValue: definition.defaultValue, ...(description && { description }) };
    case 'readonly': case 'nonoptional': return { ...unwrap(definition.innerType), ...(description && { description }) };
    case 'pipe': return { ...unwrap(definition.in), ...(description && { description }) };
    case 'array': {
      const element = unwrap(definition.element);
      const text = description ?? element.description;
      return { inner: element.inner, nullable: false, lists: element.lists + 1, ...(text && { description: text }) };
    }
    default: return { inner: schema, nullable: false, lists: 0, ...(description && { description }) };
  }
}

/** Where a type without an id stands: it is named and described by its field. */
interface Place { readonly name: string; readonly description: string | undefined }

function typeOf(schema: z.ZodType, place: Place, direction: Direction): TypeReference {
  const definition = definitionOf(schema);
  switch (definition.type) {
    case 'string': return String;
    case 'boolean': return Boolean;
    case 'number': return numberType(schema as z.ZodNumber);
    case 'literal': return definition.values.every((value) => typeof value === 'string') ? String : typeof definition.values[0] === 'number' ? Float : Json;
    case 'enum': return enumType(schema, definition.entries, place);
    case 'object': return objectType(schema as z.ZodObject, (idOf(schema) ?? place.name) + (direction === 'input' && idOf(schema) ? 'Input' : ''), direction, place.description);
    case 'union': return direction === 'output' && definition.options.every((option) => definitionOf(option).type === 'object') ? unionType(schema, place) : Json;
    default: return Json;
  }
}

function numberType(schema: z.ZodNumber): TypeReference {
  if (!schema.isInt) return Float;
  const { minValue, maxValue } = schema;
  return minValue !== null && maxValue !== null && minValue >= -INT32_MAX && maxValue <= INT32_MAX ? Int : SafeInt;
}

function enumType(schema: z.ZodType, entries: Readonly<Record<string, string>>, place: Place): TypeReference {
  const name = idOf(schema) ?? place.name;
  if (!Object.values(entries).every((value) => /^[_A-Za-z][_0-9A-Za-z]*$/.test(value))) return String;
  const known = made.get(name);
  if (known) return known;
  const values = Object.fromEntries(Object.values(entries).map((value) => [value, value]));
  registerEnumType(values, { name, ...about(schema, place.description) });
  made.set(name, values);
  return values;
}

/** A union of results, told apart by the literal that each of them carries. */
function unionType(schema: z.ZodType, place: Place): TypeReference {
  const options = definitionOf(schema).options as readonly z.ZodObject[];
  const members = options.map((option, i) => ({ option, type: outputType(option, idOf(option) ?? `${place.name}${i + 1}`) }));
  const name = idOf(schema) ?? members.map(({ type }) => type.name).join('Or');
  const known = made.get(name);
  if (known) return known;
  const union: TypeReference = createUnionType({
    name,
    ...about(schema, place.description),
    types: () => members.map(({ type }) => type) as Type<object>[],
    resolveType: (value: unknown) => members.find(({ option }) => carriesLiterals(option, value))?.type as Type<object>,
  });
  made.set(name, union);
  return union;
}

const carriesLiterals = (option: z.ZodObject, value: unknown): boolean => Object.entries(option.shape).every(([key, field]) => {
  const definition = definitionOf(field as z.ZodType);
  return definition.type !== 'literal' || definition.values.includes((value as Record<string, unknown>)[key]);
});
