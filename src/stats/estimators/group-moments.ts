import { momentsOf, type Moments } from '../summaries/moments.js';
import type { Numeric } from './estimator.js';

/**
 * Moments of columns over the rows of each group, in one pass over the rows.
 * @param groups group of each row, in [0, count); rows below 0 are left out
 * @returns shape (count); of no units where a group has no rows
 */
export function groupMoments(columns: readonly Numeric[], groups: Int32Array, count: number): Moments[] {
  const starts = new Int32Array(count + 1);
  for (const group of groups) if (group >= 0) starts[group + 1]!++;
  for (let group = 0; group < count; group++) starts[group + 1]! += starts[group]!;
  const next = starts.slice(0, count);
  const sorted = columns.map(() => new Float64Array(starts[count]!));
  groups.forEach((group, row) => {
    if (group < 0) return;
    const place = next[group]!++;
    columns.forEach(({ values }, c) => { sorted[c]![place] = values[row]!; });
  });
  return Array.from({ length: count }, (_, group) =>
    momentsOf(Object.fromEntries(columns.map(({ name }, c) => [`${c} ${name}`, sorted[c]!.subarray(starts[group], starts[group + 1])]))));
}
