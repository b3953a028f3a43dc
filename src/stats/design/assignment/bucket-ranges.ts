/** A half-open stretch [from, to) of the unit interval. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** Weights are typed by people: 0.3333 three times is accepted as one. */
const WEIGHT_SUM_TOLERANCE = 0.01;

/**
 * The stretch of [0, 1) that belongs to each variation.
 *
 * Each variation starts where the weights before it end and takes `coverage` of its own weight: raising coverage extends
 * every stretch to the right and moves no unit that was already assigned. Coverage is clamped to [0, 1]; weights of another
 * length than `variations`, or that do not sum to one within 0.01, are replaced by equal weights, as the GrowthBook
 * specification says (schemas refuse such weights before they come here).
 * @see GrowthBook SDK specification 0.8, "getBucketRanges"
 */
export function bucketRanges(variations: number, coverage: number, weights: readonly number[] | null): readonly Range[] {
  const share = Math.min(1, Math.max(0, coverage));
  let from = 0;
  return acceptedWeights(variations, weights).map((weight) => {
    const range = { from, to: from + share * weight };
    from += weight;
    return range;
  });
}

function acceptedWeights(variations: number, weights: readonly number[] | null): readonly number[] {
  const total = (weights ?? []).reduce((sum, weight) => sum + weight, 0);
  const isUsable = weights?.length === variations && Math.abs(total - 1) <= WEIGHT_SUM_TOLERANCE;
  return isUsable ? weights : Array.from({ length: variations }, () => 1 / variations);
}
