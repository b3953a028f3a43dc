import { formatCounted, formatShare } from '../format.js';
import type { MetricSummary } from '../summaries.js';
import { informing, type CheckFunction } from './check.js';

/** Share of an arm's variance from which on one unit is too much: the difference then hangs on whether it is there. */
const LARGE_SHARE = 0.1;
/** In small arms every unit is a large part: distances of five standard deviations are the least that is told of. */
const FEW_DEVIATIONS = 25;

interface Influence { readonly metric: string; readonly column: string; readonly arm: string; readonly share: number; readonly isLarge: boolean; readonly errors: number }

/**
 * How much of an arm's variance is one unit? Large shares mean tails so heavy that the normal approximation of the mean fails, and an
 * effect that would be another without that unit. Of values as they are analysed, after bounds; quantiles and shares of units have no such unit.
 */
export const outlierInfluence: CheckFunction = (_, summaries) => {
  const influences = summaries.metrics.flatMap(influencesOf);
  if (influences.length === 0) return null;
  const worst = influences.reduce((a, b) => (b.share > a.share ? b : a));
  const large = influences.filter(({ isLarge }) => isLarge).reduce<Influence | null>((a, b) => (a === null || b.share > a.share ? b : a), null);
  if (large === null) return informing('outlier_influence', 'pass', `No unit makes much of the variance of any of ${formatCounted(summaries.metrics.length, 'metric')}: at most ${formatShare(round(worst.share))}, of ${nameOf(worst)} in ${worst.arm}.`);
  return informing('outlier_influence', 'warn', `One unit makes ${formatShare(round(large.share))} of the variance of ${nameOf(large)} in ${large.arm}: without it the mean of the arm would be ${Number(large.errors.toPrecision(2))} standard errors away. Intervals of this metric rest on tails that the data hardly show.`);
};

const round = (share: number): number => Number(share.toPrecision(2));
const nameOf = ({ metric, column }: Influence): string => (column === 'y' ? metric : `${metric} (${column})`);

function influencesOf({ metric, farthest = [], cells }: MetricSummary): Influence[] {
  return farthest.flatMap(({ arm, column, centre, distance: fromCentre }) => {
    const cell = cells.find((candidate) => candidate.arm === arm && candidate.segment === null)?.summary;
    if (cell?.kind !== 'moments') return [];
    const c = cell.columns.indexOf(column);
    const scatter = cell.scatter[c]![c]!;
    if (!(scatter > 0)) return [];
    // at least this far from the mean of its own arm
    const distance = Math.max(0, fromCentre - Math.abs(cell.mean[c]! - centre));
    const share = Math.min(1, distance ** 2 / scatter);
    // leaving a unit out moves the mean by distance / (n - 1)
    const errors = distance / (cell.n - 1) / Math.sqrt(scatter / (cell.n - 1) / cell.n);
    return [{ metric, column, arm, share, errors, isLarge: share >= Math.max(LARGE_SHARE, FEW_DEVIATIONS / cell.n) }];
  });
}
