import type { Metric } from '../experiment/metric.js';
import { planSchema, type Plan, type Source } from '../experiment/plan.js';
import { refuse, type Refusal } from '../stats/refusal.js';
import { ansi } from './dialects/ansi.js';

/** The segment by which the arms of the other experiment are told apart. */
export const OTHER = 'other_experiment';
const OTHER_EXPOSURES = 'assay_other_exposures';
const OTHER_ARM = 'assay_other_arm';
const BOTH_AT = 'assay_both_at';

/**
 * A plan of the units that were in both of two experiments: arms of the first, with the arm of the second as a segment, metrics that both plans define alike,
 * read from the later of the two exposures on.
 *
 * Covariates are left out: what is before one exposure may be after the other. Exclusions, start and end are those of the first; units in several arms
 * of the second are in none. Refuses experiments in different sources, designs that do not randomise units, and plans without a common metric.
 */
export function overlapPlan(first: Plan, second: Plan): Plan | Refusal {
  for (const { name, design, exposures } of [first, second]) {
    if (exposures.arm === undefined || (design && design.kind !== 'rerandomised' && design.kind !== 'stratified')) {
      return refuse('unsupported_combination', `interactions compare units that were each randomised to an arm; ${name} has a ${design!.kind} design`, 'Screen the other experiments without it.');
    }
  }
  const source = commonSource(first, second);
  if ('status' in source) return source;
  const metrics = sharedMetrics(first, second);
  if (metrics.length === 0) return refuse('not_identified', `${first.name} and ${second.name} have no metric of the same name and definition that has moments`, 'Give both plans a metric of the same name, kind, fact table and window.');
  const [a, b] = [first.exposures, second.exposures];
  const times = a.time !== undefined && b.time !== undefined ? [a.time, b.time] as const : undefined;
  const q = ansi.quote;
  const other = b.sql === undefined ? q(source.other) : `(${b.sql}\n)`;
  const sql = `select e.*, o.${OTHER_ARM}${times ? `, greatest(e.${q(times[0])}, o.assay_time) as ${BOTH_AT}` : ''}
from ${a.sql === undefined ? q(a.table ?? 'exposures') : `(${a.sql}\n)`} as e
join (select cast(b.${q(b.unit)} as varchar) as assay_unit, min(cast(b.${q(b.arm!)} as varchar)) as ${OTHER_ARM}${times ? `, min(b.${q(times[1])}) as assay_time` : ''}
  from ${other} as b where b.${q(b.arm!)} is not null group by cast(b.${q(b.unit)} as varchar)
  having min(cast(b.${q(b.arm!)} as varchar)) = max(cast(b.${q(b.arm!)} as varchar))) as o on o.assay_unit = cast(e.${q(a.unit)} as varchar)`;
  return planSchema.parse({
    name: first.name, source: source.source,
    exposures: { sql, unit: a.unit, arm: a.arm, ...(a.time !== undefined && { time: times ? BOTH_AT : a.time }), attributes: [OTHER_ARM], exclude: a.exclude },
    facts: first.facts, metrics, segments: [{ name: OTHER, column: OTHER_ARM }], arms: first.arms,
    ...(first.start !== undefined && { start: first.start }), ...(first.end !== undefined && { end: first.end }), ...(first.asOf !== undefined && { asOf: first.asOf }),
    decision: { goals: [{ metric: metrics[0]!.name, claim: 'superiority' }] },
  });
}

/** One source that has the tables of the first and the exposures of the second. */
function commonSource(first: Plan, second: Plan): { readonly source: Source; readonly other: string } | Refusal {
  const other = second.exposures.table ?? 'exposures';
  if (JSON.stringify(first.source) === JSON.stringify(second.source)) return { source: first.source, other };
  if (first.source.kind !== 'files' || second.source.kind !== 'files') return refuse('unsupported_combination', `${first.name} and ${second.name} are in different sources, and their units cannot be joined`, 'Put both exposure tables into one database, or into files.');
  if (second.exposures.sql !== undefined) return refuse('unsupported_combination', `the exposures of ${second.name} are a query over tables that ${first.name} does not have`, 'Give both plans the same tables.');
  return { source: { ...first.source, tables: { ...first.source.tables, [OTHER_EXPOSURES]: second.source.tables[other]! } }, other: OTHER_EXPOSURES };
}

/** Metrics of the first that the second has too, without covariates. */
function sharedMetrics(first: Plan, second: Plan): Metric[] {
  const definitions = new Map(second.metrics.map((metric) => [metric.name, definitionOf(metric)]));
  return first.metrics.filter((metric) => metric.kind !== 'quantile' && definitions.get(metric.name) === definitionOf(metric)).map((metric) => {
    const { covariate: _, ...plain } = metric as Metric & { covariate?: unknown };
    return plain as Metric;
  });
}

function definitionOf(metric: Metric): string {
  const { covariate: _, description: __, unit: ___, direction: ____, category: _____, ...definition } = metric as Metric & { covariate?: unknown };
  return JSON.stringify(Object.entries(definition).sort(([a], [b]) => (a < b ? -1 : 1)));
}
