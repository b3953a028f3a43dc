/** A regressor whose part not explained by earlier ones is below this share of it is collinear with them. */
const COLLINEAR = 1e-10;

/** Columns = basis x triangle: `basis` shape (k)(n) with orthonormal columns, `triangle` shape (k)(k) upper. */
export interface OrthonormalBasis {
  readonly basis: readonly Float64Array[];
  readonly triangle: readonly Float64Array[];
}

/** Gram-Schmidt, twice, so that the basis is orthonormal to rounding; null when the columns are collinear. */
export function orthonormalBasis(columns: readonly Float64Array[]): OrthonormalBasis | null {
  const basis: Float64Array[] = [];
  const triangle = columns.map(() => new Float64Array(columns.length));
  for (const [j, column] of columns.entries()) {
    const rest = Float64Array.from(column);
    const before = Math.sqrt(dot(rest, rest));
    for (let pass = 0; pass < 2; pass++) {
      for (const [i, direction] of basis.entries()) {
        const share = dot(direction, rest);
        triangle[i]![j]! += share;
        for (let row = 0; row < rest.length; row++) rest[row]! -= share * direction[row]!;
      }
    }
    const norm = Math.sqrt(dot(rest, rest));
    if (!(norm > COLLINEAR * before)) return null;
    triangle[j]![j] = norm;
    basis.push(rest.map((value) => value / norm));
  }
  return { basis, triangle };
}

/** The x with triangle x = vector. */
export function solveTriangle(triangle: readonly Float64Array[], vector: Float64Array): Float64Array {
  const solution = Float64Array.from(vector);
  for (let i = solution.length - 1; i >= 0; i--) {
    for (let j = i + 1; j < solution.length; j++) solution[i]! -= triangle[i]![j]! * solution[j]!;
    solution[i]! /= triangle[i]![i]!;
  }
  return solution;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
