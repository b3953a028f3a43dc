/** Units of two arms row by row, for what summaries cannot tell. Never stored: they go with the analysis that read them. */
export interface UnitRows {
  /** units that could be read; more than there are rows when a sample was */
  readonly available: number;
  /** outcome columns of the metric, bounded as the plan says: one, but of a ratio numerator and denominator, of an expression its components; shape (columns, n) */
  readonly outcomes: readonly Float64Array[];
  /** 1: in the treatment arm, 0: in the control, shape (n) */
  readonly treated: Float64Array;
  readonly covariates: readonly UnitCovariate[];
}

/** One covariate of every unit, shape (n); NaN is missing. Levels, in byte order, when values are their codes. */
export interface UnitCovariate {
  readonly name: string;
  readonly values: Float64Array;
  readonly levels: readonly string[] | null;
}
