/** How far two predictions of the effects of the same units agree. */
export interface EffectAgreement {
  /** Pearson's, in [-1, 1]; null where one of them is constant */
  readonly correlation: number | null;
  /** mean of the first less that of the second, in units of the effect */
  readonly meanDifference: number;
  readonly rootMeanSquareDifference: number;
  /** share of units where one says that treatment helps and the other that it harms */
  readonly oppositeSigns: number;
}

/** @param first, second  effects of at least one unit, shape (n) */
export function effectAgreement(first: Float64Array, second: Float64Array): EffectAgreement {
  const differences = first.map((value, i) => value - second[i]!);
  return {
    correlation: correlationOf(first, second),
    meanDifference: meanOf(differences),
    rootMeanSquareDifference: Math.sqrt(meanOf(differences.map((value) => value * value))),
    oppositeSigns: meanOf(first.map((value, i) => (value * second[i]! < 0 ? 1 : 0))),
  };
}

const meanOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function correlationOf(first: Float64Array, second: Float64Array): number | null {
  const means = [meanOf(first), meanOf(second)] as const;
  let [both, one, other] = [0, 0, 0];
  first.forEach((value, i) => {
    both += (value - means[0]) * (second[i]! - means[1]);
    one += (value - means[0]) ** 2;
    other += (second[i]! - means[1]) ** 2;
  });
  return one > 0 && other > 0 ? both / Math.sqrt(one * other) : null;
}
