import type { ConfidenceSet } from '../../stats/inference/inference.js';

/** A stretch of a confidence set as it is drawn; an arrow where it goes on beyond the plot. */
export interface Stretch { readonly from: number; readonly to: number; readonly arrowFrom: boolean; readonly arrowTo: boolean }

/**
 * The stretches of a confidence set within a domain: one for an interval, two for the complement of one, the whole
 * width for the line. Stretches that lie wholly outside are drawn as an arrow at the edge.
 */
export function stretches(set: ConfidenceSet, [low, high]: readonly [number, number]): Stretch[] {
  switch (set.shape) {
    case 'line': return [stretch(-Infinity, Infinity)];
    case 'interval': return [stretch(set.lower ?? -Infinity, set.upper ?? Infinity)];
    case 'complement': return [
      ...(set.lower === null ? [] : [stretch(-Infinity, set.lower)]),
      ...(set.upper === null ? [] : [stretch(set.upper, Infinity)]),
    ];
  }

  function stretch(from: number, to: number): Stretch {
    const clamp = (x: number) => Math.min(high, Math.max(low, x));
    return { from: clamp(from), to: clamp(to), arrowFrom: from < low, arrowTo: to > high };
  }
}

/** How many times the usual reach an end may lie out before it is cut off with an arrow. */
const FARTHEST = 4;
const SMALLEST_REACH = 1e-4;

/**
 * A domain that shows the usual ends and lets extreme ones go on beyond it; always holds zero.
 * @param ends finite ends, estimates and margins
 */
export function domainOf(ends: readonly number[]): [number, number] {
  const reaches = ends.map(Math.abs).filter((reach) => reach > 0).sort((a, b) => a - b);
  const usual = reaches[Math.floor(reaches.length / 2)] ?? SMALLEST_REACH;
  const limit = FARTHEST * usual;
  const low = Math.max(-limit, Math.min(0, ...ends));
  const high = Math.min(limit, Math.max(0, ...ends));
  const air = 0.06 * Math.max(high - low, SMALLEST_REACH);
  return [low - air, high + air];
}
