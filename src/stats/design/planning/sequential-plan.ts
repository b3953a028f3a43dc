import { firstCrossing, type Looks } from './first-crossing.js';

/** What a sequential test does under one drift. */
export interface SequentialPower {
  /** chance to reject at some look, a fraction */
  readonly power: number;
  /** chance to have rejected by each look, shape (K) */
  readonly powerByLook: readonly number[];
  /** expected information at stopping, a fraction of that at the last look */
  readonly expectedInformation: number;
  /** chance that the test ends at each look, shape (K); they sum to 1 */
  readonly endsAtLook: readonly number[];
}

/**
 * Power by each look and expected stopping time, exactly (to 1e-6) for a statistic with independent normal increments.
 *
 * @param rejectsBelow whether crossing the lower boundary rejects too (two-sided) or stops for futility
 * @param drift effect over its standard error at the last look
 */
export function sequentialPower(looks: Looks, drift: number, rejectsBelow: boolean): SequentialPower {
  const { above, below } = firstCrossing(looks, drift);
  let rejected = 0;
  let going = 1;
  let expectedInformation = 0;
  const endsAtLook: number[] = [];
  const powerByLook = looks.times.map((time, k) => {
    const isLast = k === looks.times.length - 1;
    const ends = isLast ? going : above[k]! + below[k]!;
    endsAtLook.push(ends);
    expectedInformation += time * ends;
    going = Math.max(0, going - above[k]! - below[k]!);
    rejected += above[k]! + (rejectsBelow ? below[k]! : 0);
    return Math.min(1, rejected);
  });
  return { power: Math.min(1, rejected), powerByLook, expectedInformation: Math.min(1, expectedInformation), endsAtLook };
}

/** K looks after equal amounts of information. */
export const equalLooks = (count: number): readonly number[] => Array.from({ length: count }, (_, k) => (k + 1) / count);

/** Boundaries of a test that stops when the standardised effect passes `critical` in the direction of the alternative. */
export function looksOf(times: readonly number[], critical: readonly number[], alternative: 'two_sided' | 'greater' | 'less'): Looks {
  return {
    times,
    upper: alternative === 'less' ? times.map(() => Infinity) : critical,
    lower: alternative === 'greater' ? times.map(() => -Infinity) : critical.map((c) => -c),
  };
}
