/** A column as kernels read it: (value - centre) / scale in float32. Trees are then the same in any units. */
export interface Standardised {
  readonly values: Float32Array;
  readonly centre: number;
  /** standard deviation; 1 when the column is constant */
  readonly scale: number;
}

export function standardise(column: Float64Array): Standardised {
  const n = column.length;
  const first = column.reduce((sum, value) => sum + value, 0) / n;
  const centre = first + column.reduce((sum, value) => sum + (value - first), 0) / n;
  const spread = Math.sqrt(column.reduce((sum, value) => sum + (value - centre) ** 2, 0) / n);
  const scale = isConstant(spread, centre) ? 1 : spread;
  return { values: Float32Array.from(column, (value) => (value - centre) / scale), centre, scale };
}

/** A spread that rounding alone can make. */
const ROUNDING = 1e-13;

/** Whether a standard deviation is what rounding leaves of a constant. */
export const isConstant = (spread: number, centre: number): boolean => !(spread > ROUNDING * Math.abs(centre));
