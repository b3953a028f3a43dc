import type { Effect } from '../../src/stats/effects/effect.js';
import type { Alternative, Inference } from '../../src/stats/inference/inference.js';
import { advance, firstLook, lowerTail, upperTail } from '../../src/stats/inference/group-sequential/sub-density.js';
import { stream } from '../../src/stats/numeric/random.js';

/** An effect whose estimate is in standard errors. */
export const standardEffect = (estimate: number, n: number): Effect => ({ estimate, standardError: 1, degreesOfFreedom: null, n });

/** Looks at units n0 .. n1, evenly spaced on the log scale. */
export const logLooks = (n0: number, n1: number, count: number): number[] => Array.from({ length: count }, (_, k) => n0 * (n1 / n0) ** (k / (count - 1)));

/** Standardised statistics of one path at each look; the drift is that of the score per unit of information. */
export function standardisedPath(seed: number, path: number, times: readonly number[], drift = 0): number[] {
  const random = stream(seed, path);
  let score = 0;
  let before = 0;
  return times.map((time) => {
    score += drift * (time - before) + random.normal() * Math.sqrt(time - before);
    before = time;
    return score / Math.sqrt(time);
  });
}

/** How far the standardised effect must be for the interval of a method to leave out the null. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- any method, whatever its options
export function criticalOf(method: Inference<string, any>, options: object, n: number, alpha: number, alternative: Alternative): number {
  const set = method.interval(standardEffect(0, n), alpha, alternative, method.options.parse(options));
  return set.shape === 'line' ? Infinity : alternative === 'greater' ? -set.lower! : set.upper!;
}

/** Three binomial standard errors of a rate. */
export const threeErrors = (rate: number, replications: number): number => 3 * Math.sqrt((rate * (1 - rate)) / replications);

/** Chance, under no effect, that a path ever leaves a boundary: exactly, by recursive integration. */
export function chanceToCross(times: readonly number[], bounds: readonly number[], sides: 1 | 2): number {
  let density = firstLook(times[0]!);
  let sum = 0;
  for (const [k, time] of times.entries()) {
    const score = bounds[k]! * Math.sqrt(time);
    sum += upperTail(density, score) + (sides === 2 ? lowerTail(density, -score) : 0);
    if (k + 1 < times.length) density = advance(density, sides === 2 ? -score : -Infinity, score, times[k + 1]!, 9);
  }
  return sum;
}
