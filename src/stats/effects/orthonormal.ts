const { sqrt } = Math;

/** Share of a column that the columns before it must leave over; below it the column adds nothing. */
const LEAST_OWN_NORM = 1e-8;

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let t = 0; t < a.length; t++) sum += a[t]! * b[t]!;
  return sum;
}

/** Less its projection on an orthonormal basis; twice, as once loses digits. */
export function residual(column: Float64Array, basis: readonly Float64Array[]): Float64Array {
  const left = column.slice();
  for (let pass = 0; pass < 2; pass++) {
    for (const direction of basis) {
      const along = dot(left, direction);
      for (let t = 0; t < left.length; t++) left[t]! -= along * direction[t]!;
    }
  }
  return left;
}

/** Gram and Schmidt; columns that depend on those before add nothing. */
export function orthonormal(columns: readonly Float64Array[]): Float64Array[] {
  const basis: Float64Array[] = [];
  for (const column of columns) {
    const left = residual(column, basis);
    const norm = sqrt(dot(left, left));
    if (norm > LEAST_OWN_NORM * sqrt(dot(column, column))) basis.push(left.map((v) => v / norm));
  }
  return basis;
}
