/** A pivot below this share of its diagonal is what rounding leaves of a column that others determine; R's lm uses 1e-7 on the norm. */
const ALIASED = 1e-11;

/**
 * Solution of `matrix` x = `right` for a symmetric positive semidefinite matrix, shape (k, k), by Cholesky.
 *
 * A column that earlier ones determine gets 0, as R's lm leaves it out.
 */
export function solvePositive(matrix: Float64Array, right: Float64Array): Float64Array {
  const k = right.length;
  const factor = new Float64Array(k * k);
  const isKept = new Uint8Array(k);
  for (let i = 0; i < k; i++) {
    for (let j = 0; j <= i; j++) {
      if (i > j && !isKept[j]) continue;
      let sum = matrix[i * k + j]!;
      for (let a = 0; a < j; a++) sum -= factor[i * k + a]! * factor[j * k + a]!;
      if (i > j) factor[i * k + j] = sum / factor[j * k + j]!;
      else if (sum > ALIASED * matrix[i * k + i]!) {
        factor[i * k + i] = Math.sqrt(sum);
        isKept[i] = 1;
      }
    }
  }
  const solution = new Float64Array(k);
  for (let i = 0; i < k; i++) {
    if (!isKept[i]) continue;
    let sum = right[i]!;
    for (let a = 0; a < i; a++) sum -= factor[i * k + a]! * solution[a]!;
    solution[i] = sum / factor[i * k + i]!;
  }
  for (let i = k - 1; i >= 0; i--) {
    if (!isKept[i]) continue;
    let sum = solution[i]!;
    for (let a = i + 1; a < k; a++) if (isKept[a]) sum -= factor[a * k + i]! * solution[a]!;
    solution[i] = sum / factor[i * k + i]!;
  }
  return solution;
}
