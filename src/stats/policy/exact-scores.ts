/** Sums of whole numbers below this are exact in a float64; half of it, since differences of two actions are summed too. */
const EXACT_TOTAL = 2 ** 51;

export interface ExactScores {
  /** whole numbers, shape (n, actions) row-major */
  readonly values: Float64Array;
  /** units of the score in one whole number; a power of two */
  readonly step: number;
}

/**
 * Scores as whole numbers, so that their sums are exact and do not depend on their order.
 *
 * The step is the finest power of two at which the largest possible sum of any choice of actions stays exact: with n units of like size the
 * rounding of a score is below 1e-15 of their total.
 * @param scores reward of each action for each unit, shape (n, actions) row-major, finite
 */
export function exactScores(scores: Float64Array, actions: number): ExactScores {
  let total = 0;
  for (let row = 0; row < scores.length; row += actions) {
    let largest = 0;
    for (let action = 0; action < actions; action++) largest = Math.max(largest, Math.abs(scores[row + action]!));
    total += largest;
  }
  if (total === 0) return { values: new Float64Array(scores.length), step: 1 };
  const step = 2 ** Math.ceil(Math.log2(total / (EXACT_TOTAL - scores.length)));
  return { values: scores.map((score) => Math.round(score / step)), step };
}
