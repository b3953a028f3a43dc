import type { ConfidenceSet } from '../../stats/inference/inference.js';
import { formatCounted } from '../format.js';
import { randomisedNoun } from '../design/independence.js';
import type { Plan } from '../plan.js';

/** Beyond this many times the units at hand a figure would only pretend to be a plan. */
const FARTHEST = 100;

/**
 * How many more units an arm would bring the near end of a confidence set to a point, were the estimate to stay where it is.
 *
 * Widths shrink with the square root of the units: right for a fixed horizon, a lower bound for a confidence sequence.
 * @param point what must be excluded, in units of the estimate
 * @param units an arm at present
 * @returns two significant digits; null when the near end is unbounded or the figure would be out of reach
 */
export function unitsNeeded(set: ConfidenceSet, estimate: number, point: number, units: number): number | null {
  const near = point < estimate ? set.lower : set.upper;
  if (set.shape !== 'interval' || near === null || point === estimate) return null;
  const factor = ((estimate - near) / (estimate - point)) ** 2;
  if (!(factor > 1) || factor > FARTHEST) return null;
  return Math.ceil(Number((units * (factor - 1)).toPrecision(2)));
}

/** That figure as a sentence; a confidence sequence narrows more slowly than the figure supposes. */
export const moreUnits = ({ inference, design }: Plan, units: number): string =>
  `${inference.method === 'fixed' ? 'About' : 'At least'} ${formatCounted(units, `more ${randomisedNoun({ design })}`)} an arm at the present variance, if the effect is as estimated.`;
