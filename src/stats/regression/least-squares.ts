import { orthonormalBasis, solveTriangle } from '../forest/orthonormal-basis.js';
import { dot } from '../learners/linear/weighted-moments.js';
import { refuse, type Refusal } from '../refusal.js';

/** A column by name, shape (n). */
export interface Regressor { readonly name: string; readonly values: Float64Array }

/** A weighted least-squares fit, in columns times the root of the weight. */
export interface LeastSquares {
  readonly names: readonly string[];
  /** shape (k) */
  readonly coefficients: Float64Array;
  /** orthonormal directions of the columns, shape (k)(n), and columns = basis x triangle, shape (k)(k) */
  readonly basis: readonly Float64Array[];
  readonly triangle: readonly Float64Array[];
  /** times the root of the weight, shape (n) */
  readonly residuals: Float64Array;
  /** share of its own outcome in the prediction of each row, shape (n), in [0, 1] */
  readonly leverage: Float64Array;
  /** rows with weight */
  readonly n: number;
}

/**
 * Least squares by an orthonormal basis.
 *
 * Refuses collinear columns, and rows that are not more than columns.
 * @param columns with the constant among them
 * @param weight at least 0, shape (n); null: all 1
 */
export function fitLeastSquares(name: string, y: Float64Array, columns: readonly Regressor[], weight: Float64Array | null): LeastSquares | Refusal {
  const root = weight ? weight.map(Math.sqrt) : null;
  const n = weight ? weight.reduce((count, value) => count + (value > 0 ? 1 : 0), 0) : y.length;
  const names = columns.map((column) => column.name);
  if (n <= columns.length) return refuse('too_few_units', `${name} of ${columns.length} columns needs more rows than columns; got ${n}`, 'Bring more units, or use fewer covariates.');
  const weighted = (values: Float64Array) => (root ? values.map((value, i) => value * root[i]!) : values);
  const fit = orthonormalBasis(columns.map(({ values }) => weighted(values)));
  if (!fit) return refuse('not_identified', `${name} needs columns that do not determine each other; ${names.join(', ')} do`, 'Drop columns that others determine.');
  const { basis, triangle } = fit;
  const target = weighted(y);
  const projection = Float64Array.from(basis, (direction) => dot(direction, target));
  const residuals = Float64Array.from(target);
  const leverage = new Float64Array(y.length);
  for (const [a, direction] of basis.entries()) {
    for (let i = 0; i < residuals.length; i++) {
      residuals[i]! -= projection[a]! * direction[i]!;
      leverage[i]! += direction[i]! ** 2;
    }
  }
  return { names, coefficients: solveTriangle(triangle, projection), basis, triangle, residuals, leverage, n };
}
