import { forestTask } from '../experiment/heterogeneity/forest-plan.js';
import { covariateOf, uptakeColumns, type Plan } from '../experiment/plan.js';
import { toMicroseconds } from './times.js';
import type { ColumnType } from './dialects/ansi.js';
import { columnOf, isNumeric, numericColumn, type Column, type Relation } from './relation.js';
import type { RelationRef, Session } from './session.js';

/** A plan's tables, looked at: columns exist and have the right types. */
export interface Inputs {
  readonly exposures: Relation;
  readonly facts: readonly Relation[];
  /** unit ids are compared as text when the tables do not agree on their type */
  readonly unitsAsText: boolean;
  /** numeric attributes that some metric adjusts for, that are searched for segments or that a forest reads, in order */
  readonly covariates: readonly string[];
  /** attributes whose values are names, such as a country, that a forest reads */
  readonly labels: readonly string[];
  /** microseconds since 1970 */
  readonly start: number | null;
  readonly end: number | null;
}

export const relationsOf = (plan: Plan): RelationRef[] => [
  { entry: 'exposures', path: 'exposures', table: plan.exposures.table, sql: plan.exposures.sql },
  ...plan.facts.map((fact, i) => ({ entry: fact.name, path: `facts.${i}`, table: fact.table, sql: fact.sql })),
];

export async function readInputs(session: Session, plan: Plan): Promise<Inputs> {
  const [exposures, ...facts] = await inOrder(relationsOf(plan), (ref) => relation(session, ref));
  const times = [plan.exposures.time, ...plan.facts.map((fact) => fact.time)];
  const checked = await inOrder([exposures!, ...facts], (table, i) => withTime(session, table, times[i]));
  const units = checked.map((table, i) => columnOf(table, i === 0 ? plan.exposures.unit : plan.facts[i - 1]!.unit, 'unit'));
  for (const name of armColumns(plan)) columnOf(exposures!, name, 'arm');
  plan.exposures.attributes.forEach((name) => columnOf(exposures!, name, 'attributes'));
  plan.facts.forEach((fact, i) => fact.id === undefined || columnOf(facts[i]!, fact.id, 'id'));
  const forest = (forestTask(plan)?.covariates ?? []).map((name) => columnOf(exposures!, name, 'attributes'));
  const covariates = [...new Set([...plan.metrics.flatMap((metric) => covariateOf(metric)?.columns ?? []), ...(plan.heterogeneity?.numeric ?? []), ...uptakeColumns(plan), ...forest.filter(isNumeric).map(({ name }) => name)])];
  covariates.forEach((name) => numericColumn(exposures!, name, 'attributes'));
  const { attributesTime } = plan.exposures;
  return {
    exposures: attributesTime === undefined ? checked[0]! : await withTime(session, checked[0]!, attributesTime, 'attributesTime'),
    facts: checked.slice(1),
    unitsAsText: units.some((unit) => unit.type !== units[0]!.type) || !JOINABLE.has(units[0]!.type),
    covariates,
    labels: forest.filter((column) => !isNumeric(column)).map(({ name }) => name),
    start: plan.start ? toMicroseconds(plan.start) : null,
    end: plan.end ? toMicroseconds(plan.end) : null,
  };
}

/** The column of the arm, or those that make it. */
const armColumns = ({ design, exposures }: Plan): string[] =>
  (design?.kind === 'factorial' ? design.factors.map(({ column }) => column) : [exposures.arm!]);

/** Types whose equality is that of their text. */
const JOINABLE: ReadonlySet<ColumnType> = new Set(['integer', 'text']);

async function relation(session: Session, ref: RelationRef): Promise<Relation> {
  const located = await session.locate(ref);
  return { ...located, path: ref.path, columns: await session.columns(located, ref.path) };
}

async function withTime(session: Session, table: Relation, name: string | undefined, field = 'time'): Promise<Relation> {
  if (name === undefined) return table;
  const column = columnOf(table, name, field);
  const time: Column = await session.checkTimes(table, column, `${table.path}.${field}`);
  return { ...table, columns: table.columns.map((other) => (other === column ? time : other)) };
}

async function inOrder<A, B>(items: readonly A[], visit: (item: A, i: number) => Promise<B>): Promise<B[]> {
  const results: B[] = [];
  for (const [i, item] of items.entries()) results.push(await visit(item, i));
  return results;
}
