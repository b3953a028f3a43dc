import type { FittedLogit } from '../observational/propensity-model.js';
import type { Target } from '../observational/balance.js';

/** What the change of an effect by the estimation of propensities is read from; shape (n) each. */
export interface PropensityNeighbours {
  readonly y: Float64Array;
  readonly d: Float64Array;
  readonly propensity: Float64Array;
  /** some units with the nearest propensities in each arm, a unit's own among those of its arm */
  readonly control: readonly Int32Array[];
  readonly treated: readonly Int32Array[];
  /** the nearest of the other arm by propensity, and by covariates */
  readonly byPropensity: readonly Int32Array[];
  readonly byCovariates: readonly Int32Array[];
}

/**
 * What is added to the variance of an effect that is matched on propensities because they were estimated, mostly less than 0: units are then more alike than
 * with the true ones. For the treated (or the control) units a term comes on top that can make it more than 0: who they are is estimated, too.
 *
 * @param effect the matched estimate
 * @see Abadie, Imbens (2016), Econometrica 84(2), theorems 1 and 2
 */
export function estimatedPropensityTerm(units: PropensityNeighbours, { design, covariance }: FittedLogit, target: Target, effect: number): number {
  if (target === 'control') return estimatedPropensityTerm(flipped(units), { design, covariance }, 'treated', -effect);
  const { y, d, propensity, control, treated, byPropensity, byCovariates } = units;
  const members = target === 'all' ? y.length : d.reduce((sum, value) => sum + value, 0);
  const density = propensity.map((e) => (e * (1 - e)) / members);
  const difference = (matches: readonly Int32Array[], row: number) => {
    const other = matches[row]!.reduce((sum, match) => sum + y[match]!, 0) / matches[row]!.length;
    return d[row] === 1 ? y[row]! - other : other - y[row]!;
  };
  const pulled = design.map((column) => density.map((f, row) => {
    const e = propensity[row]!;
    const [off, on] = [localCovariance(column, y, control[row]!), localCovariance(column, y, treated[row]!)];
    return f * (target === 'all' ? on / e + off / (1 - e) : column[row]! * (difference(byPropensity, row) - effect) + on + (e / (1 - e)) * off);
  }));
  if (target === 'all') return -squareOfSum(pulled, covariance);
  const moved = design.map((column) => density.map((f, row) => f * column[row]! * (difference(byCovariates, row) - effect)));
  return squareOfSum(moved, covariance) - squareOfSum(pulled, covariance);
}

/** Arms with their names changed: the effect on the control units is less that on the treated of these. */
const flipped = ({ d, propensity, control, treated, ...rest }: PropensityNeighbours): PropensityNeighbours =>
  ({ ...rest, d: d.map((value) => 1 - value), propensity: propensity.map((e) => 1 - e), control: treated, treated: control });

function localCovariance(x: Float64Array, y: Float64Array, rows: Int32Array): number {
  if (rows.length < 2) return 0;
  const [xMean, yMean] = [x, y].map((column) => rows.reduce((sum, row) => sum + column[row]! / rows.length, 0)) as [number, number];
  return rows.reduce((sum, row) => sum + (x[row]! - xMean) * (y[row]! - yMean), 0) / (rows.length - 1);
}

/**
 * s' M s for the sums s of parts over units, less what the noise of the parts alone adds to it; at least 0.
 * @param parts shape (k)(n); @param matrix shape (k, k)
 */
function squareOfSum(parts: readonly Float64Array[], matrix: Float64Array): number {
  const n = parts[0]!.length;
  const sums = parts.map((part) => part.reduce((sum, value) => sum + value, 0));
  const noise = Float64Array.from({ length: n }, (_, row) => quadratic(parts.map((part, a) => part[row]! - sums[a]! / n), matrix));
  return Math.max(0, quadratic(sums, matrix) - noise.reduce((sum, value) => sum + value, 0));
}

function quadratic(vector: readonly number[], matrix: Float64Array): number {
  const k = vector.length;
  return vector.reduce((sum, value, a) => sum + value * vector.reduce((inner, other, b) => inner + matrix[a * k + b]! * other, 0), 0);
}
