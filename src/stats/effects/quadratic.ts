type Vector = readonly number[];
type Rows = readonly (readonly number[])[];

/** Share of a quadratic form that is left when nothing is left but rounding. */
const ROUNDING = 1e-13;

/** a' matrix b. */
export function bilinear(a: Vector, matrix: Rows, b: Vector): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) for (let j = 0; j < b.length; j++) sum += a[i]! * matrix[i]![j]! * b[j]!;
  return sum;
}

/** a' matrix a of a covariance matrix; zero where it is smaller than the rounding of its terms. */
export function varianceOf(a: Vector, matrix: Rows): number {
  let sum = 0;
  let gross = 0;
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j < a.length; j++) {
      const term = a[i]! * matrix[i]![j]! * a[j]!;
      sum += term;
      gross += Math.abs(term);
    }
  }
  return sum <= ROUNDING * gross ? 0 : sum;
}

/**
 * Satterthwaite's degrees of freedom of a sum of independent variances.
 * @param parts  variances and their own degrees of freedom; `total` is their sum, above 0
 */
export function satterthwaite(parts: readonly { readonly variance: number; readonly degreesOfFreedom: number }[], total: number): number {
  // As shares of the total, whose square may underflow
  return 1 / parts.reduce((sum, { variance, degreesOfFreedom }) => sum + ((variance / total) * (variance / total)) / degreesOfFreedom, 0);
}

/** A covariance matrix scaled to unit variances; symmetric to the last digit. */
export function correlationOf(covariance: Rows, scale: Vector): number[][] {
  const rows = covariance.map((row, i) => row.map((value, j) => value / scale[i]! / scale[j]!));
  for (let i = 0; i < rows.length; i++) for (let j = 0; j < i; j++) rows[i]![j] = rows[j]![i]!;
  return rows;
}
