import { normalUpperQuantile } from '../numeric/normal.js';
import { stream } from '../numeric/random.js';
import { studentUpperQuantile } from '../numeric/student.js';
import type { Groups } from './groups.js';

/**
 * How many standard errors wide intervals of several estimates must be to hold all of them at once, by the multiplier bootstrap.
 *
 * Each replicate gives every independent group a standard normal multiplier and keeps the largest |sum of multiplied influence| / its error.
 * Never less than the bound for one estimate; errors of few groups widen it as Student's t widens the normal.
 * @param influences what each row adds to the error of each estimate, shape (estimates)(rows)
 * @see Chernozhukov, Chetverikov, Kato (2013), Annals of Statistics 41(6); Belloni, Chernozhukov, Chetverikov, Wei (2018), Annals of Statistics 46(6B)
 */
export function uniformCritical(influences: readonly Float64Array[], groups: Groups, level: number, replicates: number, seed: number): number {
  const largest = largestStatistics(influences, groups, replicates, seed).largest.sort();
  const tail = (1 - level) / 2;
  const normal = normalUpperQuantile(tail);
  const critical = largest[Math.min(replicates, Math.ceil(level * replicates)) - 1]!;
  return Math.max(critical, normal) * (studentUpperQuantile(tail, groups.count - 1) / normal);
}

/** Keeps the multipliers apart from other streams of one seed. */
const BAND_STREAM = 0x42414e44;

/** Errors of the estimates by their influence values, and the largest standardised one of each replicate, shape (replicates). */
export function largestStatistics(
  influences: readonly Float64Array[], groups: Groups, replicates: number, seed: number,
): { readonly errors: readonly number[]; readonly largest: Float64Array } {
  const sums = influences.map((influence) => sumsByGroup(influence, groups));
  const errors = sums.map((column) => Math.sqrt(column.reduce((total, value) => total + value * value, 0)));
  const largest = Float64Array.from({ length: replicates }, (_, replicate) => {
    const random = stream(seed, BAND_STREAM, replicate);
    const totals = new Float64Array(sums.length);
    for (let group = 0; group < sums[0]!.length; group++) {
      const multiplier = random.normal();
      for (let k = 0; k < sums.length; k++) totals[k]! += multiplier * sums[k]![group]!;
    }
    return totals.reduce((most, total, k) => Math.max(most, Math.abs(total) / errors[k]!), 0);
  });
  return { errors, largest };
}

/** Sums of rows by independent group, in the order of the groups' first rows. */
function sumsByGroup(influence: Float64Array, { codes }: Groups): Float64Array {
  if (!codes) return influence;
  const sums = new Map<number, number>();
  influence.forEach((value, i) => sums.set(codes[i]!, (sums.get(codes[i]!) ?? 0) + value));
  return Float64Array.from(sums.values());
}
