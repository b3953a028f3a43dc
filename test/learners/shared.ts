import type { Features } from '../../src/stats/learners/learner.js';
import { stream } from '../../src/stats/numeric/random.js';
import { isRefusal, type Refusal } from '../../src/stats/refusal.js';

export const answered = <T>(value: T | Refusal): T => {
  if (isRefusal(value)) throw new Error(value.detail);
  return value;
};

export const featuresOf = (columns: readonly Float64Array[], categorical?: readonly number[]): Features =>
  ({ n: columns[0]!.length, names: columns.map((_, j) => `x${j}`), columns, ...(categorical && { categorical }) });

/** Independent uniforms on (-1, 1). */
export function uniforms(n: number, p: number, seed: number): Float64Array[] {
  const random = stream(seed);
  const columns = Array.from({ length: p }, () => new Float64Array(n));
  for (let i = 0; i < n; i++) for (const column of columns) column[i] = 2 * random.uniform() - 1;
  return columns;
}

export const meanOf = (values: ArrayLike<number>): number => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

export const largestGap = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
