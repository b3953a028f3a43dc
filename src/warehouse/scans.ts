import { conditionOf } from './conditions.js';
import type { Dialect } from './dialects/ansi.js';
import type { Inputs } from './inputs.js';
import { asNumber } from './queries/exposure-rows.js';
import { columnOf, numericColumn, type Fact, type Relation } from './relation.js';
import { aggregatesOf, type Events, type MetricColumns, type UnitAggregate } from './unit-columns.js';

/** Everything that is read from one fact table in its one pass. Equal parts of different metrics are there once. */
export interface Scan {
  readonly index: number;
  readonly fact: Fact;
  readonly relation: Relation;
  /** value column -> name v0... */
  readonly values: ReadonlyMap<string, string>;
  /** SQL condition over raw columns -> name f0... */
  readonly filters: ReadonlyMap<string, string>;
  /** aggregate -> name a0... */
  readonly aggregates: ReadonlyMap<string, { readonly name: string; readonly of: UnitAggregate }>;
}

/** One scan a fact of the plan, in the order of the plan; a fact without metrics is scanned for its totals only. */
export function scansOf(d: Dialect, facts: readonly Fact[], inputs: Inputs, metrics: readonly MetricColumns[]): Scan[] {
  const all = metrics.flatMap(({ columns }) => columns.flatMap(({ expression }) => aggregatesOf(expression)));
  return facts.map((fact, index) => {
    const relation = inputs.facts[index]!;
    const aggregates = new Map<string, { name: string; of: UnitAggregate }>();
    const values = new Map<string, string>();
    const filters = new Map<string, string>();
    for (const of of all.filter((aggregate) => aggregate.fact === fact.name)) {
      intern(aggregates, keyOf(of), (i) => ({ name: `a${i}`, of }));
      if (of.value !== undefined) {
        if (of.aggregate === 'count_distinct') columnOf(relation, of.value, 'value'); else numericColumn(relation, of.value, 'value');
        intern(values, valueKey(of), (i) => `v${i}`);
      }
      const filter = filterOf(d, relation, of);
      if (filter !== undefined) intern(filters, filter, (i) => `f${i}`);
    }
    return { index, fact, relation, values, filters, aggregates };
  });
}

export const keyOf = (aggregate: UnitAggregate): string => JSON.stringify([
  aggregate.fact, aggregate.aggregate, aggregate.value ?? null, aggregate.where, aggregate.span.from, aggregate.span.to, aggregate.truthy ?? null,
]);

/** Distinct values are compared as they are, all others as doubles. */
export const valueKey = ({ aggregate, value }: UnitAggregate): string => `${aggregate === 'count_distinct' ? 'raw' : 'number'}:${value}`;

/** The filters of an aggregate over raw columns; undefined when every row passes. */
export function filterOf(d: Dialect, relation: Relation, { where, truthy }: Events): string | undefined {
  const parts = where.length ? [conditionOf(d, relation, where, 'where')] : [];
  if (truthy !== undefined) {
    const column = numericColumn(relation, truthy, 'value');
    parts.push(column.type === 'boolean' ? d.quote(truthy) : `${asNumber(d, { sql: d.quote(truthy), type: column.type })} <> 0`);
  }
  return parts.length ? parts.join(' and ') : undefined;
}

function intern<V>(map: Map<string, V>, key: string, make: (index: number) => V): void {
  if (!map.has(key)) map.set(key, make(map.size));
}
