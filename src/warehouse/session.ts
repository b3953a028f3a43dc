import type { Plan } from '../experiment/plan.js';
import type { ExecutedQuery, Fingerprint } from '../experiment/summaries.js';
import type { Dialect } from './dialects/ansi.js';
import type { Column } from './relation.js';

/** A row as it comes back: integers and doubles are numbers, times are integers, arrays are arrays. */
export type Row = Readonly<Record<string, unknown>>;

/** What a relation is before anyone looked into it. */
export interface Located {
  readonly title: string;
  readonly from: string;
  readonly zone: string;
  /** its files tell how many values a column has, and the least and largest, without being read */
  readonly hasStatistics: boolean;
}

/**
 * One connection for one collection: what `collect` needs of an engine. One file a client, in `drivers/`.
 * Tables that are made here are temporary and gone when the session ends.
 */
export interface Session {
  readonly dialect: Dialect;
  /** every statement so far, in order */
  readonly queries: readonly ExecutedQuery[];
  /** a table of the source, or the analyst's SELECT as a subquery */
  locate(relation: RelationRef): Promise<Located>;
  columns(located: Located, path: string): Promise<readonly Column[]>;
  /** refuses a column of times that are not times, or of which some carry a zone and some do not */
  checkTimes(located: Located, column: Column, path: string): Promise<Column>;
  rows(title: string, sql: string): Promise<readonly Row[]>;
  /** makes the temporary table `name` from a SELECT */
  keep(title: string, name: string, sql: string): Promise<void>;
  drop(title: string, name: string): Promise<void>;
  fingerprint(plan: Plan): Promise<Fingerprint>;
  end(): Promise<void>;
}

export interface RelationRef {
  /** entry of the plan, such as exposures or the name of a fact */
  readonly entry: string;
  readonly path: string;
  readonly table?: string | undefined;
  readonly sql?: string | undefined;
}

/** A number of a row; null and undefined are 0. */
export const numberOf = (row: Row, name: string): number => Number(row[name] ?? 0);
/** A number of a row, or null. */
export const numberOrNull = (row: Row, name: string): number | null => (row[name] === null || row[name] === undefined ? null : Number(row[name]));
