import type { Dialect } from '../dialects/ansi.js';
import type { Inputs } from '../inputs.js';
import { columnOf } from '../relation.js';
import { filterOf, valueKey, type Scan, type Slot } from '../scans.js';
import type { UnitAggregate } from '../unit-columns.js';
import type { Faults } from '../fact-summary.js';
import { asNumber } from './exposure-rows.js';
import { factRows, factTime, type Reach } from './fact-rows.js';
import { EXPOSED, SIDES } from './names.js';

const MICROSECONDS = 1_000_000;

/**
 * One row a unit and side of its first exposure: every aggregate of every metric in one pass.
 * Exposed units with no event in any span are not there; units that were never exposed, often most of a log, cost no more than a look.
 * @param reach   no event outside of it can count
 * @param faults  rows are not guarded against what is not there
 */
export function factUnits(d: Dialect, inputs: Inputs, scan: Scan, reach: Reach, hasExposureTimes: boolean, faults: Faults): string {
  const isTimed = hasExposureTimes && factTime(d, scan) !== undefined;
  const raw = rawColumns(scan);
  const isUnique = faults.duplicates > 0;
  const source = { fact: scan.fact, relation: scan.relation, extra: new Map([...raw].map(([name, alias]) => [d.quote(alias), rawColumn(d, scan, name, isUnique)])) };
  const spans = new Set(isTimed ? scan.slots.map(spansOf) : []);
  const conditions = new Map<string, string>();
  const aggregates = scan.slots.map((slot) => {
    // a span that all share is a filter on rows, and no condition of any one of them
    const passes = [...(spans.size > 1 ? [spansOf(slot)] : []), ...filtersOf(d, scan, slot.of, raw)];
    return `${aggregate(d, scan, slot.of, passes.length === 0 ? undefined : intern(conditions, passes.join(' and '), 'c'))} as ${slot.name}`;
  });
  const hasStamps = scan.slots.some(({ of }) => of.aggregate === 'first_time' || of.aggregate === 'times');
  const side = isTimed ? `case when elapsed < 0 then ${SIDES.before} else ${SIDES.after} end` : String(SIDES.after);
  const columns = ['unit', `${side} as side`, ...(hasStamps ? ['stamp'] : []), ...values(d, scan, raw, faults), ...[...conditions].map(([sql, name]) => `${sql} as ${name}`)];
  return `select unit, side${aggregates.map((sql) => `,\n  ${sql}`).join('')}
from (
  select ${columns.join(',\n    ')}
  from (
    select r.*${isTimed ? ', r.stamp - u.stamp as elapsed' : ''}
    from (${factRows(d, inputs, source, reach, { isUnique, hasTime: true })}) as r
    join ${EXPOSED} as u on u.unit = r.unit
  ) as j${spans.size ? `\n  where ${[...spans].join(' or ')}` : ''}
) as k
group by unit, side`;
}

function intern(map: Map<string, string>, key: string, prefix: string): string {
  if (!map.has(key)) map.set(key, `${prefix}${map.size}`);
  return map.get(key)!;
}

/** Columns that values and filters are made of, by names of their own. They are made late: of rows that were dropped nothing is computed. */
function rawColumns({ values, slots }: Scan): ReadonlyMap<string, string> {
  const names = [...[...values.keys()].map(columnOfValue), ...slots.flatMap(({ of: { where, truthy } }) => [...where.map(({ column }) => column), ...(truthy === undefined ? [] : [truthy])])];
  return new Map([...new Set(names)].map((name, i) => [name, `x${i}`]));
}

/** Copies of a row are put in order: of bytes, as in every engine; not every type has one. */
function rawColumn(d: Dialect, { relation }: Scan, name: string, isOrdered: boolean): string {
  const sql = d.quote(name);
  const { type } = columnOf(relation, name, 'value');
  if (!isOrdered || (type !== 'text' && type !== 'other')) return sql;
  return d.byteOrder(type === 'text' ? sql : d.asText(sql));
}

const columnOfValue = (key: string): string => key.slice(key.indexOf(':') + 1);

/** Values as doubles without NaN and infinities. */
function values(d: Dialect, scan: Scan, raw: ReadonlyMap<string, string>, { notFinite }: Faults): string[] {
  return [...scan.values].map(([key, name]) => {
    const column = columnOf(scan.relation, columnOfValue(key), 'value');
    const sql = d.quote(raw.get(column.name)!);
    const value = key.startsWith('raw:') ? sql : asNumber(d, { sql, type: column.type });
    return `${notFinite.get(column.name) ? `case when ${d.isFinite(d.asDouble(sql))} then ${value} end` : value} as ${name}`;
  });
}

/** Each side has its own span; where the events of one side are asked for, the other is empty there. */
function spansOf({ spans: { before, after } }: Slot): string {
  const isOne = before && after && before.to === after.from;
  const spans = isOne ? [{ from: before.from, to: after.to }] : [before, after].filter((span) => span !== undefined);
  const passes = spans.map(({ from, to }) => {
    const begins = `elapsed >= ${from * MICROSECONDS}`;
    return to === null ? begins : `(${begins} and elapsed < ${to * MICROSECONDS})`;
  });
  return passes.length > 1 ? `(${passes.join(' or ')})` : passes[0]!;
}

/** The filter of an aggregate over columns by their names here. */
function filtersOf(d: Dialect, { relation }: Scan, { where, truthy }: UnitAggregate, raw: ReadonlyMap<string, string>): string[] {
  const named = { ...relation, columns: relation.columns.flatMap((column) => (raw.has(column.name) ? [{ ...column, name: raw.get(column.name)! }] : [])) };
  const filter = filterOf(d, named, { where: where.map((one) => ({ ...one, column: raw.get(one.column)! })), ...(truthy === undefined ? {} : { truthy: raw.get(truthy)! }) });
  return filter === undefined ? [] : [filter];
}

/** @param condition  absent: of all rows */
function aggregate(d: Dialect, scan: Scan, of: UnitAggregate, condition: string | undefined): string {
  const value = of.value === undefined ? '' : scan.values.get(valueKey(of))!;
  const when = (x: string): string => (condition === undefined ? x : `case when ${condition} then ${x} end`);
  switch (of.aggregate) {
    case 'sum': return `sum(${when(value)})`;
    case 'values': return `count(${when(value)})`;
    case 'rows': return condition === undefined ? 'count(*)' : `count(${when('1')})`;
    case 'count_distinct': return `count(distinct ${when(value)})`;
    case 'min': case 'max': return `${of.aggregate}(${when(value)})`;
    case 'first_time': return `min(${when('stamp')})`;
    case 'times': return d.list(when('stamp'));
  }
}
