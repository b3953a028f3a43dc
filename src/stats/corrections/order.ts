/** Row numbers by ascending p-value; ties in the order given. */
export function ascending(pValues: readonly number[]): Uint32Array {
  const sorted = Float64Array.from(pValues).sort();
  const order = new Uint32Array(pValues.length);
  const ties = new Uint32Array(pValues.length);
  for (const [row, pValue] of pValues.entries()) {
    const first = firstAtLeast(sorted, pValue);
    order[first + ties[first]!++] = row;
  }
  return order;
}

/** Place of the first element that is not below `value`. */
function firstAtLeast(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
