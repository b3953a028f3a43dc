import type { MetricKind } from '../experiment/metric.js';
import type { MetricSummary } from '../experiment/summaries.js';
import type { MetricContext } from './metric-summaries.js';
import { farthest, farName } from './queries/farthest.js';
import type { Centre } from './queries/moment-sums.js';
import { numberOf, numberOrNull, type Session } from './session.js';
import type { FrameMetric, UnitFrame } from './unit-frame.js';

type Farthest = NonNullable<MetricSummary['farthest']>;

/** By metric of the frame: in each arm the distance of the unit that is farthest from the mean of all arms; empty for shares and quantiles. */
export async function collectFarthest(session: Session, { plan }: MetricContext, frame: UnitFrame, centres: ReadonlyMap<string, Centre>): Promise<readonly Farthest[]> {
  const columns = [...new Set(frame.metrics.flatMap(outcomesOf).map(({ column }) => column))];
  if (columns.length === 0) return frame.metrics.map(() => []);
  const rows = await session.rows('farthest units by arm', farthest(session.dialect, frame, columns, centres));
  return frame.metrics.map((metric) => outcomesOf(metric).flatMap(({ of, column }) => plan.arms.flatMap(({ name: arm }, a): Farthest => {
    const row = rows.find((candidate) => numberOf(candidate, 'arm') === a);
    const distance = row ? numberOrNull(row, farName(column)) : null;
    return distance === null ? [] : [{ arm, column: of.name, centre: centres.get(column.name)!.mean, distance }];
  })));
}

const RANGED: ReadonlySet<MetricKind> = new Set(['mean', 'count', 'count_distinct', 'ratio', 'expression']);

/** Outcomes that are no shares, of which one unit may be a large part. */
const outcomesOf = ({ of: { metric }, columns }: FrameMetric): FrameMetric['columns'] =>
  (RANGED.has(metric.kind) ? columns.filter(({ of }) => of.role === 'outcome' && of.name !== 'uptake') : []);
