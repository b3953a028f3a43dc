import { refuse, type Refusal } from '../refusal.js';
import { isUsable, notFinite } from './lift.js';
import type { Outcome } from './outcome.js';
import { denominatorRefusal } from './told-from-zero.js';

/**
 * A metric that is a smooth function g of means over units, such as a ratio, as one number a unit: g(m) + g'(m) (z - m), its first-order expansion
 * (the influence function of g at m) about the midpoint m of the means of both arms.
 *
 * One point for both arms, so that a unit on which the treatment does nothing has no effect, and effects of units add up: their mean is
 * g(treatment) - g(control) but for third order in the difference of the means. Of a ratio it is short of that by the share (r / 2)^2, where r is the
 * difference of the denominators over their midpoint. The midpoint is taken as known.
 *
 * @param columns  outcome columns z of all units, shape (columns, n)
 * @param treated  1 or 0, shape (n)
 * @returns in units of the metric, shape (n)
 * Refuses an arm without units, a denominator that cannot be told from zero, and a point where g or its slopes are not finite.
 * @see Deng, Knoblich, Lu (2018), KDD, for the delta method over units; Budylin, Drutsa, Katsev, Tsoy (2018), WSDM, for ratios linearised at one point
 */
export function linearised(columns: readonly Float64Array[], treated: Float64Array, { value, gradient, denominator }: Outcome): Float64Array | Refusal {
  const arms = [0, 1].map((code) => columns.map((column) => meanOf(column, treated, code)));
  if (arms.some(([first]) => first!.n < 2)) return refuse('too_few_units', 'linearised needs at least 2 units in each arm', 'Collect more units.');
  if (denominator !== undefined) {
    for (const means of arms) {
      const { mean, variance, n } = means[denominator]!;
      const refusal = denominatorRefusal(mean, variance / n);
      if (refusal) return refusal;
    }
  }
  const midpoint = columns.map((_, i) => (arms[0]![i]!.mean + arms[1]![i]!.mean) / 2);
  const at = value(midpoint);
  const slopes = gradient(midpoint);
  if (!isUsable(at) || !slopes.every(isUsable)) return notFinite('the metric or its slope at the mean of both arms');
  return treated.map((_, row) => columns.reduce((sum, column, i) => sum + slopes[i]! * (column[row]! - midpoint[i]!), at));
}

function meanOf(column: Float64Array, treated: Float64Array, code: number): { readonly n: number; readonly mean: number; readonly variance: number } {
  const own = column.filter((_, row) => treated[row] === code);
  const mean = own.reduce((sum, each) => sum + each, 0) / own.length;
  return { n: own.length, mean, variance: own.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (own.length - 1) };
}
