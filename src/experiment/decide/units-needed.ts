import type { ConfidenceSet } from '../../stats/inference/inference.js';
import { formatCounted } from '../format.js';
import type { Plan } from '../plan.js';

/** Beyond this many times the units at hand a figure would only pretend to be a plan. */
const FARTHEST = 100;

/**
 * How many more units an arm would bring the end of an interval to a point, were the estimate to stay where it is.
 *
 * Widths shrink with the square root of the units: right for a fixed horizon, a lower bound for a confidence sequence.
 * @param distance from the estimate to the point that must be excluded, in units of the estimate; positive
 * @param units an arm at present
 * @returns two significant digits; null when the interval has no width to shrink or the figure would be out of reach
 */
export function unitsNeeded(set: ConfidenceSet, distance: number, units: number): number | null {
  if (set.shape !== 'interval' || set.lower === null || set.upper === null || distance <= 0) return null;
  const factor = ((set.upper - set.lower) / 2 / distance) ** 2;
  if (!(factor > 1) || factor > FARTHEST) return null;
  return Math.ceil(Number((units * (factor - 1)).toPrecision(2)));
}

/** That figure as a sentence; a confidence sequence narrows more slowly than the figure supposes. */
export const moreUnits = ({ inference }: Plan, units: number): string =>
  `${inference.method === 'fixed' ? 'About' : 'At least'} ${formatCounted(units, 'more unit')} an arm at the present variance, if the effect is as estimated.`;
