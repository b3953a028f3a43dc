import { conditionOf } from './conditions.js';
import type { Dialect } from './dialects/ansi.js';
import type { Inputs } from './inputs.js';
import { asNumber } from './queries/exposure-rows.js';
import { columnOf, numericColumn, type Fact, type Relation } from './relation.js';
import { aggregatesOf, type Events, type MetricColumns, type Span, type UnitAggregate } from './unit-columns.js';

/** Everything that is read from one fact table in its one pass. Equal parts of different metrics are there once. */
export interface Scan {
  readonly index: number;
  readonly fact: Fact;
  readonly relation: Relation;
  /** value column -> name v0... */
  readonly values: ReadonlyMap<string, string>;
  /** a0...: what is computed in each side of exposure */
  readonly slots: readonly Slot[];
  /** aggregate -> the slot and side where it is found */
  readonly places: ReadonlyMap<string, Place>;
}

/** Before first exposure, or at and after it. */
export type Side = 'before' | 'after';
export interface Place { readonly slot: Slot; readonly side: Side }

/**
 * The same aggregate of different events before and after exposure. Rows are grouped by unit and side, so that a metric
 * and its pre-period share one column: half the state, which is what a scan of many units costs.
 */
export interface Slot {
  /** a0... */
  readonly name: string;
  readonly of: UnitAggregate;
  readonly spans: Readonly<Partial<Record<Side, Span>>>;
}

export const sideOf = ({ span }: UnitAggregate): Side => (span.to !== null && span.to <= 0 ? 'before' : 'after');

/** One scan a fact of the plan, in the order of the plan; a fact without metrics is scanned for its totals only. */
export function scansOf(d: Dialect, facts: readonly Fact[], inputs: Inputs, metrics: readonly MetricColumns[]): Scan[] {
  const all = metrics.flatMap(({ columns }) => columns.flatMap(({ expression }) => aggregatesOf(expression)));
  return facts.map((fact, index) => {
    const relation = inputs.facts[index]!;
    const slots: { name: string; of: UnitAggregate; spans: Partial<Record<Side, Span>> }[] = [];
    const places = new Map<string, Place>();
    const values = new Map<string, string>();
    for (const of of all.filter((aggregate) => aggregate.fact === fact.name)) {
      intern(places, keyOf(of), () => {
        const side = sideOf(of);
        let slot = slots.find((other) => shapeOf(other.of) === shapeOf(of) && other.spans[side] === undefined);
        if (!slot) slots.push(slot = { name: `a${slots.length}`, of, spans: {} });
        slot.spans[side] = of.span;
        return { slot, side };
      });
      if (of.value !== undefined) {
        if (of.aggregate === 'count_distinct') columnOf(relation, of.value, 'value'); else numericColumn(relation, of.value, 'value');
        intern(values, valueKey(of), (i) => `v${i}`);
      }
      filterOf(d, relation, of); // a column or value that cannot be is refused before anything is read
    }
    return { index, fact, relation, values, slots, places };
  });
}

/** What is aggregated, whatever the span. */
const shapeOf = ({ fact, aggregate, value, where, truthy }: UnitAggregate): string =>
  JSON.stringify([fact, aggregate, value ?? null, where, truthy ?? null]);
export const keyOf = (aggregate: UnitAggregate): string => JSON.stringify([shapeOf(aggregate), aggregate.span.from, aggregate.span.to]);

/** Distinct values are compared as they are, all others as doubles. */
export const valueKey = ({ aggregate, value }: UnitAggregate): string => `${aggregate === 'count_distinct' ? 'raw' : 'number'}:${value}`;

/** The filters of an aggregate over raw columns; undefined when every row passes. */
export function filterOf(d: Dialect, relation: Relation, { where, truthy }: Pick<Events, 'where' | 'truthy'>): string | undefined {
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
