import { isRefusal, refuse, type Refusal } from '../refusal.js';
import { differenceEffect } from './contrast.js';
import type { Contrast, Effect } from './effect.js';
import { isUsable, liftEffect, notFinite } from './lift.js';

/** Values of both units of each pair, shape (pairs). */
export interface Pairs {
  readonly control: Float64Array;
  readonly treatment: Float64Array;
}

/**
 * Treated against untreated within pairs in which a coin chose who is treated: mean difference over pairs, and ratio of the sums less one.
 *
 * Both carry their pairs, so that inference can flip the coins. The standard error is that of the paired t-test. `n` counts pairs.
 * @see Imai, King, Nall (2009), Statistical Science 24(1)
 */
export function pairedContrast({ control, treatment }: Pairs): Contrast | Refusal {
  const n = control.length;
  if (n < 2) return refuse('too_few_units', `pairedContrast needs at least 2 pairs; got ${n}`, 'Add pairs.');
  const c = meanAndScatter(control);
  const t = meanAndScatter(treatment);
  const differences = treatment.map((value, i) => value - control[i]!);
  const d = meanAndScatter(differences);
  if (![c.mean, t.mean, d.variance, c.variance, t.variance].every(isUsable)) return notFinite('the value of an arm');
  const difference = differenceEffect(0, d.mean, d.variance, n - 1, n);
  const lift = isRefusal(difference) ? difference : liftEffect({
    control: c.mean, treatment: c.mean + d.mean, controlVariance: c.variance, treatmentVariance: t.variance,
    covariance: (c.variance + t.variance - d.variance) / 2, degreesOfFreedom: n - 1, n,
  });
  const withPairs = (effect: Effect | Refusal): Effect | Refusal => (isRefusal(effect) ? effect : { ...effect, pairs: { control, treatment } });
  return {
    control: { n, value: c.mean, standardError: Math.sqrt(c.variance) },
    treatment: { n, value: t.mean, standardError: Math.sqrt(t.variance) },
    difference: withPairs(isRefusal(difference) ? difference : { ...difference, baseline: c.mean }),
    // with a denominator of either sign, subsets of pairs do not order the ratios
    lift: isRefusal(lift) || control.every((value) => value > 0) ? withPairs(lift)
      : refuse('denominator_near_zero', 'a lift over pairs needs an untreated value above zero in every pair', 'Read the difference instead of the lift.'),
  };
}

/** Mean, and the variance of the mean. */
function meanAndScatter(values: Float64Array): { readonly mean: number; readonly variance: number } {
  const n = values.length;
  const first = values.reduce((a, b) => a + b, 0) / n;
  const mean = first + values.reduce((sum, v) => sum + (v - first), 0) / n;
  return { mean, variance: values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (n - 1) / n };
}
