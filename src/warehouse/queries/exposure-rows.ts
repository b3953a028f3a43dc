import type { Plan } from '../../experiment/plan.js';
import { conditionOf } from '../conditions.js';
import type { Dialect } from '../dialects/ansi.js';
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
  const at = time ? (time.type === 'microseconds' ? time.sql : d.microseconds(time.sql, time.type, exposures.zone)) : null;
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

/** A numeric or boolean column as a double. */
export const asNumber = (d: Dialect, column: { readonly sql: string; readonly type: string }): string =>
  (column.type === 'boolean' ? d.asDouble(`case when ${column.sql} then 1 when not ${column.sql} then 0 end`) : d.asDouble(column.sql));
