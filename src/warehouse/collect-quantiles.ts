import type { Cell } from '../experiment/summaries.js';
import { QUANTILE_NEIGHBOUR_Z } from '../stats/summaries/quantiles.js';
import type { CollectedMoments } from './collect-moments.js';
import { GROUP } from './lowered-design.js';
import type { MetricContext } from './metric-summaries.js';
import { cellQuantiles } from './queries/cell-quantiles.js';
import type { Session } from './session.js';
import type { UnitFrame } from './unit-frame.js';

/** Sample quantiles with binomial neighbours of every quantile metric, by index of the metric. */
export async function collectQuantiles(session: Session, { plan }: MetricContext, frame: UnitFrame, unitsOf: CollectedMoments['unitsOf']): Promise<Map<number, Cell[]>> {
  const wanted = frame.metrics.flatMap(({ of: { metric }, columns }, index) => (metric.kind !== 'quantile' ? [] : unitsOf(index).filter(({ segment }) => segment === null || plan.segments[segment.index]!.name !== GROUP).map(({ arm, segment, n }) => ({
    index, arm, segment, n, probability: metric.probability, column: columns[0]!.column, probabilities: neighbours(metric.probability, n),
  }))));
  const found = new Map<number, Cell[]>();
  if (wanted.length === 0) return found;
  const [row] = await session.rows('quantiles by arm and segment', cellQuantiles(session.dialect, frame, wanted, plan.segments.length));
  wanted.forEach(({ index, arm, segment, n, probability }, i) => {
    const [lower, estimate, upper] = (row![`q${i}`] as readonly number[]).map(Number);
    const cell: Cell = {
      arm: plan.arms[arm]!.name,
      segment: segment ? { name: plan.segments[segment.index]!.name, value: segment.value } : null,
      summary: { kind: 'quantile', n, probability, estimate: estimate!, lower: lower!, upper: upper!, z: QUANTILE_NEIGHBOUR_Z },
    };
    found.set(index, [...(found.get(index) ?? []), cell]);
  });
  return found;
}

/** The probability and its neighbours at the ends of a binomial interval, kept in [0, 1]. */
function neighbours(probability: number, n: number): readonly [number, number, number] {
  const reach = QUANTILE_NEIGHBOUR_Z * Math.sqrt((probability * (1 - probability)) / n);
  return [Math.max(0, probability - reach), probability, Math.min(1, probability + reach)];
}
