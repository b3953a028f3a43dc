import type { Plan } from '../../experiment/plan.js';
import { conditionOf } from '../conditions.js';
import type { ColumnType, Dialect } from '../dialects/ansi.js';
import type { Inputs } from '../inputs.js';
import { columnOf } from '../relation.js';
import { NO_VALUE } from '../../experiment/summaries.js';

/** Exposure rows between start, end and asOf: unit, arm, stamp, segments s0..., attributes x0... and l0..., exclusions e0.... */
export function exposureRows(d: Dialect, plan: Plan, inputs: Inputs, asOf: number | null): string {
  const { exposures } = inputs;
  const column = (name: string, field: string) => ({ ...columnOf(exposures, name, field), sql: d.quote(name) });
  const arm = column(plan.exposures.arm!, 'arm');
  const unit = column(plan.exposures.unit, 'unit');
  const time = plan.exposures.time === undefined ? null : column(plan.exposures.time, 'time');
  const at = time ? instantOf(d, time, exposures.zone) : null;
  const select = [
    `${inputs.unitsAsText && unit.type !== 'text' ? d.asText(unit.sql) : unit.sql} as unit`,
    `${arm.type === 'text' ? arm.sql : d.asText(arm.sql)} as arm`,
    ...(at ? [`${at} as stamp`] : []),
    ...plan.segments.map(({ column: name }, i) => `coalesce(${d.asText(column(name, 'attributes').sql)}, ${d.text(NO_VALUE)}) as s${i}`),
    ...inputs.covariates.map((name, i) => `${asNumber(d, column(name, 'attributes'))} as x${i}`),
    ...inputs.labels.map((name, i) => `${d.asText(column(name, 'attributes').sql)} as l${i}`),
    ...plan.exposures.exclude.map(({ where }, i) => `${d.asBit(conditionOf(d, exposures, where, `exclude.${i}`))} as e${i}`),
  ];
  const bounds = at ? [
    ...(inputs.start === null ? [] : [`${at} >= ${inputs.start}`]),
    ...(inputs.end === null ? [] : [`${at} < ${inputs.end}`]),
    ...(asOf === null ? [] : [`${at} <= ${asOf}`]),
  ] : [];
  const filter = bounds.length ? `\nwhere ${at} is null or (${bounds.join(' and ')})` : '';
  return `select\n  ${select.join(',\n  ')}\nfrom ${exposures.from} as t${filter}`;
}

/** How many exposure rows have attributes that were known only after the exposure, and how many there are. */
export function lateAttributes(d: Dialect, plan: Plan, { exposures }: Inputs): string {
  const at = (name: string, field: string): string => instantOf(d, { ...columnOf(exposures, name, field), sql: d.quote(name) }, exposures.zone);
  const { time, attributesTime } = plan.exposures;
  return `select count(*) as row_count, sum(case when ${at(attributesTime!, 'attributesTime')} > ${at(time!, 'time')} then 1 else 0 end) as late\nfrom ${exposures.from} as t`;
}

const instantOf = (d: Dialect, column: { readonly sql: string; readonly type: ColumnType }, zone: string): string =>
  (column.type === 'microseconds' ? column.sql : d.microseconds(column.sql, column.type, zone));

/** A numeric or boolean column as a double. */
export const asNumber = (d: Dialect, column: { readonly sql: string; readonly type: string }): string =>
  (column.type === 'boolean' ? d.asDouble(`case when ${column.sql} then 1 when not ${column.sql} then 0 end`) : d.asDouble(column.sql));
