import type { Category } from '../estimators/estimator.js';

/** Units by level of a category, in the order of its levels. */
export function countsOf({ codes, levels }: Category): Map<string, number> {
  const counts = new Float64Array(levels.length);
  for (const code of codes) counts[code]!++;
  return new Map(levels.map((level, i) => [level, counts[i]!]));
}

/** Counts of the union of two disjoint sets of units. */
export function mergeCounts(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): Map<string, number> {
  const merged = new Map(a);
  for (const [level, count] of b) merged.set(level, (merged.get(level) ?? 0) + count);
  return merged;
}
