/** Row numbers by ascending p-value; ties in the order given. */
export const ascending = (pValues: readonly number[]): number[] =>
  pValues.map((_, i) => i).sort((a, b) => pValues[a]! - pValues[b]! || a - b);
