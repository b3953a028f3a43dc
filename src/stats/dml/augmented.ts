/** Outcome models and propensity at every row, shape (n). */
export interface AugmentedNuisances {
  /** E[Y | X] in the arm coded 0, and in the arm coded 1 */
  readonly control: Float64Array;
  readonly treated: Float64Array;
  readonly propensity: Float64Array;
}

/**
 * Augmented inverse-propensity scores of E[Y(1) - Y(0)], shape (n): the predicted difference plus weighted residuals.
 * Not finite where a propensity is 0 or 1.
 * @see Robins, Rotnitzky, Zhao (1994), JASA 89(427)
 */
export function augmentedScores(y: Float64Array, arm: Float64Array, { control, treated, propensity }: AugmentedNuisances): Float64Array {
  return y.map((value, row) => {
    const e = propensity[row]!;
    const correction = arm[row] === 1 ? (value - treated[row]!) / e : -(value - control[row]!) / (1 - e);
    return treated[row]! - control[row]! + correction;
  });
}

/** Scores of E[Y(1) - Y(0) | arm 1] before division by the share of arm 1: its outcome residuals, and the other arm's weighted by the odds. */
export function augmentedTreatedScores(y: Float64Array, arm: Float64Array, { control, propensity }: Pick<AugmentedNuisances, 'control' | 'propensity'>): Float64Array {
  return y.map((value, row) => {
    const e = propensity[row]!;
    return (value - control[row]!) * (arm[row] === 1 ? 1 : -e / (1 - e));
  });
}
