/** Of the largest diagonal: an inner product with the residual below this is rounding. */
const TOLERANCE = 1e-12;
/** Changes of the passive set, for each column. */
const MAX_CHANGES = 30;

/**
 * Minimises x' G x / 2 - c' x over x >= 0: least squares with coefficients of at least 0, from its Gram matrix.
 *
 * A column that others determine stays at 0. Null when the active set does not settle, which only rounding can bring about.
 * @param gram symmetric, positive semidefinite, shape (k, k)
 * @see Lawson, Hanson (1974), Solving Least Squares Problems, chapter 23
 */
export function nonnegativeLeastSquares(gram: readonly Float64Array[], c: Float64Array): Float64Array | null {
  const k = c.length;
  const tolerance = TOLERANCE * gram.reduce((most, row, j) => Math.max(most, row[j]!), 0);
  const isPassive = new Array<boolean>(k).fill(false);
  const isDependent = new Array<boolean>(k).fill(false);
  let x = new Float64Array(k);
  for (let change = 0; change <= MAX_CHANGES * k; change++) {
    const slope = c.map((value, j) => value - gram[j]!.reduce((sum, g, l) => sum + g * x[l]!, 0));
    const entering = slope.reduce((best, value, j) => (!isPassive[j] && !isDependent[j] && value > tolerance && (best < 0 || value > slope[best]!) ? j : best), -1);
    if (entering < 0) return x;
    isPassive[entering] = true;
    for (;;) {
      const passive = isPassive.flatMap((is, j) => (is ? [j] : []));
      const solution = solvePositive(passive.map((j) => passive.map((l) => gram[j]![l]!)), passive.map((j) => c[j]!));
      if (!solution) {
        isPassive[entering] = false;
        isDependent[entering] = true;
        break;
      }
      const blocking = passive.reduce((share, j, i) => (solution[i]! <= 0 ? Math.min(share, x[j]! / (x[j]! - solution[i]!)) : share), 1);
      const next = new Float64Array(k);
      passive.forEach((j, i) => { next[j] = x[j]! + blocking * (solution[i]! - x[j]!); });
      if (blocking === 1) {
        x = next;
        isDependent.fill(false);
        break;
      }
      passive.forEach((j, i) => {
        if (solution[i]! <= 0 && next[j]! <= TOLERANCE) {
          isPassive[j] = false;
          next[j] = 0;
        }
      });
      x = next;
    }
  }
  return null;
}

/** Share of its diagonal below which a pivot is rounding. */
const SINGULAR = 1e-12;

/** Solves a positive definite system by Cholesky; null when it is singular. */
function solvePositive(matrix: readonly (readonly number[])[], right: readonly number[]): number[] | null {
  const k = right.length;
  const factor = matrix.map((row) => [...row]);
  for (let i = 0; i < k; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = factor[i]![j]!;
      for (let a = 0; a < j; a++) sum -= factor[i]![a]! * factor[j]![a]!;
      if (i > j) factor[i]![j] = sum / factor[j]![j]!;
      else if (sum > SINGULAR * matrix[i]![i]!) factor[i]![i] = Math.sqrt(sum);
      else return null;
    }
  }
  const solution = [...right];
  for (let i = 0; i < k; i++) {
    for (let a = 0; a < i; a++) solution[i]! -= factor[i]![a]! * solution[a]!;
    solution[i]! /= factor[i]![i]!;
  }
  for (let i = k - 1; i >= 0; i--) {
    for (let a = i + 1; a < k; a++) solution[i]! -= factor[a]![i]! * solution[a]!;
    solution[i]! /= factor[i]![i]!;
  }
  return solution;
}
