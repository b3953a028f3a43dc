import type { Plan } from '../experiment/plan.js';
import type { SegmentValue } from '../experiment/summaries.js';
import type { Moments } from '../stats/summaries/moments.js';
import { mergeBy, momentsOfCovariances, momentsOfSums } from './cell-moments.js';
import { groupOf, type Group } from './moment-groups.js';
import type { MetricContext } from './metric-summaries.js';
import { isRanged, momentSums, outcomesOf, stableMoments, type Centre, type Grouping } from './queries/moment-sums.js';
import { numberOf, numberOrNull, type Row, type Session } from './session.js';
import { toDay } from './times.js';
import type { FrameMetric, UnitFrame } from './unit-frame.js';

export interface ArmMoments { readonly arm: string; readonly segment: SegmentValue | null; readonly moments: Moments }
export interface DayMoments { readonly arm: string; readonly day: string; readonly moments: Moments }

export interface Extreme { readonly arm: string; readonly column: string; readonly least: number; readonly largest: number }

export interface CollectedMoments {
  /** by metric of the frame */
  readonly cells: readonly (readonly ArmMoments[])[];
  readonly days: readonly (readonly DayMoments[])[];
  /** by metric of the frame: the least and the largest value of a unit in each arm; empty for shares and quantiles */
  readonly extremes: readonly (readonly Extreme[])[];
  /** units that count for metric i, in each arm and segment value where there are any */
  readonly unitsOf: (metric: number) => readonly { readonly arm: number; readonly segment: { readonly index: number; readonly value: string } | null; readonly n: number }[];
}

/** Up to this many finest cells come back to be merged here; above, the engine groups each segment by itself. */
const MOST_CELLS = 20_000;

export async function collectMoments(session: Session, context: MetricContext, frame: UnitFrame, centres: ReadonlyMap<string, Centre>): Promise<CollectedMoments> {
  const { plan, cells } = context;
  const grouping: Grouping = cells.cells.length <= MOST_CELLS ? 'cells' : 'segments';
  const rows = await session.rows('moments by arm, segment and day', momentSums(session.dialect, frame, centres, grouping, plan.segments.length));
  const read = frame.metrics.map((metric) => rows.map((row) => momentsOfSums(row, metric, centres)));
  const isLossy = read.some((metric, i) => frame.metrics[i]!.of.metric.kind !== 'quantile' && metric.some((cell) => cell.isLossy));
  const stable = isLossy ? await stableRows(session, context, frame, centres, grouping) : new Map<string, Row>();
  const groups = rows.map((row) => groupOf(row, context, grouping));
  const momentsOf = (metric: number, row: number): Moments => {
    const { moments, isLossy: lost } = read[metric]![row]!;
    const again = lost ? stable.get(groups[row]!.key) : undefined;
    return again ? momentsOfCovariances(again, frame.metrics[metric]!, centres) : moments;
  };
  const perMetric = frame.metrics.map((metric, i) => summaries(context, groups, (row) => countOrMoments(metric, rows[row]!, () => momentsOf(i, row))));
  return {
    cells: perMetric.map(({ cells: found }) => found.map(({ arm, segment, moments }) => ({
      arm: plan.arms[arm]!.name, segment: segment ? { name: plan.segments[segment.index]!.name, value: segment.value } : null, moments,
    }))),
    days: perMetric.map(({ days }) => days.map(({ arm, day, moments }) => ({ arm: plan.arms[arm]!.name, day: toDay(day), moments }))),
    extremes: frame.metrics.map((metric) => extremesOf(metric, plan, groups, rows, centres)),
    unitsOf: (metric) => perMetric[metric]!.cells.map(({ arm, segment, moments }) => ({ arm, segment, n: moments.n })),
  };
}

async function stableRows(session: Session, context: MetricContext, frame: UnitFrame, centres: ReadonlyMap<string, Centre>, grouping: Grouping): Promise<Map<string, Row>> {
  const rows = await session.rows('moments again, by running covariances', stableMoments(session.dialect, frame, centres, grouping, context.plan.segments.length));
  return new Map(rows.map((row) => [groupOf(row, context, grouping).key, row]));
}

/** A quantile metric has no moments, only a count of units. */
const countOrMoments = (metric: FrameMetric, row: Row, moments: () => Moments): Moments =>
  (metric.of.metric.kind === 'quantile' ? { n: numberOf(row, `n_${metric.counts}`), columns: [], mean: [], scatter: [] } : moments());

/** Of groups that hold whole arms, or their finest cells. */
function extremesOf(metric: FrameMetric, plan: Plan, groups: readonly Group[], rows: readonly Row[], centres: ReadonlyMap<string, Centre>): Extreme[] {
  if (!isRanged(metric.of.metric.kind)) return [];
  return plan.arms.flatMap(({ name: arm }, a) => outcomesOf(metric).flatMap(({ of, column: { name } }): Extreme[] => {
    const { shift } = centres.get(name)!;
    const found = rows.filter((row, i) => groups[i]!.arm === a && groups[i]!.segments.includes(null) && numberOrNull(row, `largest_${name}`) !== null);
    const extreme = (which: 'least' | 'largest'): number => shift + found.map((row) => numberOf(row, `${which}_${name}`)).reduce((x, y) => (which === 'least' ? Math.min(x, y) : Math.max(x, y)));
    return found.length === 0 ? [] : [{ arm, column: of.name, least: extreme('least'), largest: extreme('largest') }];
  }));
}

interface Piece { readonly arm: number; readonly segment: { readonly index: number; readonly value: string } | null; readonly moments: Moments }

/** Groups -> arms, (arm, segment value) and (arm, day), in the order of the plan, then of the values. */
function summaries(context: MetricContext, groups: readonly Group[], momentsOf: (row: number) => Moments): { cells: Piece[]; days: { arm: number; day: number; moments: Moments }[] } {
  const pieces: Piece[] = [];
  const days: { arm: number; day: number; moments: Moments }[] = [];
  groups.forEach((group, row) => {
    const moments = momentsOf(row);
    if (moments.n === 0) return;
    if (group.day !== null) days.push({ arm: group.arm, day: group.day, moments });
    else for (const segment of group.segments) pieces.push({ arm: group.arm, segment, moments });
  });
  const keyOf = ({ arm, segment }: Piece) => JSON.stringify([segment?.index ?? -1, segment?.value ?? '', arm]);
  const merged = [...mergeBy(pieces, keyOf, ({ moments }) => moments)].map(([key, moments]) => {
    const [index, value, arm] = JSON.parse(key) as [number, string, number];
    return { arm, segment: index < 0 ? null : { index, value }, moments };
  });
  merged.sort((a, b) => (a.segment?.index ?? -1) - (b.segment?.index ?? -1) || compare(a.segment?.value ?? '', b.segment?.value ?? '') || a.arm - b.arm);
  days.sort((a, b) => a.day - b.day || a.arm - b.arm);
  return { cells: merged, days };
}
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
