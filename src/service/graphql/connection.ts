import { type Type } from '@nestjs/common';
import { ArgsType, Field, Int, ObjectType } from '@nestjs/graphql';
import { isId } from './ids.js';
import { RequestError } from './request-error.js';

export const PAGE_LIMIT = 100;

@ArgsType()
export class Page {
  @Field(() => Int, { defaultValue: 20, description: `how many to return, 1 to ${PAGE_LIMIT}` }) first: number;
  @Field(() => String, { nullable: true, description: 'cursor of the last one that was seen; absent: from the beginning' }) after?: string;
}

@ObjectType({ description: 'Where a page of a connection ends.' })
export class PageInfo {
  @Field({ description: 'whether there are more after this page' }) hasNextPage: boolean;
  @Field({ description: 'whether this page began after a cursor' }) hasPreviousPage: boolean;
  @Field(() => String, { nullable: true, description: 'cursor of the first edge; null when the page is empty' }) startCursor: string | null;
  @Field(() => String, { nullable: true, description: 'cursor of the last edge; null when the page is empty' }) endCursor: string | null;
}

export interface Connection<Node> {
  readonly edges: readonly { readonly cursor: string; readonly node: Node }[];
  readonly pageInfo: PageInfo;
  readonly totalCount: number;
}

/** A list costs what its page may hold. */
export const pageComplexity = { complexity: ({ args, childComplexity }: { args: object; childComplexity: number }) => 1 + (args as Page).first * childComplexity };

/** The Relay connection type of a node type. */
export function connectionOf<Node>(name: string, node: Type<Node>): Type<Connection<Node>> {
  @ObjectType(`${name}Edge`, { description: `One ${name} of a page.` })
  class Edge {
    @Field({ description: 'to continue after this one' }) cursor: string;
    @Field(() => node, { description: 'the thing itself' }) node: Node;
  }
  @ObjectType(`${name}Connection`, { description: `A page of a list of ${name}, newest first.` })
  class NodeConnection {
    @Field(() => [Edge], { description: 'the page' }) edges: Edge[];
    @Field(() => PageInfo, { description: 'where the page ends' }) pageInfo: PageInfo;
    @Field(() => Int, { description: 'how many there are on all pages' }) totalCount: number;
  }
  return NodeConnection as Type<Connection<Node>>;
}

const cursorOf = (id: string): string => Buffer.from(id).toString('base64url');

function idOf(cursor: string): string {
  const id = Buffer.from(cursor, 'base64url').toString();
  if (!isId(id)) throw new RequestError(`after must be a cursor from an earlier page; got "${cursor.slice(0, 80)}"`, 'BAD_USER_INPUT');
  return id;
}

/** What Prisma is asked for one page: one row more than shown tells whether there is another page. */
export interface PageQuery { readonly take: number; readonly orderBy: { readonly id: 'desc' }; readonly cursorWhere: { readonly id?: { readonly lt: string } } }

/** Keys are UUIDs of version 7, so that order by id is order of creation. */
export async function paginate<Row extends { readonly id: string }>(
  { first, after }: Page, rowsOf: (query: PageQuery) => Promise<Row[]>, count: () => Promise<number>,
): Promise<Connection<Row>> {
  if (first < 1 || first > PAGE_LIMIT) throw new RequestError(`first must be 1 to ${PAGE_LIMIT}; got ${first}`, 'BAD_USER_INPUT');
  const cursorWhere = after === undefined || after === null ? {} : { id: { lt: idOf(after) } };
  const [rows, totalCount] = await Promise.all([rowsOf({ take: first + 1, orderBy: { id: 'desc' }, cursorWhere }), count()]);
  const edges = rows.slice(0, first).map((node) => ({ cursor: cursorOf(node.id), node }));
  return {
    edges,
    totalCount,
    pageInfo: {
      hasNextPage: rows.length > first,
      hasPreviousPage: 'id' in cursorWhere,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}
