import type { Dialect } from '../dialects/ansi.js';
import { clamp, type FrameMetric } from '../unit-frame.js';
import { SAMPLE, VALUES } from './names.js';

/** Hash of seed and unit, the same in every engine. */
export const unitHash = (d: Dialect, seed: number, unit: string): string => d.md5(`concat(${d.text(`${seed}/`)}, ${d.asText(unit)})`);
/** Name of the column that carries it. */
export const UNIT_HASH = 'unit_hash';

/** Which units are read: those that count for a metric, in two arms by their index in the plan. */
export interface Wanted { readonly metric: FrameMetric; readonly control: number; readonly treatment: number }

const condition = ({ metric, control, treatment }: Wanted): string => `${metric.counts} = 1 and arm in (${control}, ${treatment})`;

export const countUnits = (wanted: Wanted): string => `select count(*) as units from ${VALUES} where ${condition(wanted)}`;

/** Columns of the metric: one, but of a ratio and an expression. What a design adds to them stands after them. */
const outcomesOf = ({ of: { metric, columns: all }, columns }: FrameMetric): FrameMetric['columns'] => {
  const own = metric.kind === 'ratio' ? 2 : metric.kind === 'expression' ? Object.keys(metric.components).length : 1;
  return columns.filter((_, i) => all[i]!.role === 'outcome').slice(0, own);
};

/** What the columns of the metric are called among the rows of the sample. */
export const outcomeNames = (metric: FrameMetric): string[] => outcomesOf(metric).map((_, i) => (i === 0 ? 'y' : `y${i}`));

/** The units with the lowest hashes, numbered by hash: outcomes y, y1, ..., treated, and the columns asked for, by name of the sample and SQL over the frame. */
export function sampledUnits(d: Dialect, wanted: Wanted, columns: ReadonlyMap<string, string>, most: number): string {
  const names = outcomeNames(wanted.metric);
  const outcomes = outcomesOf(wanted.metric).map(({ column }, i) => `${clamp(d, column.raw, column.limits)} as ${names[i]!}`).join(', ');
  const order = d.byteOrder(UNIT_HASH);
  return `select cast(row_number() over (order by ${order}) - 1 as integer) as place, ${names.join(', ')}, treated${[...columns.keys()].map((name) => `, ${name}`).join('')}
from (
  select ${UNIT_HASH}, ${outcomes}, case when arm = ${wanted.treatment} then 1 else 0 end as treated${[...columns].map(([name, sql]) => `, ${sql === name ? name : `${sql} as ${name}`}`).join('')}
  from ${VALUES}
  where ${condition(wanted)}
  order by ${order}
  limit ${most}
) as s`;
}

/** Rows of the sample from one place to another, in order. */
export const sampleRows = (from: number, to: number): string => `select * from ${SAMPLE} where place >= ${from} and place < ${to} order by place`;
