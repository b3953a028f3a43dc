import { formatCount, formatCounted, formatList, formatP } from '../format.js';
import { informing, type CheckFunction } from './check.js';
import { pearsonTest } from './pearson-test.js';

/** The sample-ratio test within each value of each segment; p-values are Bonferroni-adjusted over all values tested. */
export const sampleRatioBySegment: CheckFunction = (plan, { exposures }) => {
  if (plan.segments.length === 0) return null;
  const tested = groupBySegmentValue(exposures.segments)
    .map((group) => ({ ...group, pValue: pearsonTest(plan.arms, group.units) }))
    .filter((group): group is typeof group & { pValue: number } => group.pValue !== null);
  if (tested.length === 0) {
    return informing('sample_ratio_by_segment', 'warn', 'No segment value has units enough to test how its arms were split.');
  }
  const { sampleRatioAlpha } = plan.checks;
  const adjusted = tested.map((group) => ({ ...group, pValue: Math.min(1, group.pValue * tested.length) }))
    .sort((a, b) => a.pValue - b.pValue);
  const worst = adjusted[0]!;
  const off = adjusted.filter((group) => group.pValue < sampleRatioAlpha);
  if (off.length === 0) {
    return informing('sample_ratio_by_segment', 'pass', `The arms were split as planned in all ${formatCounted(tested.length, 'segment value')} tested; smallest adjusted ${formatP(worst.pValue, sampleRatioAlpha)}.`, worst.pValue);
  }
  const seen = plan.arms.map((arm) => `${arm.name} ${formatCount(worst.units.get(arm.name) ?? 0)}`);
  return informing('sample_ratio_by_segment', 'warn', `The arms were not split as planned in ${formatCount(off.length)} of ${formatCounted(tested.length, 'segment value')}; worst is ${worst.segment} = ${worst.value} with ${formatList(seen)}, adjusted ${formatP(worst.pValue, sampleRatioAlpha)}.`, worst.pValue);
};

interface SegmentUnits { readonly segment: string; readonly value: string; readonly units: Map<string, number> }

function groupBySegmentValue(rows: readonly { segment: string; value: string; arm: string; units: number }[]): SegmentUnits[] {
  const groups = new Map<string, SegmentUnits>();
  for (const { segment, value, arm, units } of rows) {
    const key = JSON.stringify([segment, value]);
    const group = groups.get(key) ?? { segment, value, units: new Map<string, number>() };
    group.units.set(arm, units);
    groups.set(key, group);
  }
  return [...groups.values()];
}
