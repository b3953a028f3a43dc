import type { DesignOf } from '../experiment/design/design.js';
import type { Plan } from '../experiment/plan.js';
import { controlArm, treatmentArms } from '../experiment/plan.js';
import { NO_VALUE } from '../experiment/summaries.js';
import { durationSeconds } from '../experiment/vocabulary.js';
import type { ColumnType, Dialect } from './dialects/ansi.js';
import type { Inputs } from './inputs.js';
import { columnOf, type Relation } from './relation.js';
import { toMicroseconds } from './times.js';

/** A plan as the queries see it: units, arms and groups are columns, whatever the design. */
export interface Lowered {
  readonly plan: Plan;
  readonly inputs: Inputs;
}

/** The segment by which groups of a design are summarised; no segment of a plan can be called so. */
export const GROUP = '(group)';
/** Between the unit and the bucket of time in the name of a group. */
export const AT = '@';
/** Between the levels that make an arm or a stratum. */
const TOGETHER = ' / ';
const MICROSECONDS = 1_000_000;

/** Columns that a design makes of others. */
const ARM = 'assay_arm';
const UNIT = 'assay_unit';
const TIME = 'assay_time';
const STRATUM = 'assay_stratum';

/** Turns the design of a plan into columns of its relations, so that no query needs to know it. */
export function lowered(d: Dialect, plan: Plan, inputs: Inputs): Lowered {
  const { design } = plan;
  switch (design?.kind) {
    case undefined: case 'rerandomised': case 'encouragement': return { plan, inputs };
    case 'cluster': return { plan: grouped(plan, design.cluster), inputs };
    case 'paired': return { plan: grouped(plan, design.pair), inputs };
    case 'stratified': {
      const parts = design.columns.map((name) => `coalesce(${textOf(d, inputs.exposures, name, 'attributes')}, ${d.text(NO_VALUE)})`);
      return { plan: grouped(plan, STRATUM), inputs: { ...inputs, exposures: withColumns(d, inputs.exposures, [[STRATUM, parts.join(` || ${d.text(TOGETHER)} || `), 'text']]) } };
    }
    case 'factorial': {
      const levels = design.factors.map(({ column }) => textOf(d, inputs.exposures, column, 'design'));
      return armedBy(d, plan, inputs, levels.join(` || ${d.text(TOGETHER)} || `));
    }
    case 'holdout': {
      const arm = textOf(d, inputs.exposures, plan.exposures.arm!, 'arm');
      const [held, others] = [controlArm(plan).name, treatmentArms(plan)[0]!.name];
      return armedBy(d, plan, inputs, `case when ${arm} in (${design.keys.map(d.text).join(', ')}) then ${d.text(held)} when ${arm} is not null then ${d.text(others)} end`);
    }
    case 'switchback': return bucketed(d, plan, inputs, design);
  }
}

const grouped = (plan: Plan, column: string): Plan => ({ ...plan, segments: [...plan.segments, { name: GROUP, column }] });

const armedBy = (d: Dialect, plan: Plan, inputs: Inputs, sql: string): Lowered => ({
  plan: { ...plan, exposures: { ...plan.exposures, arm: ARM } },
  inputs: { ...inputs, exposures: withColumns(d, inputs.exposures, [[ARM, sql, 'text']]) },
});

/** Every bucket of time of a unit becomes a unit of its own, exposed when it begins and observed until it ends. */
function bucketed(d: Dialect, plan: Plan, inputs: Inputs, design: DesignOf<'switchback'>): Lowered {
  const length = durationSeconds(design.bucket) * MICROSECONDS;
  const origin = design.origin === undefined ? 0 : toMicroseconds(design.origin);
  // Engines cut quotients towards 0, so that what is divided must not be below it, though buckets before the origin are
  const past = Math.ceil(origin / length);
  const bucketOf = (relation: Relation, time: string): string => {
    const { name, type } = columnOf(relation, time, 'time');
    return `(${d.floorDivide(`(${d.microseconds(d.quote(name), type, relation.zone)} + ${past * length - origin})`, String(length))} - ${past})`;
  };
  const unitOf = (relation: Relation, unit: string, time: string): Computed =>
    [UNIT, `${textOf(d, relation, unit, 'unit')} || ${d.text(AT)} || ${d.asText(d.asInteger(bucketOf(relation, time)))}`, 'text'];
  const { exposures } = inputs;
  const time = plan.exposures.time!;
  return {
    plan: {
      ...grouped(plan, UNIT),
      exposures: { ...plan.exposures, unit: UNIT, time: TIME },
      facts: plan.facts.map((fact) => ({ ...fact, unit: UNIT })),
      metrics: plan.metrics.map((metric) => ({ ...metric, window: `0m..${design.bucket}` })),
    },
    inputs: {
      ...inputs,
      unitsAsText: false,
      exposures: withColumns(d, exposures, [unitOf(exposures, plan.exposures.unit, time), [TIME, `${d.asInteger(bucketOf(exposures, time))} * ${length} + ${origin}`, 'microseconds']]),
      facts: inputs.facts.map((relation, i) => withColumns(d, relation, [unitOf(relation, plan.facts[i]!.unit, plan.facts[i]!.time!)])),
    },
  };
}

const textOf = (d: Dialect, relation: Relation, name: string, field: string): string => {
  const column = columnOf(relation, name, field);
  return column.type === 'text' ? d.quote(column.name) : d.asText(d.quote(column.name));
};

type Computed = readonly [name: string, sql: string, type: ColumnType];

const withColumns = (d: Dialect, relation: Relation, computed: readonly Computed[]): Relation => ({
  ...relation,
  from: `(select t.*, ${computed.map(([name, sql]) => `${sql} as ${d.quote(name)}`).join(', ')} from ${relation.from} as t)`,
  columns: [...relation.columns, ...computed.map(([name, , type]) => ({ name, type, declared: type }))],
});
