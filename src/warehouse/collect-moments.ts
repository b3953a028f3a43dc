import type { SegmentValue } from '../experiment/summaries.js';
import { mergeMoments, type Moments } from '../stats/summaries/moments.js';
import { momentsOfCovariances, momentsOfSums, type CellMoments } from './cell-moments.js';
import { groupOf, type Group } from './moment-groups.js';
import type { MetricContext } from './metric-summaries.js';
import { momentSums, stableMoments, type Centre, type Grouping } from './queries/moment-sums.js';
import { numberOf, type Row, type Session } from './session.js';
import { toDay } from './times.js';
import type { FrameMetric, UnitFrame } from './unit-frame.js';

export interface ArmMoments { readonly arm: string; readonly segment: SegmentValue | null; readonly moments: Moments }
export interface DayMoments { readonly arm: string; readonly day: string; readonly moments: Moments }

export interface CollectedMoments {
  /** by metric of the frame */
  readonly cells: readonly (readonly ArmMoments[])[];
  readonly days: readonly (readonly DayMoments[])[];
  /** units that count for metric i, in each arm and segment value where there are any */
  readonly unitsOf: (metric: number) => readonly { readonly arm: number; readonly segment: { readonly index: number; readonly value: string } | null; readonly n: number }[];
}

/** Up to this many finest cells come back to be merged here; above, the engine groups each segment by itself. */
const MOST_CELLS = 20_000;

/**
 * Moments of every metric in each arm, segment value and day.
 *
 * Shifted sums are about one constant for all units, so that those of a segment value are the sums over its finest cells.
 */
export async function collectMoments(session: Session, context: MetricContext, frame: UnitFrame, centres: ReadonlyMap<string, Centre>): Promise<CollectedMoments> {
  const { plan, cells } = context;
  const grouping: Grouping = cells.cells.length <= MOST_CELLS ? 'cells' : 'segments';
  const rows = await session.rows('moments by arm, segment and day', momentSums(session.dialect, frame, centres, grouping, plan.segments.length));
  const groups = rows.map((row) => groupOf(row, context, grouping));
  const places = placesOf(groups);
  const sums = summedRows(rows, places);
  const read = frame.metrics.map((metric) => sums.map((row) => countOrMoments(metric, row, centres)));
  const stable = read.some((metric) => metric.some(({ isLossy }) => isLossy)) ? await stableRows(session, context, frame, centres, grouping) : new Map<string, Row>();
  const pieces = (metric: number): (Place & { readonly moments: Moments })[] => places.flatMap((place, i) => {
    const { moments, isLossy } = read[metric]![i]!;
    if (moments.n === 0) return [];
    return [{ ...place, moments: isLossy ? mergedStable(place, groups, stable, frame.metrics[metric]!, centres) ?? moments : moments }];
  });
  const perMetric = frame.metrics.map((_, i) => pieces(i));
  return {
    cells: perMetric.map((found) => found.filter(({ day }) => day === null).map(({ arm, segment, moments }) => ({
      arm: plan.arms[arm]!.name, segment: segment ? { name: plan.segments[segment.index]!.name, value: segment.value } : null, moments,
    }))),
    days: perMetric.map((found) => found.flatMap(({ arm, day, moments }) => (day === null ? [] : [{ arm: plan.arms[arm]!.name, day: toDay(day), moments }]))),
    unitsOf: (metric) => perMetric[metric]!.filter(({ day }) => day === null).map(({ arm, segment, moments }) => ({ arm, segment, n: moments.n })),
  };
}

async function stableRows(session: Session, context: MetricContext, frame: UnitFrame, centres: ReadonlyMap<string, Centre>, grouping: Grouping): Promise<Map<string, Row>> {
  const rows = await session.rows('moments again, by running covariances', stableMoments(session.dialect, frame, centres, grouping, context.plan.segments.length));
  return new Map(rows.map((row) => [groupOf(row, context, grouping).key, row]));
}

/** A quantile metric has no moments, only a count of units. */
const countOrMoments = (metric: FrameMetric, row: Row, centres: ReadonlyMap<string, Centre>): CellMoments =>
  (metric.of.metric.kind === 'quantile' ? { moments: { n: numberOf(row, `n_${metric.counts}`), columns: [], mean: [], scatter: [] }, isLossy: false } : momentsOfSums(row, metric, centres));

/** The stable moments of the cells of a place, merged; undefined where it has none. */
const mergedStable = (place: Place, groups: readonly Group[], stable: ReadonlyMap<string, Row>, metric: FrameMetric, centres: ReadonlyMap<string, Centre>): Moments | undefined =>
  place.rows.flatMap((row) => { const again = stable.get(groups[row]!.key); return again ? [momentsOfCovariances(again, metric, centres)] : []; })
    .reduce<Moments | undefined>((merged, moments) => (merged ? mergeMoments(merged, moments) : moments), undefined);

/** An arm, a segment value of it, or a day of it, and the groups that make it up. */
interface Place {
  readonly arm: number;
  readonly segment: { readonly index: number; readonly value: string } | null;
  readonly day: number | null;
  readonly rows: readonly number[];
}

/** Before every day. */
const NO_DAY = Number.MIN_SAFE_INTEGER;

/** Arms and their segment values in the order of the plan, then of the values, then days. */
function placesOf(groups: readonly Group[]): Place[] {
  const found = new Map<string, Place & { rows: number[] }>();
  const add = (row: number, arm: number, segment: Place['segment'], day: number | null): void => {
    const key = `${arm} ${day} ${segment?.index} ${segment?.value}`;
    const place = found.get(key);
    if (place) place.rows.push(row);
    else found.set(key, { arm, segment, day, rows: [row] });
  };
  for (const [row, { arm, day, segments }] of groups.entries()) {
    if (day !== null) add(row, arm, null, day);
    else for (const segment of segments) add(row, arm, segment, null);
  }
  return [...found.values()].sort((a, b) => (a.day ?? NO_DAY) - (b.day ?? NO_DAY) || (a.segment?.index ?? -1) - (b.segment?.index ?? -1)
    || compare(a.segment?.value ?? '', b.segment?.value ?? '') || a.arm - b.arm);
}
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Counts and shifted sums of each place: n_..., s_... and q_.... */
function summedRows(rows: readonly Row[], places: readonly Place[]): Row[] {
  const names = Object.keys(rows[0] ?? {}).filter((name) => /^[nsq]_/.test(name));
  const columns = names.map((name) => Float64Array.from(rows, (row) => numberOf(row, name)));
  return places.map((place) => Object.fromEntries(columns.map((column, i) => [names[i]!, place.rows.reduce((sum, row) => sum + column[row]!, 0)])));
}
