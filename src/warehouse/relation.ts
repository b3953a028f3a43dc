import type { Plan } from '../experiment/plan.js';
import type { ColumnType } from './dialects/ansi.js';
import { nearest } from './nearest.js';
import { DataError } from './warehouse.js';

export interface Column { readonly name: string; readonly type: ColumnType; /** as the engine calls it */ readonly declared: string }

/** A table or a SELECT of the plan, with its columns. */
export interface Relation {
  /** for sentences: table orders, or the query of fact orders */
  readonly title: string;
  /** field of the plan, such as exposures or facts.0 */
  readonly path: string;
  /** what stands after `from` */
  readonly from: string;
  readonly columns: readonly Column[];
  /** zone of times that carry none */
  readonly zone: string;
  /** totals of columns cost nothing */
  readonly hasStatistics: boolean;
}

/** A column by its name, or a DataError that names the nearest one. */
export function columnOf(relation: Relation, name: string, field: string): Column {
  const exact = relation.columns.find((column) => column.name === name);
  if (exact) return exact;
  const names = relation.columns.map((column) => column.name);
  const near = nearest(name, names);
  throw new DataError(
    `${relation.title} has no column "${name}"${near ? `; the nearest is "${near}"` : ''} (it has ${list(names)})`,
    `${relation.path}.${field}`,
  );
}

const MOST_NAMED = 20;
const list = (names: readonly string[]): string =>
  (names.length > MOST_NAMED ? `${names.slice(0, MOST_NAMED).join(', ')} and ${names.length - MOST_NAMED} more` : names.join(', ') || 'none');

export const isNumeric = ({ type }: Column): boolean => type === 'integer' || type === 'number' || type === 'boolean';

/** A column whose values can be added up. */
export function numericColumn(relation: Relation, name: string, field: string): Column {
  const column = columnOf(relation, name, field);
  if (isNumeric(column)) return column;
  throw new DataError(`column "${name}" of ${relation.title} is ${column.declared}, and a value must be a number`, `${relation.path}.${field}`);
}

export type Fact = Plan['facts'][number];
