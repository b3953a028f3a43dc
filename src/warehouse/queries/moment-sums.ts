import type { Dialect } from '../dialects/ansi.js';
import { CELLS } from './names.js';
import type { FrameColumn, UnitFrame } from '../unit-frame.js';

/** Of a column over all arms: its mean, and the constant that is taken from it before squaring. */
export interface Centre { readonly mean: number; readonly shift: number }

/** How rows are grouped: finest cells that are merged later, or each segment by itself where those would be too many. */
export type Grouping = 'cells' | 'segments';

/** Pairs of columns whose products some metric needs, each once. */
export function pairsOf(frame: UnitFrame): readonly (readonly [FrameColumn, FrameColumn])[] {
  const pairs = new Map<string, readonly [FrameColumn, FrameColumn]>();
  for (const { of, columns } of frame.metrics) {
    if (of.metric.kind === 'quantile') continue;
    columns.forEach((a, i) => columns.slice(i).forEach((b) => {
      const pair = inOrder(a.column, b.column);
      pairs.set(pairName(...pair), pair);
    }));
  }
  return [...pairs.values()];
}
const inOrder = (a: FrameColumn, b: FrameColumn): readonly [FrameColumn, FrameColumn] => (Number(a.name.slice(1)) <= Number(b.name.slice(1)) ? [a, b] : [b, a]);
export const pairName = (a: FrameColumn, b: FrameColumn): string => { const [first, second] = inOrder(a, b); return `q_${first.name}_${second.name}`; };

/**
 * Shifted sums by cell and by (arm, day): sum of y - shift and of products of two such.
 *
 * Moments do not move when a constant is taken from a column. With the constant near the mean nothing cancels, and
 * plain sums cost a fraction of a running covariance.
 */
export function momentSums(d: Dialect, frame: UnitFrame, centres: ReadonlyMap<string, Centre>, grouping: Grouping, segments: number): string {
  const pairs = pairsOf(frame);
  const columns = [...new Set(pairs.flat())];
  const sums = [
    ...frame.counts.map((name) => `sum(${name}) as n_${name}`),
    ...columns.map(({ name }) => `sum(${name}) as s_${name}`),
    ...pairs.map(([a, b]) => `sum(${a.name} * ${b.name}) as ${pairName(a, b)}`),
  ];
  return grouped(d, `select arm, day, cell${frame.counts.map((name) => `, ${name}`).join('')}${
    columns.map((column) => `,\n    ${shifted(d, column, centres)} as ${column.name}`).join('')}
  from (${frame.bounded}) as b`, sums, grouping, segments);
}

/** The same moments by a stable running covariance, for columns that a cell's own mean takes far from the shift. */
export function stableMoments(d: Dialect, frame: UnitFrame, centres: ReadonlyMap<string, Centre>, grouping: Grouping, segments: number): string {
  const pairs = pairsOf(frame);
  const columns = [...new Set(pairs.flat())];
  const aggregates = [
    ...frame.counts.map((name) => `sum(${name}) as n_${name}`),
    ...columns.map(({ name }) => `avg(${name}) as s_${name}`),
    ...pairs.map(([a, b]) => `${d.covariance(a.name, b.name)} as ${pairName(a, b)}`),
  ];
  return grouped(d, `select arm, day, cell${frame.counts.map((name) => `, ${name}`).join('')}${
    columns.map((column) => `,\n    ${shifted(d, column, centres)} as ${column.name}`).join('')}
  from (${frame.bounded}) as b`, aggregates, grouping, segments);
}

export function shifted(d: Dialect, column: FrameColumn, centres: ReadonlyMap<string, Centre>): string {
  const { mean, shift } = centres.get(column.name)!;
  const value = column.isImputed ? `case when ${column.counts} = 1 then coalesce(${column.name}, ${d.number(mean)}) end` : column.name;
  return shift === 0 ? value : `${value} - ${d.number(shift)}`;
}

function grouped(d: Dialect, rows: string, aggregates: readonly string[], grouping: Grouping, segments: number): string {
  const names = Array.from({ length: segments }, (_, i) => `s${i}`);
  const keys = grouping === 'cells' ? ['cell', 'arm', 'day'] : ['arm', 'day', ...names];
  const sets = grouping === 'cells' ? ['(cell)', '(arm, day)'] : ['(arm)', '(arm, day)', ...names.map((name) => `(arm, ${name})`)];
  const from = grouping === 'cells' ? `(${rows}) as z` : `(${rows}) as y join (select cell, ${names.join(', ')} from ${CELLS}) as c using (cell)`;
  return `select ${keys.join(', ')}, ${d.groupingBits(keys)} as grouping_set,
  ${aggregates.join(',\n  ')}
from ${from}
group by grouping sets (${sets.join(', ')})
order by ${keys.join(', ')}`;
}
