import { type DocumentNode, type GraphQLSchema, TypeInfo, visit, visitWithTypeInfo } from 'graphql';
import { resultFields } from '../analyses/analysis.types.js';

/** All that a query may ask for on its way to the results of analyses. Below these nothing but results can be reached. */
const FIXED: Readonly<Record<string, ReadonlySet<string>>> = {
  Query: new Set(['analysis', '__typename']),
  Analysis: new Set([
    '__typename', 'id', 'status', 'progress', 'message', 'error', 'errorPath', 'plan', 'planHash', 'frozenPlanHash', 'dataDigest', 'resultHash',
    'createdAt', 'createdBy', 'startedAt', 'finishedAt', 'checks', 'effects', 'timelines', ...resultFields,
  ]),
};

const known = new WeakMap<DocumentNode, boolean>();

/** Whether a document asks for nothing but what a completed analysis fixes. */
export function asksOnlyForFixed(schema: GraphQLSchema, document: DocumentNode): boolean {
  const isFixed = known.get(document) ?? isFixedThroughout(schema, document);
  known.set(document, isFixed);
  return isFixed;
}

function isFixedThroughout(schema: GraphQLSchema, document: DocumentNode): boolean {
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
