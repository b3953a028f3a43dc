import { pairs } from '../dml/clustered-covariance.js';
import { solveTriangle } from '../forest/orthonormal-basis.js';
import { refuse, type Refusal } from '../refusal.js';
import { dot } from '../learners/linear/weighted-moments.js';
import type { LeastSquares } from './least-squares.js';
import { FULL_LEVERAGE, membersOf, moveWithout } from './left-out.js';

export const errorKinds = ['classical', 'hc0', 'hc1', 'hc2', 'hc3', 'hc4', 'cr1', 'cr3'] as const;
/**
 * classical: one variance for all; hc0 to hc4: each row its own, squared residuals over powers of one less leverage (hc1: times n / (n - k));
 * cr1: by cluster, times G / (G - 1) and (n - 1) / (n - k); cr3: by leaving each cluster out.
 */
export type ErrorKind = (typeof errorKinds)[number];

/** What a coefficient's uncertainty is made of: the covariance of coefficients is the mean of these vectors' outer products. */
export interface CoefficientErrors {
  /** shape (k, k) row-major */
  readonly covariance: Float64Array;
  /** of the reference t distribution */
  readonly degreesOfFreedom: number;
}

/**
 * Covariance of least-squares coefficients; two ways of clustering add up, less their intersection.
 *
 * Degrees of freedom: n - k, or one less than the clusters (of the way with fewer).
 * Refuses clustered errors without clusters, or of fewer than two; and errors that divide by one less leverage where that is 0.
 * @param clusters one way, or two, shape (n) each
 * @see MacKinnon, White (1985); Cribari-Neto (2004), Comput. Stat. Data Anal. 45(2); Cameron, Gelbach, Miller (2011), J. Bus. Econ. Stat. 29(2)
 */
export function coefficientErrors(name: string, fit: LeastSquares, kind: ErrorKind, clusters: readonly Int32Array[]): CoefficientErrors | Refusal {
  const k = fit.names.length;
  const { n, residuals } = fit;
  if (kind === 'classical') {
    const variance = dot(residuals, residuals) / (n - k);
    return { covariance: outside(fit, Float64Array.from({ length: k * k }, (_, at) => (at % (k + 1) === 0 ? variance : 0))), degreesOfFreedom: n - k };
  }
  if (kind.startsWith('hc')) return byRow(name, fit, kind);
  const [first, second] = clusters;
  if (!first) return refuse('unsupported_combination', `${name} with errors ${kind} needs a cluster column`, 'Name columns.cluster, or choose errors of rows (hc2).');
  const ways = [first, ...(second ? [second, pairs(first, second)] : [])].map((codes) => byCluster(name, fit, kind, codes));
  const refusal = ways.find((way): way is Refusal => 'status' in way);
  if (refusal) return refusal;
  const [one, two, both] = ways as ClusterSum[];
  const groups = Math.min(one!.groups, two?.groups ?? Infinity);
  // with two ways all are corrected for the way with fewer clusters
  const scale = correction(kind, fit, groups);
  const meat = one!.meat.map((value, at) => scale * (two ? value + two.meat[at]! - both!.meat[at]! : value));
  return { covariance: outside(fit, meat), degreesOfFreedom: groups - 1 };
}

function byRow(name: string, fit: LeastSquares, kind: ErrorKind): CoefficientErrors | Refusal {
  const k = fit.names.length;
  const { n, residuals, leverage } = fit;
  if (!['hc0', 'hc1'].includes(kind) && leverage.some((value) => value > FULL_LEVERAGE)) return untold(name, 'rows', kind);
  const powerOf = (h: number): number => (kind === 'hc4' ? Math.min(4, (n * h) / k) : { hc0: 0, hc1: 0, hc2: 1, hc3: 2 }[kind as 'hc0']);
  const shares = residuals.map((value, i) => (value * value) / (1 - leverage[i]!) ** powerOf(leverage[i]!));
  const scale = kind === 'hc1' ? n / (n - k) : 1;
  return { covariance: outside(fit, meatOf(fit, (a, b) => a.reduce((sum, value, i) => sum + scale * shares[i]! * value * b[i]!, 0))), degreesOfFreedom: n - k };
}

interface ClusterSum { readonly meat: Float64Array; readonly groups: number }

function byCluster(name: string, fit: LeastSquares, kind: ErrorKind, codes: Int32Array): ClusterSum | Refusal {
  const members = membersOf(codes);
  if (members.size < 2) return refuse('too_few_units', `${name} needs at least 2 clusters; got ${members.size}`, 'Collect more clusters.');
  const scores: Float64Array[] = [];
  for (const rows of members.values()) {
    const moved = kind === 'cr3' ? moveWithout(rows, fit.basis, fit.residuals)
      : Float64Array.from(fit.basis, (direction) => rows.reduce((sum, i) => sum + direction[i]! * fit.residuals[i]!, 0));
    if (!moved) return untold(name, 'clusters', kind);
    scores.push(moved);
  }
  const k = fit.names.length;
  return { meat: Float64Array.from({ length: k * k }, (_, at) => scores.reduce((sum, score) => sum + score[Math.floor(at / k)]! * score[at % k]!, 0)), groups: members.size };
}

function correction(kind: ErrorKind, { n, names }: LeastSquares, groups: number): number {
  if (kind === 'cr3') return (groups - 1) / groups;
  return (groups / (groups - 1)) * ((n - 1) / (n - names.length));
}

const untold = (name: string, what: string, kind: ErrorKind): Refusal =>
  refuse('not_identified', `${name} with errors ${kind} needs coefficients that more than one of the ${what} tells; one alone does`, `Drop columns that vary within one of the ${what} only, or use errors ${what === 'rows' ? 'hc1' : 'cr1'}.`);

function meatOf({ basis }: LeastSquares, product: (a: Float64Array, b: Float64Array) => number): Float64Array {
  const k = basis.length;
  return Float64Array.from({ length: k * k }, (_, at) => product(basis[Math.floor(at / k)]!, basis[at % k]!));
}

/** R^-1 meat R^-T: from directions of the basis to coefficients. */
function outside({ triangle }: LeastSquares, meat: Float64Array): Float64Array {
  const k = triangle.length;
  const half = Array.from({ length: k }, (_, b) => solveTriangle(triangle, Float64Array.from({ length: k }, (_, a) => meat[a * k + b]!)));
  const rows = Array.from({ length: k }, (_, a) => solveTriangle(triangle, Float64Array.from(half, (column) => column[a]!)));
  return Float64Array.from({ length: k * k }, (_, at) => rows[Math.floor(at / k)]![at % k]!);
}
