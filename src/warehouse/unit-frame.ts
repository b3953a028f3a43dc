import type { Dialect } from './dialects/ansi.js';
import { VALUES } from './queries/names.js';
import type { KeptExpression, UnitValues } from './queries/unit-values.js';
import type { Limits, MetricColumns, UnitColumn } from './unit-columns.js';

const MICROSECONDS = 1_000_000;

/** One distinct column over units: an expression, the units it is defined on, and its bounds. */
export interface FrameColumn {
  /** y0... */
  readonly name: string;
  /** the expression before bounds, over r0... */
  readonly raw: string;
  /** k0..., 1 for units that count */
  readonly counts: string;
  /** key of its bounds, shared by equal columns */
  readonly limits: Limits;
  /** a covariate that a unit may lack (no event before exposure): set to its mean over the units that have it */
  readonly isImputed: boolean;
}

export interface FrameMetric {
  readonly of: MetricColumns;
  /** k0... */
  readonly counts: string;
  /** m0...: 1 for units whose window has closed; undefined when it closes at once */
  readonly mature: string | undefined;
  readonly columns: readonly { readonly of: UnitColumn; readonly column: FrameColumn }[];
}

/** Distinct columns of all metrics, and the SQL that makes them. */
export interface UnitFrame {
  readonly metrics: readonly FrameMetric[];
  readonly columns: readonly FrameColumn[];
  readonly counts: readonly string[];
  readonly matures: readonly string[];
  /** SELECT of cell, arm, day, m0..., k0..., r0..., to be kept as a table of its own */
  readonly raw: string;
  /** SELECT of cell, arm, day, k0..., y0...: bounded, null for units that do not count */
  readonly bounded: string;
}

/** A column that is carried along as it is, such as the half that a unit is in. */
export interface Carried { readonly sql: string; readonly name: string }

/** Bounds of a column, found by `quantile bounds` for winsorised ones. */
export type BoundsOf = (column: UnitColumn, raw: string, counts: string) => Limits;

/**
 * Columns of all metrics over units.
 * @param asOf  microseconds; a unit counts for a metric when its window closed at or before it
 */
export function unitFrame(d: Dialect, metrics: readonly MetricColumns[], values: UnitValues, asOf: number | null, boundsOf: BoundsOf, carried: readonly Carried[] = []): UnitFrame {
  const raws = new Map<string, string>();
  const matures = new Map<string, string>();
  const counts = new Map<string, string>();
  const columns = new Map<string, FrameColumn>();
  const frameMetrics = metrics.map((of): FrameMetric => {
    const kept = (expression: KeptExpression): string => intern(raws, values.sqlOf(expression), 'r');
    // whether there was any is read off the total, which is kept for others or costs no more
    const raw = of.columns.map(({ expression }) => (expression.form === 'any' ? d.asDouble(`case when ${kept({ ...expression, form: 'total' })} > 0 then 1 else 0 end`) : kept(expression)));
    const mature = of.closes === null || asOf === null ? undefined : intern(matures, `u.stamp <= ${asOf - of.closes * MICROSECONDS}`, 'm');
    const present = of.columns.flatMap((column, i) => (column.role === 'outcome' && canBeMissing(column) ? [raw[i]!] : []));
    const condition = [...(mature ? [`${mature} = 1`] : []), ...[...new Set(present)].map((name) => `${name} is not null`)].join(' and ') || '1 = 1';
    const ok = intern(counts, condition, 'k');
    return {
      of, counts: ok, mature,
      columns: of.columns.map((column, i) => {
        const limits = boundsOf(column, raw[i]!, ok);
        const key = JSON.stringify([raw[i], ok, limits.lower ?? null, limits.upper ?? null]);
        if (!columns.has(key)) {
          columns.set(key, { name: `y${columns.size}`, raw: raw[i]!, counts: ok, limits, isImputed: column.role === 'covariate' && canBeMissing(column) });
        }
        return { of: column, column: columns.get(key)! };
      }),
    };
  });
  const inner = `select u.cell, u.arm, ${values.day} as day${carried.map(({ sql, name }) => `,\n    ${sql} as ${name}`).join('')}${
    [...matures].map(([sql, name]) => `,\n    ${d.asBit(sql)} as ${name}`).join('')}${
    [...raws].map(([sql, name]) => `,\n    ${sql} as ${name}`).join('')}
  from ${values.from}`;
  const raw = `select v.*${[...counts].map(([sql, name]) => `, ${d.asBit(sql)} as ${name}`).join('')}
  from (${inner}) as v`;
  const distinct = [...columns.values()];
  return {
    metrics: frameMetrics, columns: distinct, counts: [...counts.values()], matures: [...matures.values()], raw,
    bounded: `select cell, arm, day${carried.map(({ name }) => `, ${name}`).join('')}${[...matures.values(), ...counts.values()].map((name) => `, ${name}`).join('')}${
      distinct.map((column) => `,\n    case when ${column.counts} = 1 then ${clamp(d, column.raw, column.limits)} end as ${column.name}`).join('')}
  from ${VALUES}`,
  };
}

/** Only sums have a value for a unit without events; its mean, minimum and maximum are missing, not zero. */
const canBeMissing = ({ expression }: UnitColumn): boolean => expression.form === 'mean' || expression.form === 'value';

export function clamp(d: Dialect, x: string, { lower, upper }: Limits): string {
  const capped = upper === undefined ? x : `least(${x}, ${d.number(upper)})`;
  const bounded = lower === undefined ? capped : `greatest(${capped}, ${d.number(lower)})`;
  return lower === undefined && upper === undefined ? x : `case when ${x} is not null then ${bounded} end`;
}

function intern(map: Map<string, string>, key: string, prefix: string): string {
  if (!map.has(key)) map.set(key, `${prefix}${map.size}`);
  return map.get(key)!;
}
