import type { Corrected } from './correction.js';

/** What step-wise procedures know of each row: of a rejected one its side of the null, of the others a bound at alpha over how many are left; all, when all are rejected. */
export function stepwise(adjusted: readonly number[], alpha: number): Corrected {
  const rejected = adjusted.map((p) => p <= alpha);
  const open = rejected.filter((isRejected) => !isRejected).length;
  return {
    pValues: adjusted,
    rejected,
    levels: rejected.map((isRejected) => (isRejected || open === 0 ? alpha / adjusted.length : alpha / open)),
    reach: rejected.map(() => (open === 0 || adjusted.length === 1 ? 'clip' : 'open')),
  };
}
