import { invertPositive } from '../forest/positive-definite.js';

/** A leverage this close to 1 means that nobody else tells a coefficient. */
export const FULL_LEVERAGE = 1 - 1e-10;

/** (I - Q_g' Q_g)^-1 Q_g' e_g: how far the projection moves when the group is left out; null when it is not identified then. @param basis shape (k)(n); @param residuals shape (n) */
export function moveWithout(members: readonly number[], basis: readonly Float64Array[], residuals: Float64Array): Float64Array | null {
  const k = basis.length;
  const score = Float64Array.from(basis, (direction) => members.reduce((sum, i) => sum + direction[i]! * residuals[i]!, 0));
  if (members.length === 1) {
    const i = members[0]!;
    const leverage = basis.reduce((sum, direction) => sum + direction[i]! ** 2, 0);
    return leverage > FULL_LEVERAGE ? null : score.map((value) => value / (1 - leverage));
  }
  const without = Float64Array.from({ length: k * k }, (_, at) => {
    const [a, b] = [basis[Math.floor(at / k)]!, basis[at % k]!];
    return members.reduce((rest, i) => rest - a[i]! * b[i]!, a === b ? 1 : 0);
  });
  const inverse = invertPositive(without, k);
  return inverse && score.map((_, a) => score.reduce((sum, value, b) => sum + inverse[a * k + b]! * value, 0));
}

/** Rows of each cluster by its code, in the order in which codes come. */
export function membersOf(codes: Int32Array): Map<number, number[]> {
  const members = new Map<number, number[]>();
  codes.forEach((code, i) => {
    const known = members.get(code);
    if (known) known.push(i);
    else members.set(code, [i]);
  });
  return members;
}
