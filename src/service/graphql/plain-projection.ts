import {
  type DocumentNode, type FieldNode, type FragmentDefinitionNode, getNamedType, type GraphQLAbstractType, type GraphQLObjectType, type GraphQLOutputType, type GraphQLResolveInfo, type GraphQLSchema,
  isAbstractType, isCompositeType, isLeafType, isListType, isNonNullType, Kind, type SelectionNode, type SelectionSetNode,
} from 'graphql';
import { isMadeFromZod } from './zod-types.js';

/** Writes a stored value as a selection asks for it. */
export type Projection = (value: unknown) => unknown;

/** What is left to ordinary execution, which says what is wrong where something is. */
export class NotPlain extends Error {}

/**
 * Projections of plain data, prepared once for a document: results have no resolvers, and ordinary execution would ask for one, and
 * keep a path and a promise, for each of their thousands of fields.
 */
export class PlainProjections {
  private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;

  constructor(private readonly schema: GraphQLSchema, document: DocumentNode) {
    this.fragments = new Map(document.definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION).map((fragment) => [fragment.name.value, fragment]));
  }

  /** Fields that a selection asks of a type, by the name under which each is answered. */
  fieldsOf(type: GraphQLObjectType, sets: readonly (SelectionSetNode | undefined)[]): Map<string, FieldNode[]> {
    const fields = new Map<string, FieldNode[]>();
    const collect = (selection: SelectionNode): void => {
      if (selection.directives?.length) throw new NotPlain('a directive');
      if (selection.kind === Kind.FIELD) {
        const key = selection.alias?.value ?? selection.name.value;
        const nodes = fields.get(key);
        if (nodes) nodes.push(selection);
        else fields.set(key, [selection]);
        return;
      }
      const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? this.fragments.get(selection.name.value)! : selection;
      if (this.applies(fragment.typeCondition?.name.value, type)) fragment.selectionSet.selections.forEach(collect);
    };
    for (const set of sets) set?.selections.forEach(collect);
    return fields;
  }

  private applies(condition: string | undefined, type: GraphQLObjectType): boolean {
    if (condition === undefined || condition === type.name) return true;
    const abstract = this.schema.getType(condition);
    return isAbstractType(abstract) && this.schema.isSubType(abstract, type);
  }

  /** @throws NotPlain, now or when it meets a value that does not fit */
  of(type: GraphQLOutputType, nodes: readonly FieldNode[]): Projection {
    if (isNonNullType(type)) {
      const inner = this.of(type.ofType, nodes);
      return (value) => {
        const projected = inner(value);
        if (projected === null) throw new NotPlain('null where there must be a value');
        return projected;
      };
    }
    if (isListType(type)) {
      const inner = this.of(type.ofType, nodes);
      return orNull((value) => {
        if (!Array.isArray(value)) throw new NotPlain('not a list');
        return value.map(inner);
      });
    }
    if (isLeafType(type)) return orNull((value) => type.serialize(value));
    const sets = nodes.map(({ selectionSet }) => selectionSet);
    return orNull(isAbstractType(type) ? this.ofAbstract(type, sets) : this.ofObject(type, sets));
  }

  private ofObject(type: GraphQLObjectType, sets: readonly (SelectionSetNode | undefined)[]): Projection {
    if (!isMadeFromZod(type.name)) throw new NotPlain(type.name);
    const fields = [...this.fieldsOf(type, sets)].map(([key, nodes]) => {
      const name = nodes[0]!.name.value;
      return { key, name, project: name === '__typename' ? () => type.name : this.of(type.getFields()[name]!.type, nodes) };
    });
    return (value) => {
      const projected: Record<string, unknown> = {};
      for (const { key, name, project } of fields) projected[key] = project((value as Record<string, unknown>)[name]);
      return projected;
    };
  }

  private ofAbstract(type: GraphQLAbstractType, sets: readonly (SelectionSetNode | undefined)[]): Projection {
    const members = new Map<string, Projection>(this.schema.getPossibleTypes(type).map((member) => [member.name, this.ofObject(member, sets)]));
    return (value) => {
      const name: unknown = type.resolveType?.(value, undefined, NO_INFO, type);
      const project = typeof name === 'string' ? members.get(name) : undefined;
      if (!project) throw new NotPlain(`no member of ${type.name}`);
      return project(value);
    };
  }
}

/** Unions of results are told apart by what they hold. */
const NO_INFO = {} as GraphQLResolveInfo;

const orNull = (project: Projection): Projection => (value) => (value === null || value === undefined ? null : project(value));

/** Whether nothing below a type is anything but plain data. */
export function isPlain(type: GraphQLOutputType): boolean {
  const named = getNamedType(type);
  return !isCompositeType(named) || isMadeFromZod(named.name);
}
