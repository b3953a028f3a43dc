import type { RandomStream } from '../numeric/random.js';
import type { Moments } from '../summaries/moments.js';

/**
 * Moments of n pairs (y, x) of correlated normal values, by Bartlett's decomposition of their Wishart scatter; x has mean 0 and deviation 1.
 * @param n at least 3
 * @see Bartlett (1933), Proceedings of the Royal Society of Edinburgh 53
 */
export function moreCorrelated(random: RandomStream, n: number, { mean, standardDeviation }: { readonly mean: number; readonly standardDeviation: number }, correlation: number): Moments<'y' | 'x'> {
  if (n < 3) throw new RangeError(`moreCorrelated needs at least 3 units; got ${n}`);
  const own = Math.sqrt(1 - correlation * correlation);
  // scatter of two independent standard normals: L L', lower triangular
  const a = Math.sqrt(random.gamma((n - 1) / 2, 2));
  const b = random.normal();
  const c = random.gamma((n - 2) / 2, 2);
  const [xx, xe, ee] = [a * a, a * b, b * b + c];
  const [x, e] = [random.normal() / Math.sqrt(n), random.normal() / Math.sqrt(n)];
  const yx = standardDeviation * (correlation * xx + own * xe);
  const yy = standardDeviation ** 2 * (correlation * correlation * xx + 2 * correlation * own * xe + own * own * ee);
  return { n, columns: ['y', 'x'], mean: [mean + standardDeviation * (correlation * x + own * e), x], scatter: [[yy, yx], [yx, xx]] };
}
