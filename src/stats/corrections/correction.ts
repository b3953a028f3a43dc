/**
 * A multiplicity correction of one family of p-values, with intervals that say the same.
 *
 * `levels[i]` is the alpha at which the inference method is asked again for the simultaneous interval of row i, and
 * `reach[i]` what is done with it: `keep` it; or `clip` it at the null on the near side when the correction rejects and
 * the interval at that level does not; or `open`: far side unbounded, near side clipped
 * at the null where the row is rejected; or `line`: the row is not tested, as the gate before it is closed, and nothing is said of it.
 * A row is rejected at the family's alpha if and only if its simultaneous interval excludes the null.
 */
export interface Corrected {
  /** shape (m), in the order given */
  readonly pValues: readonly number[];
  readonly rejected: readonly boolean[];
  readonly levels: readonly number[];
  readonly reach: readonly ('keep' | 'clip' | 'open' | 'line')[];
}

/** One file a method; the registry is `corrections/index.ts`. */
export interface Correction<Name extends string = string> {
  readonly name: Name;
  readonly title: string;
  /** what is controlled, in words: family-wise error rate, false discovery rate */
  readonly controls: string;
  readonly references: readonly [string, ...string[]];
  /** set where only p-values that are 1 / e will do: those of an anytime-valid method that has e-values */
  readonly reads?: 'e_values';
  /**
   * @param pValues shape (m), each in [0, 1]
   * @param tiers   shape (m), the lowest is tested first; only gatekeeping reads it; absent: one tier
   */
  correct(pValues: readonly number[], alpha: number, tiers?: readonly number[]): Corrected;
}
