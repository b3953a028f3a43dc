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

/** The units with the lowest hashes, numbered by hash: outcome y, treated, and the columns asked for by their names in the frame. */
export function sampledUnits(d: Dialect, wanted: Wanted, columns: readonly string[], most: number): string {
  const { column } = wanted.metric.columns.find(({ of }) => of.role === 'outcome')!;
  const order = d.byteOrder(UNIT_HASH);
  return `select cast(row_number() over (order by ${order}) - 1 as integer) as place, y, treated${columns.map((name) => `, ${name}`).join('')}
from (
  select ${UNIT_HASH}, ${clamp(d, column.raw, column.limits)} as y, case when arm = ${wanted.treatment} then 1 else 0 end as treated${columns.map((name) => `, ${name}`).join('')}
  from ${VALUES}
  where ${condition(wanted)}
  order by ${order}
  limit ${most}
) as s`;
}

/** Rows of the sample from one place to another, in order. */
export const sampleRows = (from: number, to: number): string => `select * from ${SAMPLE} where place >= ${from} and place < ${to} order by place`;
