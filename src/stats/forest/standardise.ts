/** A column as kernels read it: (value - centre) / scale in float32. Trees are then the same in any units. */
export interface Standardised {
  readonly values: Float32Array;
  readonly centre: number;
  /** standard deviation; 1 when the column is constant */
  readonly scale: number;
}

export function standardise(column: Float64Array): Standardised {
  const n = column.length;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += column[i]!;
  const first = sum / n;
  let rest = 0;
  for (let i = 0; i < n; i++) rest += column[i]! - first;
  const centre = first + rest / n;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += (column[i]! - centre) ** 2;
  const spread = Math.sqrt(squares / n);
  const scale = isConstant(spread, centre) ? 1 : spread;
  const values = new Float32Array(n);
  for (let i = 0; i < n; i++) values[i] = (column[i]! - centre) / scale;
  return { values, centre, scale };
}

/** A spread that rounding alone can make. */
const ROUNDING = 1e-13;

/** Whether a standard deviation is what rounding leaves of a constant. */
export const isConstant = (spread: number, centre: number): boolean => !(spread > ROUNDING * Math.abs(centre));
