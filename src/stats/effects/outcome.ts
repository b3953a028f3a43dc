/**
 * What a metric is, as a smooth function of the means of its outcome columns: the delta method needs no more.
 */
export interface Outcome {
  /** in units of the metric; may be infinite or NaN where the function is not defined */
  value(means: readonly number[]): number;
  /** d value / d mean, shape (columns) */
  gradient(means: readonly number[]): readonly number[];
  /** index of a column that divides the others, which must be told from zero */
  readonly denominator?: number;
}

const ONE = [1] as const;

/** The mean of one column. */
export const meanOutcome: Outcome = {
  value: (means) => means[0]!,
  gradient: () => ONE,
};

/**
 * Ratio of two means, numerator first: such as revenue per order, where the unit of randomisation is the user.
 * @see Deng, Knoblich, Lu (2018), KDD
 */
export const ratioOutcome: Outcome = {
  value: (means) => means[0]! / means[1]!,
  gradient: (means) => [1 / means[1]!, -means[0]! / (means[1]! * means[1]!)],
  denominator: 1,
};
