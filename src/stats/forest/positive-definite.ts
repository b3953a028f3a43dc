/** Pivots below this share of their diagonal are what rounding leaves of zero. */
const SINGULAR = 1e-11;

/** Inverse of a symmetric positive definite matrix, shape (k, k) row-major, by Cholesky; null when it is singular. */
export function invertPositive(matrix: Float64Array, k: number): Float64Array | null {
  const factor = new Float64Array(k * k);
  for (let i = 0; i < k; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * k + j]!;
      for (let a = 0; a < j; a++) sum -= factor[i * k + a]! * factor[j * k + a]!;
      if (i > j) factor[i * k + j] = sum / factor[j * k + j]!;
      else if (sum > SINGULAR * matrix[i * k + i]!) factor[i * k + i] = Math.sqrt(sum);
      else return null;
    }
  }
  const inverse = new Float64Array(k * k);
  for (let column = 0; column < k; column++) {
    const solution = new Float64Array(k);
    for (let i = 0; i < k; i++) {
      let sum = i === column ? 1 : 0;
      for (let a = 0; a < i; a++) sum -= factor[i * k + a]! * solution[a]!;
      solution[i] = sum / factor[i * k + i]!;
    }
    for (let i = k - 1; i >= 0; i--) {
      let sum = solution[i]!;
      for (let a = i + 1; a < k; a++) sum -= factor[a * k + i]! * inverse[a * k + column]!;
      inverse[i * k + column] = sum / factor[i * k + i]!;
    }
  }
  return inverse;
}
